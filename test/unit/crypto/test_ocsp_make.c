/* SPDX-License-Identifier: Apache-2.0 */
/* Asking and answering, against ourselves and against `openssl ocsp`. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "check.h"
#include "crypto/issue.h"
#include "crypto/x509.h"
#include "pki.h"

/* An authority of ours and its delegate, around a time: the clock's, for openssl's sake. */
struct shop {
	struct key *root_key, *leaf_key, *delegate_key;
	struct cert *root, *leaf, *delegate;
	int64_t now;
};

static void shop_done(struct shop *s)
{
	key_free(s->root_key);
	key_free(s->leaf_key);
	key_free(s->delegate_key);
	cert_free(s->root);
	cert_free(s->leaf);
	cert_free(s->delegate);
}
#define auto_shop CLEANUP(shop_done)

static struct issue_template template(const struct shop *s, const char *name, unsigned purposes)
{
	return (struct issue_template){
		.common_name = name,
		.purposes = purposes,
		.not_before = s->now - 3600,
		.not_after = s->now + 20 * PKI_DAY,
	};
}

static void shop_init(struct shop *s)
{
	struct error err = ERROR_INIT;
	struct issue_template t;

	*s = (struct shop){ .now = clock_now() };
	CHECK_OK(key_generate(KEY_P384, &s->root_key, &err), err);
	CHECK_OK(key_generate(KEY_P256, &s->leaf_key, &err), err);
	CHECK_OK(key_generate(KEY_P256, &s->delegate_key, &err), err);
	t = template(s, "root", ISSUE_PURPOSE(X509_CA));
	CHECK_OK(issue_root(&t, s->root_key, &s->root, &err), err);
	t = template(s, "leaf", ISSUE_PURPOSE(X509_TLS_SERVER));
	t.must_staple = true;
	CHECK_OK(issue_cert(&t, key_spki(s->leaf_key), s->root, s->root_key, &s->leaf, &err), err);
	t = template(s, "responder", ISSUE_PURPOSE(X509_OCSP_SIGNER));
	CHECK_OK(
		issue_cert(&t, key_spki(s->delegate_key), s->root, s->root_key, &s->delegate, &err),
		err);
	t.not_after = s->now + LIMIT_OCSP_SIGNER_S;
	struct cert *none auto_cert = NULL;

	CHECK_ERROR(issue_cert(&t, key_spki(s->delegate_key), s->root, s->root_key, &none, &err),
		    err, ERROR_INVALID);
}

static int status_at(const struct shop *s, const struct ocsp *o, int64_t time,
		     enum ocsp_status *ret, struct error *err)
{
	const struct ocsp_context ctx = { .issuer = s->root, .time = time };

	return ocsp_status_of(o, s->leaf, &ctx, ret, err);
}

static struct issue_ocsp answers(const struct shop *s, const struct issue_ocsp_answer *a, size_t n)
{
	return (struct issue_ocsp){
		.produced_at = s->now,
		.this_update = s->now,
		.next_update = s->now + PKI_DAY,
		.answers = a,
		.n_answers = n,
	};
}

static void ourselves(void)
{
	struct error err = ERROR_INIT;
	struct shop s auto_shop;
	struct buf question auto_buf = BUF_INIT;
	struct ocsp_query *q auto_ocsp_query = NULL;
	struct ocsp *one auto_ocsp = NULL, *two auto_ocsp = NULL;
	enum ocsp_status said = OCSP_STATUS_UNKNOWN;

	shop_init(&s);
	CHECK_OK(ocsp_query_make(s.leaf, s.root, "a nonce", 7, &question, &err), err);
	CHECK_OK(ocsp_query_parse(question.data, question.len, &q, &err), err);
	CHECK(ocsp_query_count(q) == 1 && !ocsp_query_serial(q, 1));
	CHECK_STR(ocsp_query_serial(q, 0), cert_serial(s.leaf));
	CHECK(ocsp_query_is_for(q, 0, s.root) && !ocsp_query_is_for(q, 0, s.leaf) &&
	      !ocsp_query_is_for(q, 1, s.root));
	CHECK(ocsp_query_nonce(q)->len == 7);

	struct issue_ocsp_answer a[] = { { "00ff", OCSP_STATUS_UNKNOWN, 0 },
					 { cert_serial(s.leaf), OCSP_STATUS_GOOD, 0 } };
	struct issue_ocsp t = answers(&s, a, ARRAY_SIZE(a));

	t.query = q;
	CHECK_OK(issue_ocsp(&t, s.root, s.delegate, s.delegate_key, &one, &err), err);
	CHECK_OK(ocsp_check_nonce(one, "a nonce", 7, &err), err);
	CHECK_OK(status_at(&s, one, s.now, &said, &err), err);
	CHECK(said == OCSP_STATUS_GOOD);
	CHECK_REFUSED(status_at(&s, one, s.now + PKI_DAY + 1, &said, &err), err,
		      REASON_CERT_EXPIRED);

	a[1].status = OCSP_STATUS_REVOKED;
	a[1].revoked_at = s.now - 60;
	t.query = NULL;
	CHECK_OK(issue_ocsp(&t, s.root, s.root, s.root_key, &two, &err), err);
	CHECK_OK(status_at(&s, two, s.now, &said, &err), err);
	CHECK(said == OCSP_STATUS_REVOKED && ocsp_single(two, 1)->revoked_at == s.now - 60);
}

static void errors(void)
{
	struct error err = ERROR_INIT;
	struct shop s auto_shop;
	struct buf out auto_buf = BUF_INIT;
	struct ocsp_query *q auto_ocsp_query = NULL;
	struct ocsp *none auto_ocsp = NULL;

	shop_init(&s);
	struct issue_ocsp_answer good = { cert_serial(s.leaf), OCSP_STATUS_GOOD, 0 };
	struct issue_ocsp_answer odd = { "xyz", OCSP_STATUS_GOOD, 0 };
	struct issue_ocsp_answer no_status = { "01", OCSP_STATUS_MAX_, 0 };
	struct issue_ocsp bad[] = { answers(&s, &good, 0), answers(&s, &odd, 1),
				    answers(&s, &no_status, 1), answers(&s, &good, 1),
				    answers(&s, &good, LIMIT_OCSP_SINGLES + 1) };
	struct issue_ocsp t = answers(&s, &good, 1);

	bad[3].next_update = bad[3].this_update;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK_ERROR(issue_ocsp(&bad[i], s.root, s.root, s.root_key, &none, &err), err,
			    ERROR_INVALID);
	CHECK_ERROR(issue_ocsp(&t, s.root, s.delegate, s.root_key, &none, &err), err,
		    ERROR_INVALID);
	CHECK_ERROR(ocsp_query_make(s.leaf, s.root, "", 0, &out, &err), err, ERROR_INVALID);
	CHECK_ERROR(ocsp_query_parse("x", 1, &q, &err), err, ERROR_INVALID);
	CHECK_ERROR(ocsp_query_parse("x", LIMIT_OCSP_QUERY + 1, &q, &err), err, ERROR_LIMIT);
	CHECK_OK(ocsp_query_make(s.leaf, s.root, NULL, 0, &out, &err), err);
	CHECK_OK(buf_append(&out, "", 1, &err), err);
	CHECK_ERROR(ocsp_query_parse(out.data, out.len, &q, &err), err, ERROR_INVALID);
	CHECK(!none && !q);
}

static char dir[64];

static const char *in(const char *name)
{
	static char paths[8][128];
	static unsigned next;
	char *path = paths[next++ % ARRAY_SIZE(paths)];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", dir, name);
	return path;
}

static void save_pem(const char *name, const struct cert *cert)
{
	struct error err = ERROR_INIT;
	struct buf pem auto_buf = BUF_INIT;

	CHECK_OK(cert_pem(cert, &pem, &err), err);
	CHECK_OK(file_replace(in(name), pem.data, pem.len, 0600, &err), err);
}

static int run(const char *args)
{
	char line[700];

	(void)snprintf(line, sizeof(line), "cd %s && openssl %s >out 2>&1", dir, args);
	return system(line);
}

static void save_shop(const struct shop *s)
{
	struct error err = ERROR_INIT;
	char line[300], index[400];

	(void)snprintf(dir, sizeof(dir), "/tmp/muster-ocsp-XXXXXX");
	CHECK(mkdtemp(dir) != NULL);
	save_pem("root.pem", s->root);
	save_pem("leaf.pem", s->leaf);
	save_pem("delegate.pem", s->delegate);
	CHECK_OK(key_save(s->delegate_key, in("delegate.key"), &err), err);
	(void)snprintf(line, sizeof(line), "%s", cert_serial(s->leaf));
	for (char *c = line; *c; c++)
		*c = *c >= 'a' ? (char)(*c - 'a' + 'A') : *c;
	(void)snprintf(index, sizeof(index), "V\t491231235959Z\t\t%s\tunknown\t/CN=leaf\n", line);
	CHECK_OK(file_replace(in("index.txt"), index, strlen(index), 0600, &err), err);
}

/* openssl asks, we answer; we ask, openssl answers. */
static void stock_client_and_responder(void)
{
	struct error err = ERROR_INIT;
	struct shop s auto_shop;
	struct buf der auto_buf = BUF_INIT, question auto_buf = BUF_INIT;
	struct ocsp_query *q auto_ocsp_query = NULL;
	struct ocsp *ours auto_ocsp = NULL, *theirs auto_ocsp = NULL;
	enum ocsp_status said = OCSP_STATUS_UNKNOWN;
	char line[200];

	shop_init(&s);
	save_shop(&s);
	CHECK(run("ocsp -sha256 -issuer root.pem -cert leaf.pem -reqout q.der") == 0);
	CHECK_OK(file_read(in("q.der"), LIMIT_OCSP_QUERY, &der, &err), err);
	CHECK_OK(ocsp_query_parse(der.data, der.len, &q, &err), err);
	struct issue_ocsp_answer good = { cert_serial(s.leaf), OCSP_STATUS_GOOD, 0 };
	struct issue_ocsp t = answers(&s, &good, 1);

	t.query = q;
	CHECK_OK(issue_ocsp(&t, s.root, s.delegate, s.delegate_key, &ours, &err), err);
	CHECK_OK(file_replace(in("r.der"), ocsp_der(ours)->data, ocsp_der(ours)->len, 0600, &err),
		 err);
	CHECK(run("ocsp -sha256 -issuer root.pem -cert leaf.pem -no_nonce -respin r.der "
		  "-CAfile root.pem -verify_other delegate.pem") == 0);
	(void)snprintf(line, sizeof(line), "grep -q 'leaf.pem: good' %s", in("out"));
	CHECK(system(line) == 0);

	CHECK_OK(ocsp_query_make(s.leaf, s.root, "0123456789abcdef0123456789abcdef", 32, &question,
				 &err),
		 err);
	CHECK_OK(file_replace(in("q2.der"), question.data, question.len, 0600, &err), err);
	CHECK(run("ocsp -index index.txt -CA root.pem -rsigner delegate.pem -rkey delegate.key "
		  "-ndays 1 -reqin q2.der -respout r2.der") == 0);
	CHECK_OK(ocsp_load(in("r2.der"), &theirs, &err), err);
	CHECK_OK(ocsp_check_nonce(theirs, "0123456789abcdef0123456789abcdef", 32, &err), err);
	CHECK_OK(status_at(&s, theirs, clock_now(), &said, &err), err);
	CHECK(said == OCSP_STATUS_GOOD);
	(void)snprintf(line, sizeof(line), "rm -r %s", dir);
	CHECK(system(line) == 0);
}

static const struct check_case cases[] = {
	{ "ocsp: what we ask and answer is judged as it says", ourselves },
	{ "ocsp: templates and questions of a bad form are errors", errors },
	{ "ocsp: openssl asks us, and answers us", stock_client_and_responder },
};

CHECK_MAIN(cases)
