/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Verticals: an overlay's six operations, done to a copy of its base. Nothing mandatory can be
 * weakened: only a recommendation can be excluded, what stands for something mandatory is
 * mandatory, and a refinement only adds.
 */
#include "proto/catalog.h"

/*
 * Errors: INVALID: "overlay ID: changes[3]: …": no such target, an id that is there already, a
 * control that is missing or that names another base, what weakens.
 */
MUST_USE int overlay_apply(const struct catalog *base, const struct overlay *o, struct catalog *ret,
			   struct error *err);
