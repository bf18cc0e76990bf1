/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/net/enroll.h"

#include <poll.h>
#include <string.h>

#include "agent/net/identity.h"
#include "agent/net/est.h"
#include "agent/net/target.h"
#include "base/base64.h"
#include "base/clock.h"
#include "crypto/csr.h"
#include "http/session.h"

struct enrolling {
	const struct net_enroll *rq;
	struct target target;
	struct identity id; /* key and anchors; no chain */
	char anchor_digest[SHA256_HEX_SIZE];
};

static void enrolling_done(struct enrolling *e)
{
	identity_done(&e->id);
}

void net_enrolled_done(struct net_enrolled *e)
{
	free(e->device);
	buf_done(&e->certificate);
	buf_done(&e->issuers);
	buf_done(&e->anchor);
	buf_done(&e->crl);
	*e = (struct net_enrolled){ 0 };
}

/* Wait for what the handshake wants. */
static int await(int fd, enum tls_want want, struct error *err)
{
	struct pollfd p = { .fd = fd, .events = want == TLS_WANT_READ ? POLLIN : POLLOUT };

	if (poll(&p, 1, LIMIT_HTTP_CALL_S * 1000) <= 0)
		return error_set(err, ERROR_TIMEOUT, "no answer from the server");
	return 0;
}

/* The self-signed certificate of a chain: what trust on first use trusts. */
static int take_anchor(const struct certs *chain, char *digest, struct error *err)
{
	for (size_t i = 0; i < certs_count(chain); i++) {
		const struct cert *cert = certs_get(chain, i);

		if (!cert_is_self_signed(cert))
			continue;
		if (x509_check_anchor(cert, clock_now(), 0, err) < 0)
			return -1;
		memcpy(digest, cert_sha256(cert), SHA256_HEX_SIZE);
		return 0;
	}
	return error_refuse(err, REASON_CERT_UNTRUSTED, "the server sends no anchor");
}

/* Look at what the server presents. The handshake cannot succeed: no certificate has the digest of
 * zeros. Nothing is sent but a ClientHello. */
static int look(struct enrolling *e, struct error *err)
{
	char nothing[SHA256_HEX_SIZE];
	struct tls_options o = target_options(&e->target, X509_EST_SERVER);
	auto_tls_config struct tls_config *config = NULL;
	auto_close int fd = -1;
	auto_tls struct tls *tls = NULL;
	enum tls_want want = TLS_WANT_WRITE;
	struct error refused = ERROR_INIT;

	memset(nothing, '0', sizeof(nothing) - 1);
	nothing[sizeof(nothing) - 1] = 0;
	o.anchor_sha256 = nothing;
	if (tls_config_client(&o, &config, err) < 0 ||
	    socket_connect(e->target.host, e->target.port, &fd, err) < 0 ||
	    await(fd, TLS_WANT_WRITE, err) < 0 || socket_connected(fd, err) < 0 ||
	    tls_new(config, fd, &tls, err) < 0)
		return -1;
	while (tls_handshake(tls, &want, &refused) == 0)
		if (want == TLS_DONE || await(fd, want, err) < 0)
			return error_set(err, ERROR_UNAVAILABLE, "no certificate from the server");
	return take_anchor(tls_peer_chain(tls), e->anchor_digest, err);
}

/* Steps 1 and 2: anchor and CRL, and the server judged by both. */
static int meet(struct enrolling *e, struct error *err)
{
	struct tls_options o = target_options(&e->target, X509_EST_SERVER);
	auto_tls_config struct tls_config *config = NULL;
	auto_http_session struct http_session *s = NULL;
	auto_buf struct buf crl = BUF_INIT;
	struct http_target to;
	const struct cert *anchor;
	bool newer;

	o.anchor_sha256 = e->anchor_digest;
	o.x509_flags = X509_STATUS_PENDING;
	if (tls_config_client(&o, &config, err) < 0)
		return -1;
	to = target_http(&e->target, config);
	if (http_session_new(&to, &s, err) < 0 ||
	    est_fetch(s, &e->target, "/pki/server.crl", &crl, err) < 0)
		return -1;
	anchor = certs_find(tls_peer_chain(http_session_tls(s)), e->anchor_digest);
	if (!anchor)
		return error_refuse(err, REASON_CERT_UNTRUSTED, "the server's anchor is another");
	if (certs_new(&e->id.anchors, err) < 0 || certs_add(e->id.anchors, anchor, err) < 0 ||
	    crls_new(&e->id.crls, err) < 0 || identity_renew_crl(&e->id, &crl, &newer, err) < 0)
		return -1;
	return x509_judge(tls_peer(http_session_tls(s)),
			  &(struct x509_request){ .purpose = X509_EST_SERVER,
						  .host = e->target.reference,
						  .time = clock_now(),
						  .anchors = e->id.anchors,
						  .untrusted = tls_peer_chain(http_session_tls(s)),
						  .crls = e->id.crls,
						  .flags = target_flags(&e->target) },
			  err);
}

/* RFC 3986 2.3: everything else is escaped. */
static int escape(const char *text, struct buf *out, struct error *err)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~";

	for (; *text; text++)
		if (strchr(plain, *text) ? buf_append(out, text, 1, err) < 0
					 : buf_printf(out, err, "%%%02X", (uint8_t)*text) < 0)
			return -1;
	return 0;
}

int net_enroll_path(const struct net_enroll *rq, struct buf *out, struct error *err)
{
	const struct {
		const char *name, *value;
	} attributes[] = {
		{ "hardwareId", rq->hardware_id },
		{ "manufacturer", rq->manufacturer },
		{ "model", rq->model },
		{ "serialNumber", rq->serial_number },
		{ "hostname", rq->hostname },
		{ "os", rq->os },
		{ "osVersion", rq->os_version },
	};
	char separator = '?';

	if (buf_puts(out, "/.well-known/est/simpleenroll", err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++) {
		if (!attributes[i].value || !attributes[i].value[0])
			continue;
		if (buf_printf(out, err, "%c%s=", separator, attributes[i].name) < 0 ||
		    escape(attributes[i].value, out, err) < 0)
			return -1;
		separator = '&';
	}
	return 0;
}

static int post(struct enrolling *e, struct http_session *s, struct certs **ret, struct error *err)
{
	auto_buf struct buf csr = BUF_INIT;
	auto_buf struct buf body = BUF_INIT;
	auto_http_answer struct http_answer a = { 0 };
	char path[LIMIT_HTTP_LINE];
	auto_buf struct buf own = BUF_INIT;
	struct http_send send = { .method = HTTP_POST,
				  .target = path,
				  .type = "application/pkcs10",
				  .basic_user = e->rq->token,
				  .basic_password = e->rq->secret };

	if (csr_make(e->id.key, NULL, &csr, err) < 0 ||
	    base64_encode(csr.data, csr.len, &body, err) < 0 ||
	    net_enroll_path(e->rq, &own, err) < 0 ||
	    target_path(&e->target, (char *)own.data, path, sizeof(path), err) < 0)
		return -1;
	send.body = body.data;
	send.body_len = body.len;
	if (http_session_call(s, &send, &a, err) < 0)
		return -1;
	return est_answer(&a, ret, err);
}

static int fill(const struct enrolling *e, const struct certs *issued, struct net_enrolled *out,
		struct error *err)
{
	const struct cert *anchor = certs_get(e->id.anchors, 0);
	const struct buf *crl = crl_der(crls_get(e->id.crls, 0));

	memcpy(out->anchor_digest, e->anchor_digest, sizeof(out->anchor_digest));
	if (est_take(issued, key_sha256(e->id.key), &out->device, &out->certificate, &out->issuers,
		     err) < 0 ||
	    buf_append(&out->anchor, cert_der(anchor)->data, cert_der(anchor)->len, err) < 0 ||
	    buf_append(&out->crl, crl->data, crl->len, err) < 0)
		return -1;
	return 0;
}

/* Step 3. */
static int ask_certificate(struct enrolling *e, struct net_enrolled *out, struct error *err)
{
	struct tls_options o = target_options(&e->target, X509_EST_SERVER);
	auto_tls_config struct tls_config *config = NULL;
	auto_http_session struct http_session *s = NULL;
	auto_certs struct certs *issued = NULL;
	struct http_target to;

	o.anchors = e->id.anchors;
	o.crls = e->id.crls;
	if (tls_config_client(&o, &config, err) < 0)
		return -1;
	to = target_http(&e->target, config);
	if (http_session_new(&to, &s, err) < 0 || post(e, s, &issued, err) < 0)
		return -1;
	return fill(e, issued, out, err);
}

int enroll(const struct net_enroll *rq, int key_fd, struct net_enrolled *ret, struct error *err)
{
	CLEANUP(enrolling_done) struct enrolling e = { .rq = rq };
	CLEANUP(net_enrolled_done) struct net_enrolled out = { 0 };

	memcpy(e.anchor_digest, rq->anchor_digest, sizeof(e.anchor_digest));
	if (target_parse(rq->url, rq->connect, rq->reference, &e.target, err) < 0 ||
	    target_tls(&e.target, rq->profile, rq->tls12, err) < 0 ||
	    identity_open_key(key_fd, AGENT_KEY_CHANNEL, &e.id.key, err) < 0)
		return -1;
	if (!e.anchor_digest[0] && look(&e, err) < 0)
		return error_wrap(err, "trust on first use");
	if (meet(&e, err) < 0)
		return error_wrap(err, "the server");
	if (ask_certificate(&e, &out, err) < 0)
		return error_wrap(err, "enrollment");
	*ret = out;
	out = (struct net_enrolled){ 0 };
	return 0;
}
