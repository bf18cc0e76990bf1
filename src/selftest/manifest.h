/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What our executables are, said by whoever made the package: a CMS document over canonical JSON
 * (FPT_TST_EXT.1, FPT_TUD_EXT.1). One manifest a package ("set"), MANIFESTS/SET.cms.
 */
#include "base/buf.h"
#include "base/hash.h"
#include "base/jmap.h"

/* What the packages install, below the root. */
#define SELFTEST_MANIFESTS MUSTER_DATADIR "/muster/manifests"
#define SELFTEST_VENDOR MUSTER_DATADIR "/muster/vendor.crt" /* PEM: whose manifests count */

struct manifest_file {
	char *path; /* absolute, as it is installed */
	uint64_t size;
	char sha256[SHA256_HEX_SIZE];
};

struct manifest {
	char *type; /* "manifest" */
	char *set;  /* "common", "agent", "server", "cli": that of the file's name */
	char *version;
	struct jmap_list files; /* struct manifest_file; at least one */
};
extern const struct jmap_table manifest_table;

void manifest_done(struct manifest *m);
#define auto_manifest CLEANUP(manifest_done)
/* Strict. Errors: INVALID, LIMIT. */
MUST_USE int manifest_read(const void *json, size_t len, struct manifest *ret, struct error *err);
/* Canonical bytes; appended. */
MUST_USE int manifest_write(const struct manifest *m, struct buf *out, struct error *err);
