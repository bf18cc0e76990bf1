/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Whether what is installed is what was packaged: every manifest that is there is signed by the
 * vendor's key, every file that one names is there, whole and writable by its owner alone, and
 * the directory that is ours holds nothing that none names (FPT_TST_EXT.1). The signature is
 * judged by its key alone: before start there is neither time nor revocation status to rely on.
 */
#include <stddef.h>

#include "base/error.h"

struct integrity {
	const char *root; /* before every path: "" for this machine */
	const char
		*vendor_key; /* hex SHA-256 of the SubjectPublicKeyInfo; "": of SELFTEST_VENDOR */
	const char *const *sets; /* manifests that must be there */
	size_t n_sets;
};

/* How much was looked at. */
struct integrity_result {
	size_t n_manifests, n_files;
};

/*
 * Stops at the first thing that is wrong, and names its file. Errors: NOT_FOUND (a manifest, a
 * file), REFUSED with REASON_SIGNATURE (forged, or another's), INVALID (a manifest's form),
 * CONFLICT (a file is not as packaged, or nobody's), DENIED (others may write it).
 */
MUST_USE int integrity_check(const struct integrity *in, struct integrity_result *ret,
			     struct error *err);
