/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The enrollment payload: what a device must know before it speaks to a server (FIA_ENR_EXT.2).
 * Not signed: it comes by another way than the server (a QR code, a file). With the digests the
 * device can tell the right enterprise from any other.
 */
#include "base/jmap.h"

struct enrollment {
	char *type; /* "enrollment" */
	char enterprise[UUID_SIZE];
	char *enterprise_name;
	char *url;	  /* of the enrollment listener: "https://mdm.example:8444" */
	char *device_url; /* of the device listener: "https://mdm.example:8443" */
	char *connect;	  /* the address to connect to instead of the URLs' host, or NULL */
	char *reference;  /* the DNS name that the server's certificates must carry */
	char trust_digest[SHA256_HEX_SIZE];  /* of trust v1, the whole CMS */
	char anchor_digest[SHA256_HEX_SIZE]; /* of the server issuer's DER certificate */
	char *token;			     /* its public id */
	char *secret;			     /* one use; never in an argument or a log */
	int64_t expires;
	int ownership; /* enum ownership (document.h) */
};

extern const struct jmap_table enrollment_table;

void enrollment_done(struct enrollment *e);
#define auto_enrollment CLEANUP(enrollment_done)
/* Errors: LIMIT, INVALID (names the key). The digests may be absent: the device decides. */
MUST_USE int enrollment_read(const void *data, size_t len, struct enrollment *ret,
			     struct error *err);
MUST_USE int enrollment_write(const struct enrollment *e, struct buf *out, struct error *err);
