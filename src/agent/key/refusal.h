/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A PIN that a token refused is not tried again by the next key process, nor by the one after: a
 * few wrong ones lock a token for good. The refusal is kept beside the keys until the PIN's file
 * changes.
 */
#include "base/error.h"

/* `uri`: of a key; anything but a pkcs11: URI with a pin-source passes.
 * Errors: UNAUTHORIZED (this very PIN was refused), as key_uri_parse. */
MUST_USE int refusal_check(const char *dir, const char *uri, struct error *err);
/* What became of a try: ERROR_UNAUTHORIZED is kept, success forgets. */
void refusal_note(const char *dir, const char *uri, enum error_code outcome);
