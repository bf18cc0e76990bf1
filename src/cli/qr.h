/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* QR codes (ISO/IEC 18004) of a text: for a terminal, and as a PNG file. */
#include <stdio.h>

#include "base/buf.h"

/* UTF-8 half blocks, two rows of modules a line, light on dark, with the quiet zone of four
 * modules. Errors: LIMIT (more text than a code holds), UNAVAILABLE. Appended. */
MUST_USE int qr_text(const char *text, struct buf *out, struct error *err);
/* A PNG of `scale` pixels a module. Errors: as above. Appended. */
MUST_USE int qr_png(const char *text, unsigned scale, struct buf *out, struct error *err);
