/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/api_status.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/socket.h"
#include "http/session.h"

int api_anchors(const struct home *h, struct certs **ret, struct error *err)
{
	char path[HOME_PATH_SIZE];

	if (h->conf.anchor ? path_format(path, sizeof(path), err, "%s", h->conf.anchor) < 0
			   : home_path(h->dir, path, err, "server.crt") < 0)
		return -1;
	if (certs_load(path, ret, err) < 0)
		return error_wrap(err, "the server's anchor");
	return 0;
}

enum tls_profile api_profile(const struct home *h)
{
	return h->conf.profile && strcmp(h->conf.profile, "cnsa") == 0 ? TLS_CNSA : TLS_DEFAULT;
}

int api_host(const struct home *h, const char *url, char ret[LIMIT_URL], uint16_t *port,
	     struct error *err)
{
	static const char scheme[] = "https://";
	char named[SOCKET_HOST_SIZE];

	if (strncmp(url, scheme, strlen(scheme)) != 0 ||
	    socket_parse(url + strlen(scheme), named, port, err) < 0 || *port == 0)
		return error_set(err, ERROR_INVALID, "'%.80s' is not https://HOST:PORT", url);
	return path_format(ret, LIMIT_URL, err, "%s", h->conf.connect ? h->conf.connect : named);
}

/* The kept CRL, where there is a current one; *half_over: it should be renewed. */
static struct crl *kept(const char *path, int64_t now, bool *half_over)
{
	struct error ignored = ERROR_INIT;
	auto_crl struct crl *crl = NULL;

	*half_over = true;
	if (!file_exists(path) || crl_load(path, &crl, &ignored) < 0 || crl_next_update(crl) <= now)
		return NULL;
	*half_over = now >= (crl_this_update(crl) + crl_next_update(crl)) / 2;
	return STEAL(crl);
}

/* Judge the server that the CRL came from by that CRL: only then does it count. */
static int judge_peer(const struct home *h, const struct certs *anchors, const struct tls *tls,
		      const struct crls *crls, struct error *err)
{
	const struct x509_request rq = {
		.purpose = X509_EST_SERVER,
		.host = h->conf.reference,
		.time = clock_now(),
		.anchors = anchors,
		.untrusted = tls_peer_chain(tls),
		.crls = crls,
		.flags = api_profile(h) == TLS_CNSA ? X509_CNSA : 0,
	};

	return x509_judge(tls_peer(tls), &rq, err);
}

static int fetch(const struct home *h, const struct certs *anchors, struct buf *der,
		 struct crl **ret, struct error *err)
{
	const struct tls_options o = {
		.profile = api_profile(h),
		.tls12 = h->conf.tls12,
		.purpose = X509_EST_SERVER,
		.anchors = anchors,
		.reference = h->conf.reference,
		.x509_flags = X509_STATUS_PENDING,
	};
	const struct http_send send = { .method = HTTP_GET, .target = "/pki/server.crl" };
	struct http_target target = { .reference = h->conf.reference };
	auto_tls_config struct tls_config *tls = NULL;
	auto_http_session struct http_session *session = NULL;
	auto_http_answer struct http_answer answer = { 0 };
	auto_crls struct crls *crls = NULL;
	auto_crl struct crl *crl = NULL;
	char host[LIMIT_URL];

	if (tls_config_client(&o, &tls, err) < 0 ||
	    api_host(h, h->conf.enrollment, host, &target.port, err) < 0)
		return -1;
	target.host = host;
	target.tls = tls;
	if (http_session_new(&target, &session, err) < 0 ||
	    http_session_call(session, &send, &answer, err) < 0)
		return error_wrap(err, "%.80s", h->conf.enrollment);
	if (answer.status >= 400)
		return http_answer_error(&answer, err);
	if (crl_parse(answer.body.data, answer.body.len, &crl, err) < 0 ||
	    crls_new(&crls, err) < 0 || crls_add(crls, crl, err) < 0 ||
	    judge_peer(h, anchors, http_session_tls(session), crls, err) < 0)
		return error_wrap(err, "%.80s", h->conf.enrollment);
	*ret = STEAL(crl);
	return buf_append(der, answer.body.data, answer.body.len, err);
}

int api_status(const struct home *h, const struct certs *anchors, struct crls **ret,
	       struct error *err)
{
	auto_crls struct crls *crls = NULL;
	auto_crl struct crl *old = NULL, *fresh = NULL;
	auto_buf struct buf der = BUF_INIT;
	char path[HOME_PATH_SIZE];
	struct error ignored = ERROR_INIT;
	bool half_over;

	if (home_path(h->dir, path, err, "status/server.crl") < 0 || crls_new(&crls, err) < 0)
		return -1;
	old = kept(path, clock_now(), &half_over);
	if (half_over) {
		if (fetch(h, anchors, &der, &fresh, err) == 0)
			/* An operator's directory that cannot be written to is fetched for anew. */
			(void)!file_replace(path, der.data, der.len, 0644, &ignored);
		else if (!old)
			return -1;
	}
	if (crls_add(crls, fresh ? fresh : old, err) < 0)
		return -1;
	*err = (struct error)ERROR_INIT;
	*ret = STEAL(crls);
	return 0;
}
