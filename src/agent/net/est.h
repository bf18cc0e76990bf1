/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The client's side of EST (RFC 7030): what both enrollments, channel and evidence, have in common.
 */
#include "agent/net/target.h"
#include "http/session.h"

/* GET a public file. Errors: as http_session_call, NOT_FOUND, and the server's. */
MUST_USE int est_fetch(struct http_session *s, const struct target *t, const char *path,
		       struct buf *out, struct error *err);
/* The certificates of an answer (base64 of a certs-only CMS). Errors: INVALID, and the server's. */
MUST_USE int est_answer(const struct http_answer *a, struct certs **ret, struct error *err);
/*
 * The certificate that was issued for the key with that digest, and the others as PEM. *device:
 * the UUID of its subjectAltName "urn:uuid:…"; owned. device and issuers may be NULL.
 * Errors: INVALID (none for the key, or none that names a device).
 */
MUST_USE int est_take(const struct certs *issued, const char *key_sha256, char **device,
		      struct buf *certificate, struct buf *issuers, struct error *err);
