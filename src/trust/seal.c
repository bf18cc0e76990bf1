/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/seal.h"

#include <stdio.h>

#include "crypto/digest.h"
#include "crypto/key.h"
#include "crypto/x509.h"

static int check_certificate(const struct seal *s, const struct seal_judgement *j,
			     const struct cert *cert, struct error *err)
{
	char urn[sizeof("urn:uuid:") + UUID_SIZE];
	const struct x509_request rq = {
		.purpose = X509_EVIDENCE_SIGNER,
		.uri = urn,
		.time = j->time ? j->time : s->time,
		.anchors = j->anchors,
		.crls = j->crls,
		.flags = (j->crls ? 0 : X509_STATUS_PENDING) | (j->cnsa ? X509_CNSA : 0),
	};

	(void)snprintf(urn, sizeof(urn), "urn:uuid:%s", s->device);
	return x509_judge(cert, &rq, err);
}

int seal_judge(const struct seal *s, const struct seal_judgement *j, struct error *err)
{
	auto_cert struct cert *cert = NULL;
	auto_buf struct buf bytes = BUF_INIT;
	uint8_t digest[SHA256_SIZE];
	const struct buf *spki;

	if (cert_parse_der(s->certificate.data, s->certificate.len, &cert, err) < 0 ||
	    check_certificate(s, j, cert, err) < 0 || seal_signed(s, &bytes, err) < 0 ||
	    digest_sha256(bytes.data, bytes.len, digest, err) < 0)
		return -1;
	spki = cert_spki(cert);
	return key_verify_digest(spki->data, spki->len, digest, sizeof(digest), &s->signature, err);
}
