/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Texts for whoever is logged in. */
#include "platform/logind.h"

/* Write a text to the terminal of each session that has one. *shown: how many took it. */
MUST_USE int terminals_show(const struct sessions *s, const char *text, unsigned *shown,
			    struct error *err);
