/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Start of a process that uses this folder. Optional, but wanted before a sandbox closes: OpenSSL's
 * own start reads openssl.cnf, which may load code, from a path that the environment names.
 */
#include "base/error.h"

/*
 * Starts OpenSSL without any configuration file, seeds the random generator and loads what
 * verifying needs, so that later calls open no file. May be called again. Errors: UNAVAILABLE.
 */
MUST_USE int crypto_init(struct error *err);
