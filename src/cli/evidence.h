/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Evidence for an assessment: a file's, or what muster-probe sees on this machine. */
#include "proto/fact.h"

/*
 * path: evidence as JSON; NULL: look at this device. *about: which evidence it is, and who signed
 * it. Errors: INVALID, LIMIT (the file), NOT_FOUND, UNAVAILABLE (muster-probe).
 */
MUST_USE int evidence_load(const char *path, struct evidence *ret, char **about, struct error *err);
