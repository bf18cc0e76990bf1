/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/net/renew.h"

#include <string.h>

#include "agent/net/est.h"
#include "agent/net/target.h"
#include "base/base64.h"
#include "crypto/cms.h"
#include "crypto/csr.h"
#include "http/session.h"

/* Who asks whom, and over what. */
struct visit {
	struct target target;
	struct identity id;
	enum x509_purpose purpose;
	bool mutual;
	struct tls_config *config;
	struct http_session *session;
};

static void visit_done(struct visit *v)
{
	v->session = http_session_free(v->session);
	if (v->config)
		tls_config_free(v->config);
	identity_done(&v->id);
}

static int connect_anew(struct visit *v, unsigned flags, struct error *err)
{
	struct tls_options o = target_options(&v->target, v->purpose);
	struct http_target to;

	v->session = http_session_free(v->session);
	if (v->config)
		tls_config_free(STEAL(v->config));
	o.anchors = v->id.anchors;
	o.crls = v->id.crls;
	o.x509_flags = flags;
	if (v->mutual) {
		o.chain = v->id.chain;
		o.key = v->id.key;
	}
	if (tls_config_client(&o, &v->config, err) < 0)
		return -1;
	to = target_http(&v->target, v->config);
	return http_session_new(&to, &v->session, err);
}

/* The CRL that is kept may be as old as the device was away: the first connection is for the next
 * one alone, and the server is judged again with it. */
static int begin(struct visit *v, const struct net_connect *as, int key_fd, struct error *err)
{
	auto_buf struct buf crl = BUF_INIT;
	bool newer;

	if (target_parse(as->url, as->connect, as->reference, &v->target, err) < 0 ||
	    target_tls(&v->target, as->profile, as->tls12, err) < 0 ||
	    identity_load(as, key_fd, &v->id, err) < 0 ||
	    connect_anew(v, X509_STATUS_PENDING, err) < 0 ||
	    est_fetch(v->session, &v->target, "/pki/server.crl", &crl, err) < 0 ||
	    identity_renew_crl(&v->id, &crl, &newer, err) < 0)
		return -1;
	return connect_anew(v, 0, err);
}

static int post(struct visit *v, const char *path, const char *type, const struct buf *body,
		struct certs **ret, struct error *err)
{
	auto_http_answer struct http_answer a = { 0 };
	char full[LIMIT_HTTP_LINE];
	struct http_send s = { .method = HTTP_POST,
			       .target = full,
			       .type = type,
			       .body = body->data,
			       .body_len = body->len };

	if (target_path(&v->target, path, full, sizeof(full), err) < 0 ||
	    http_session_call(v->session, &s, &a, err) < 0)
		return -1;
	return est_answer(&a, ret, err);
}

static int ask(struct visit *v, const struct buf *csr, struct certs **ret, struct error *err)
{
	const struct cms_signer old = { certs_get(v->id.chain, 0), v->id.key };
	auto_buf struct buf body = BUF_INIT;

	if (v->mutual) {
		if (base64_encode(csr->data, csr->len, &body, err) < 0)
			return -1;
		return post(v, "/.well-known/est/simplereenroll", "application/pkcs10", &body, ret,
			    err);
	}
	if (cms_sign(csr, &old, 1, NULL, &body, err) < 0)
		return -1;
	return post(v, "/device/v1/renewals", "application/cms", &body, ret, err);
}

int renew(const struct net_renew *rq, const struct buf *csr, int key_fd, struct cert **ret,
	  struct error *err)
{
	CLEANUP(visit_done)
	struct visit v = { .mutual = !rq->expired,
			   .purpose = rq->expired ? X509_EST_SERVER : X509_TLS_SERVER };
	auto_certs struct certs *issued = NULL;
	auto_csr struct csr *request = NULL;

	if (csr_parse(csr->data, csr->len, &request, err) < 0 ||
	    begin(&v, &rq->now, key_fd, err) < 0 || ask(&v, csr, &issued, err) < 0)
		return error_wrap(err, "renewal");
	for (size_t i = 0; i < certs_count(issued); i++)
		if (strcmp(cert_key_sha256(certs_get(issued, i)), csr_key_sha256(request)) == 0) {
			*ret = cert_ref(certs_get(issued, i));
			return 0;
		}
	return error_set(err, ERROR_INVALID, "renewal: the certificate is for another key");
}

int renew_probe(const struct net_connect *as, int key_fd, struct error *err)
{
	CLEANUP(visit_done)
	struct visit v = { .mutual = true, .purpose = X509_TLS_SERVER };
	auto_http_answer struct http_answer a = { 0 };
	char full[LIMIT_HTTP_LINE];

	/* After the last there can be: a question to which there is no document to answer. */
	if (begin(&v, as, key_fd, err) < 0 ||
	    target_path(&v.target, "/device/v1/instructions?after=999999999999&wait=0", full,
			sizeof(full), err) < 0 ||
	    http_session_call(v.session, &(struct http_send){ .method = HTTP_GET, .target = full },
			      &a, err) < 0)
		return error_wrap(err, "probe");
	/* Whatever else it answers, it has taken the identity; and may no longer take the one
	 * before. */
	return a.status == 401 || a.status == 403 ? http_answer_error(&a, err) : 0;
}
