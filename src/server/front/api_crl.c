/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /api/v1/crl: a revocation list of the authority, published as bytes. It is judged here by
 * the trust in force, and by each device anew.
 */
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "server/front/api.h"
#include "server/front/routes.h"

/* Errors: REFUSED (no anchor of trust has signed it, or it is not current). */
static int judge_crl(const struct front *f, const struct crl *crl, struct admin_crl *ret,
		     struct error *err)
{
	const struct trust *t = &f->trust.trust;
	const struct trust_anchor *a = t->anchors.items;
	int64_t now = clock_now();

	for (size_t i = 0; i < t->anchors.n; i++) {
		auto_cert struct cert *anchor = NULL;

		if (cert_parse_der(a[i].certificate.data, a[i].certificate.len, &anchor, err) < 0)
			return -1;
		if (strcmp(cert_subject_key_id(anchor), crl_issuer_key_id(crl)) != 0)
			continue;
		if (crl_check_issuer(crl, anchor, err) < 0)
			return -1;
		ret->first = i == 0;
		memcpy(ret->key, cert_key_sha256(anchor), sizeof(ret->key));
		ret->number = crl_number(crl);
		ret->next_update = crl_next_update(crl);
		if (crl_this_update(crl) > now + LIMIT_BACKDATE_S || ret->next_update <= now)
			return error_refuse(err, REASON_WINDOW,
					    "the revocation list is not current");
		return 0;
	}
	return error_refuse(err, REASON_CERT_UNTRUSTED,
			    "no anchor of the trust in force has issued this revocation list");
}

static void on_stored(struct ipc_message *m, const struct error *err, void *userdata)
{
	auto_http_reply struct http_reply nothing = { .status = 204 };
	struct http_exchange *x = userdata;

	if (m)
		http_exchange_answer(x, &nothing);
	else
		api_error(x, err);
}

void api_crl(struct http_exchange *x, const struct http_route *r)
{
	const struct buf *body = &http_exchange_request(x)->body;
	struct front *f = front_of(x);
	auto_crl struct crl *crl = NULL;
	struct admin_crl in = { .caller = api_caller(x) };
	struct error err = ERROR_INIT;

	if (crl_parse_der(body->data, body->len, &crl, &err) < 0 ||
	    judge_crl(f, crl, &in, &err) < 0) {
		if (err.code == ERROR_REFUSED)
			front_audit(f, "publication-refused", in.caller.login, in.caller.address,
				    &err);
		api_error(x, &err);
		return;
	}
	link_call(f->core,
		  &(struct ipc_send){ .type = SERVER_PUBLISH_CRL,
				      .body = &in,
				      .blob = body->data,
				      .blob_len = body->len },
		  SERVER_OK, on_stored, x);
}
