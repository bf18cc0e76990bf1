/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Certificates in PEM (RFC 7468), strictly: one certificate, its markers and nothing around them.
 * The frame is judged (one DER SEQUENCE, of its length, that holds another), not the certificate:
 * enough that no path, URL or key can stand in its place. Pure; no X.509 code.
 */
#include "base/jmap.h"

/* Appends the certificate in DER. White space inside and at the end is skipped.
 * Errors: INVALID, LIMIT (more than LIMIT_CERT). */
MUST_USE int pem_read(const char *text, size_t len, struct buf *der, struct error *err);
/* Appends the one form that we write: lines of 64, LF. */
MUST_USE int pem_write(const void *der, size_t len, struct buf *out, struct error *err);

/* A list of certificates in PEM: struct strings, each as pem_write makes it. */
extern const struct jmap_type jmap_pems;
