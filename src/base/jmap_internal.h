/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What jmap.c and the field kinds share. */
#include "base/jmap.h"

/* Put "[index]" before the path that an error of an element names; returns -1. */
int jmap_wrap_index(struct error *err, size_t index);
