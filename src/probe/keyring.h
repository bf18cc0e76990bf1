/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* OpenPGP keyrings, as far as the strength of their keys (RFC 4880 4.2, 5.5.2). */
#include "base/buf.h"

/* What is weak of the keys in a ring, binary or armored: "RSA with 1024 bits"; "" where nothing is.
 * Errors: INVALID (no keyring, or cut off). */
MUST_USE int keyring_weak(const struct buf *ring, char *weak, size_t size, struct error *err);
