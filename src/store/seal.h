/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The seals of devices' records (proto/seal.h), one a sequence, the first that came. They are read
 * with the records that they name (store/record.h); nothing here changes or deletes one.
 */
#include "proto/seal.h"
#include "store/db.h"

/* certificate: digest of its DER. `stored`: the server's time. */
MUST_USE int seal_put(struct db *db, const struct seal *s, const char *certificate, int64_t stored,
		      struct error *err);
