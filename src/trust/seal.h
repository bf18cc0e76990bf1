/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Whether a seal holds: the one judge of server and CLI. */
#include "crypto/cert.h"
#include "crypto/crl.h"
#include "proto/seal.h"

struct seal_judgement {
	const struct certs *anchors; /* the issuers of devices' certificates */
	const struct crls *crls;     /* NULL: only what is known to be revoked is refused */
	int64_t time;		     /* 0: at the time of the seal */
	bool cnsa;
};
/* The certificate is the device's, for evidence, and good; the signature is its key's. Errors:
 * REFUSED with REASON_CERT_* or REASON_SIGNATURE; LIMIT, INVALID, UNAVAILABLE. */
MUST_USE int seal_judge(const struct seal *s, const struct seal_judgement *j, struct error *err);
