/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/api.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "cli/api_status.h"
#include "cli/authority.h"
#include "crypto/tls.h"
#include "http/session.h"

struct api {
	struct home home;
	struct certs *anchors, *chain;
	struct key *key;
	struct tls_config *tls;
	struct http_session *session;
};

struct api *api_free(struct api *a)
{
	if (!a)
		return NULL;
	http_session_free(a->session);
	tls_config_free(a->tls);
	key_free(a->key);
	certs_free(a->chain);
	certs_free(a->anchors);
	home_done(&a->home);
	free(a);
	return NULL;
}

const struct home *api_home(const struct api *a)
{
	return &a->home;
}

static int load_identity(struct api *a, struct error *err)
{
	char path[HOME_PATH_SIZE];

	if (home_path(a->home.dir, path, err, "login.crt") < 0 ||
	    certs_load(path, &a->chain, err) < 0)
		return error_wrap(err, "the login certificate");
	if (key_of_home(a->home.dir, "login", NULL, &a->key, err) < 0)
		return error_wrap(err, "the login key");
	return 0;
}

int api_open(const char *home, struct api **ret, struct error *err)
{
	auto_api struct api *a = calloc(1, sizeof(*a));

	if (!a)
		return error_oom(err);
	if (home_open(home, &a->home, err) < 0)
		return -1;
	if (!a->home.conf.administration || !a->home.conf.enrollment || !a->home.conf.device ||
	    !a->home.conf.reference)
		return error_set(err, ERROR_NOT_FOUND, "%s/client.conf names no server",
				 a->home.dir);
	if (load_identity(a, err) < 0 || api_anchors(&a->home, &a->anchors, err) < 0)
		return -1;
	*ret = STEAL(a);
	return 0;
}

/* At the first call: find the server's status, then make the session. */
static int connect_api(struct api *a, struct error *err)
{
	auto_crls struct crls *crls = NULL;
	const struct client_conf *c = &a->home.conf;
	struct tls_options o = {
		.profile = api_profile(&a->home),
		.tls12 = c->tls12,
		.chain = a->chain,
		.key = a->key,
		.purpose = X509_TLS_SERVER,
		.anchors = a->anchors,
		.reference = c->reference,
	};
	struct http_target target = { .reference = c->reference };
	char host[LIMIT_URL];

	if (a->session)
		return 0;
	if (api_status(&a->home, a->anchors, &crls, err) < 0)
		return -1;
	o.crls = crls;
	if (tls_config_client(&o, &a->tls, err) < 0 ||
	    api_host(&a->home, c->administration, host, &target.port, err) < 0)
		return -1;
	target.host = host;
	target.tls = a->tls;
	return http_session_new(&target, &a->session, err);
}

static int call(struct api *a, const struct http_send *send, struct http_answer *ret,
		struct error *err)
{
	if (connect_api(a, err) < 0)
		return -1;
	if (http_session_call(a->session, send, ret, err) < 0)
		return error_wrap(err, "%.80s", a->home.conf.administration);
	if (ret->status >= 400)
		return http_answer_error(ret, err);
	return 0;
}

static int bind(const struct http_answer *answer, const struct jmap_table *t, void *ret,
		struct error *err)
{
	if (jmap_read(answer->body.data, answer->body.len, LIMIT_HTTP_REPLY, t, ret, err) < 0)
		return error_wrap(err, "the server's answer");
	return 0;
}

static int get(struct api *a, struct http_answer *answer, struct error *err, const char *fmt,
	       va_list ap)
{
	char target[LIMIT_URL + 3 * LIMIT_NAME];
	int n = vsnprintf(target, sizeof(target), fmt, ap);

	if (n < 0 || (size_t)n >= sizeof(target))
		return error_set(err, ERROR_LIMIT, "a request is too long");
	return call(a, &(struct http_send){ .method = HTTP_GET, .target = target }, answer, err);
}

int api_read(struct api *a, const struct jmap_table *t, void *ret, struct error *err,
	     const char *fmt, ...)
{
	auto_http_answer struct http_answer answer = { 0 };
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = get(a, &answer, err, fmt, ap);
	va_end(ap);
	return r < 0 ? -1 : bind(&answer, t, ret, err);
}

int api_get(struct api *a, const struct jmap_table *t, json_t **ret, struct error *err,
	    const char *fmt, ...)
{
	auto_http_answer struct http_answer answer = { 0 };
	auto_free void *bound = calloc(1, t->size);
	va_list ap;
	int r;

	if (!bound)
		return error_oom(err);
	va_start(ap, fmt);
	r = get(a, &answer, err, fmt, ap);
	va_end(ap);
	if (r < 0)
		return -1;
	if (answer.status == 204) {
		*ret = NULL;
		return 0;
	}
	r = bind(&answer, t, bound, err);
	if (r == 0)
		r = jmap_tree_of(bound, t, ret, err);
	jmap_done(t, bound);
	return r;
}

int api_fetch(struct api *a, struct buf *ret, struct error *err, const char *fmt, ...)
{
	auto_http_answer struct http_answer answer = { 0 };
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = get(a, &answer, err, fmt, ap);
	va_end(ap);
	return r < 0 ? -1 : buf_append(ret, answer.body.data, answer.body.len, err);
}

int api_token_create(struct api *a, const struct admin_token_spec *spec,
		     struct admin_token_created *ret, struct error *err)
{
	auto_http_answer struct http_answer answer = { 0 };
	auto_buf struct buf text = BUF_INIT;
	struct http_send send = { .method = HTTP_POST,
				  .target = "/api/v1/tokens",
				  .type = "application/json" };
	int r;

	if (jmap_write(spec, &admin_token_spec_table, &text, err) < 0)
		return -1;
	send.body = text.data;
	send.body_len = text.len;
	if (call(a, &send, &answer, err) < 0)
		return -1;
	r = bind(&answer, &admin_token_created_table, ret, err);
	buf_wipe(&answer.body); /* it has the secret */
	return r;
}

static int post(struct api *a, const char *target, const char *type, const struct buf *body,
		struct http_answer *answer, struct error *err)
{
	const struct http_send send = { .method = HTTP_POST,
					.target = target,
					.type = type,
					.body = body->data,
					.body_len = body->len };

	return call(a, &send, answer, err);
}

static int post_document(struct api *a, const char *target, const struct buf *cms,
			 struct admin_published *ret, struct error *err)
{
	auto_http_answer struct http_answer answer = { 0 };

	if (post(a, target, "application/cms", cms, &answer, err) < 0)
		return -1;
	return bind(&answer, &admin_published_table, ret, err);
}

int api_publish(struct api *a, const struct buf *cms, struct admin_published *ret,
		struct error *err)
{
	return post_document(a, "/api/v1/instructions", cms, ret, err);
}

int api_pend(struct api *a, const struct buf *cms, struct admin_published *ret, struct error *err)
{
	return post_document(a, "/api/v1/pending", cms, ret, err);
}

int api_publish_crl(struct api *a, const struct buf *der, struct error *err)
{
	auto_http_answer struct http_answer answer = { 0 };

	return post(a, "/api/v1/crl", "application/pkix-crl", der, &answer, err);
}

int api_cancel(struct api *a, const char *id, struct admin_cancelled *ret, struct error *err)
{
	auto_http_answer struct http_answer answer = { 0 };
	char target[LIMIT_URL];

	if (path_format(target, sizeof(target), err, "/api/v1/instructions/%s", id) < 0 ||
	    call(a, &(struct http_send){ .method = HTTP_DELETE, .target = target }, &answer, err) <
		    0)
		return -1;
	return bind(&answer, &admin_cancelled_table, ret, err);
}

int api_delete(struct api *a, const char *collection, const char *id, struct error *err)
{
	auto_http_answer struct http_answer answer = { 0 };
	char target[LIMIT_URL];

	if (path_format(target, sizeof(target), err, "/api/v1/%s/%s", collection, id) < 0)
		return -1;
	return call(a, &(struct http_send){ .method = HTTP_DELETE, .target = target }, &answer,
		    err);
}

int query_escape(const char *text, char *ret, size_t size, struct error *err)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
	size_t n = 0;

	for (; *text; text++) {
		if (n + 4 > size)
			return error_set(err, ERROR_LIMIT, "a value is too long");
		if (strchr(plain, *text))
			ret[n++] = *text;
		else
			n += (size_t)snprintf(ret + n, 4, "%%%02X", (unsigned char)*text);
	}
	ret[n] = '\0';
	return 0;
}
