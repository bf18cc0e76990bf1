/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Inside x509*.c only: names and the constraints on them, as strictly as they are written. */
#include "crypto/ossl.h"

/*
 * Every subjectAltName of the preferred syntax of its kind (RFC 5280 4.2.1.6), and name constraints
 * only in an authority, with bases of the right syntax, no minimum and no maximum (4.2.1.10).
 */
MUST_USE int x509_check_name_forms(X509 *x, struct error *err);
/* No wildcard of the end certificate that covers a name which an issuer excludes. */
MUST_USE int x509_check_wildcards(const struct cert *const *chain, size_t n, struct error *err);
