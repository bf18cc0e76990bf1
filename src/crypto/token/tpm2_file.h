/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A key that a TPM wrapped, as a file: "TSS2 PRIVATE KEY" in PEM, the form that tpm2-openssl and
 * tpm2-tss-engine share (draft-bottomley-tpm2-keys), so that their tools read ours.
 */
#include "base/buf.h"
#include "base/error.h"

/* Both as TPM2B structures with their sizes; opaque here, the TPM judges them. */
struct tpm2_blob {
	struct buf public_half, private_half;
};

/*
 * A loadable key without authorization under the owner hierarchy's primary key, in DER with
 * nothing behind it; each half at most LIMIT_TPM_BLOB. Errors: INVALID.
 */
MUST_USE int tpm2_file_parse(const void *pem, size_t len, struct tpm2_blob *ret, struct error *err);
/* Append the PEM. */
MUST_USE int tpm2_file_format(const struct tpm2_blob *blob, struct buf *ret, struct error *err);
void tpm2_blob_done(struct tpm2_blob *blob);
#define auto_tpm2_blob CLEANUP(tpm2_blob_done)
