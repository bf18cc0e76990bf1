/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Inside x509*.c only: the candidate chains of one judgement, RFC 4158. */
#include "crypto/x509.h"

/*
 * Judge one candidate, end certificate first, anchor last; every certificate but the first is an
 * issuer of the right name, key and form already. 0: good, the search ends.
 */
typedef int x509_try(void *arg, const struct cert *const *chain, size_t n, struct error *err);

/*
 * Errors: REFUSED with the reason of the candidate that came furthest (REASON_CERT_UNTRUSTED: there
 * was none; _PATH_LENGTH: the limits of the search were reached); what `try` fails with otherwise.
 */
MUST_USE int x509_search(const struct cert *leaf, const struct x509_request *rq, x509_try *try,
			 void *arg, struct error *err);
