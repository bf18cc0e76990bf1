/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/net/est.h"

#include <string.h>

#include "base/base64.h"
#include "base/id.h"
#include "crypto/cms.h"

int est_fetch(struct http_session *s, const struct target *t, const char *path, struct buf *out,
	      struct error *err)
{
	auto_http_answer struct http_answer a = { 0 };
	char full[LIMIT_HTTP_LINE];

	if (target_path(t, path, full, sizeof(full), err) < 0 ||
	    http_session_call(s, &(struct http_send){ .method = HTTP_GET, .target = full }, &a,
			      err) < 0)
		return -1;
	if (a.status != 200)
		return http_answer_error(&a, err);
	*out = buf_steal(&a.body);
	return 0;
}

int est_answer(const struct http_answer *a, struct certs **ret, struct error *err)
{
	auto_buf struct buf der = BUF_INIT;

	if (a->status != 200)
		return http_answer_error(a, err);
	if (base64_decode((const char *)a->body.data, a->body.len, 1, &der, err) < 0)
		return error_wrap(err, "est");
	return cms_certs_parse(der.data, der.len, ret, err);
}

static int take_device(const struct cert *cert, char **ret, struct error *err)
{
	static const char prefix[] = "urn:uuid:";
	const char *uri;

	for (size_t i = 0; (uri = cert_san_uri(cert, i)); i++)
		if (strncmp(uri, prefix, strlen(prefix)) == 0 && uuid_valid(uri + strlen(prefix))) {
			*ret = strdup(uri + strlen(prefix));
			return *ret ? 0 : error_oom(err);
		}
	return error_set(err, ERROR_INVALID, "the certificate names no device");
}

int est_take(const struct certs *issued, const char *key_sha256, char **device,
	     struct buf *certificate, struct buf *issuers, struct error *err)
{
	const struct cert *own = NULL;

	for (size_t i = 0; i < certs_count(issued); i++) {
		const struct cert *cert = certs_get(issued, i);

		if (strcmp(cert_key_sha256(cert), key_sha256) == 0)
			own = cert;
		else if (issuers && cert_pem(cert, issuers, err) < 0)
			return -1;
	}
	if (!own)
		return error_set(err, ERROR_INVALID, "the certificate is for another key");
	if (device && take_device(own, device, err) < 0)
		return -1;
	return buf_append(certificate, cert_der(own)->data, cert_der(own)->len, err);
}
