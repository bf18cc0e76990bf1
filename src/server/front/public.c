/* SPDX-License-Identifier: Apache-2.0 */
/* GET /pki/…: anchors and CRLs, for everybody. */
#include "server/front/front.h"
#include "server/front/routes.h"

void public_pki(struct http_exchange *x, const struct http_route *r)
{
	const char *name = http_request_param(http_exchange_request(x), "name");
	const struct pki_item *item = pki_find(&front_of(x)->pki, name);
	auto_http_reply struct http_reply reply = { .status = 200 };
	struct error err = ERROR_INIT;

	if (!item) {
		if (error_set(&err, ERROR_NOT_FOUND, "nothing of that name is published") < 0)
			http_exchange_error(x, &err);
		return;
	}
	reply.type = item->crl ? "application/pkix-crl" : "application/pkix-cert";
	if (buf_append(&reply.body, item->der.data, item->der.len, &err) < 0)
		http_exchange_error(x, &err);
	else
		http_exchange_answer(x, &reply);
}
