/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /device/v1/renewals: a device whose certificate ran out while it was away asks for the next
 * one. No TLS can be had with the old certificate, so its key signs the request instead: CMS over a
 * PKCS#10 by the new key. How long after expiry that is good is core's word, and so is whether the
 * certificate was the device's.
 */
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "crypto/cms.h"
#include "crypto/csr.h"
#include "server/front/device.h"
#include "server/front/est.h"
#include "server/front/routes.h"

/* The signer must be good at its last moment, by the device issuer. It has no current status any
 * more; one that is known to be revoked is refused all the same. */
static int judge_signer(const struct front *f, const struct cert *signer, struct error *err)
{
	auto_certs struct certs *anchors = NULL;
	auto_crls struct crls *crls = NULL;
	const struct cert *anchor;
	int64_t now = clock_now(), last = cert_not_after(signer) - 1;
	struct x509_request rq = {
		.purpose = X509_TLS_CLIENT,
		.time = now < last ? now : last,
		.flags = X509_STATUS_PENDING | (f->options.profile == TLS_CNSA ? X509_CNSA : 0),
	};

	if (pki_cert(&f->pki, "device", &anchor, err) < 0 || certs_new(&anchors, err) < 0 ||
	    certs_add(anchors, anchor, err) < 0 || pki_crls(&f->pki, &crls, err) < 0)
		return -1;
	rq.anchors = anchors;
	rq.crls = crls;
	return x509_judge(signer, &rq, err);
}

/* The one signer of a renewal, whose signature holds. */
static int read_signer(const struct front *f, const struct cms *cms, const struct cert **ret,
		       struct error *err)
{
	const struct cert *signer = cms_signer(cms, 0);

	if (cms_n_signers(cms) != 1)
		return error_refuse(err, REASON_CMS_FORM, "a renewal has one signature");
	if (judge_signer(f, signer, err) < 0 || cms_check_signature(cms, 0, err) < 0)
		return -1;
	*ret = signer;
	return 0;
}

static int fill(const struct cert *signer, const struct csr *csr, struct server_reenroll *body,
		struct error *err)
{
	const char *id = device_id_of(signer);

	if (!id)
		return error_refuse(err, REASON_CERT_NAME, "the certificate names no device");
	memcpy(body->device, id, sizeof(body->device));
	memcpy(body->certificate, cert_sha256(signer), sizeof(body->certificate));
	memcpy(body->key, csr_key_sha256(csr), sizeof(body->key));
	body->kind = SERVER_REENROLL_IDENTITY;
	body->expired = clock_now() > cert_not_after(signer);
	return 0;
}

void device_renew(struct http_exchange *x, const struct http_route *r)
{
	const struct buf *body = &http_exchange_request(x)->body;
	struct server_reenroll rq = { .address = (char *)http_exchange_peer(x)->address };
	const struct cert *signer = NULL;
	struct front *f = front_of(x);
	auto_cms struct cms *cms = NULL;
	auto_csr struct csr *csr = NULL;
	struct error err = ERROR_INIT;
	struct buf content;

	if (cms_parse(body->data, body->len, LIMIT_DOCUMENT, &cms, &err) < 0 ||
	    read_signer(f, cms, &signer, &err) < 0) {
		front_audit(f, "enrollment-refused", "anonymous", rq.address, &err);
		est_error(x, &err);
		return;
	}
	content = cms_content(cms);
	if (csr_parse(content.data, content.len, &csr, &err) < 0 ||
	    fill(signer, csr, &rq, &err) < 0) {
		est_error(x, &err);
		return;
	}
	link_call(f->core,
		  &(struct ipc_send){ .type = SERVER_REENROLL,
				      .body = &rq,
				      .blob = content.data,
				      .blob_len = content.len },
		  SERVER_ENROLLED, est_on_enrolled, x);
}
