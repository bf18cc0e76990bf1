/* SPDX-License-Identifier: Apache-2.0 */
#include "server/key/tree.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "crypto/cms.h"
#include "crypto/key_store.h"
#include "crypto/token/key_open.h"
#include "proto/bootstrap.h"

static void pair_done(struct tree_pair *p)
{
	cert_free(p->cert);
	key_free(p->key);
}

void tree_done(struct tree *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(t->issuers); i++)
		pair_done(&t->issuers[i]);
	pair_done(&t->online);
	cert_free(t->authority);
	crl_free(t->authority_crl);
	document_done(&t->trust);
	*t = (struct tree){ 0 };
}

/* Where the tree is: its files, and the store of its keys. */
struct place {
	const char *dir, *store;
};

static int pair_load(const struct place *at, const char *name, struct tree_pair *ret,
		     struct error *err)
{
	auto_buf struct buf uri = BUF_INIT;
	char path[PATH_MAX];

	if (path_format(path, sizeof(path), err, "%s/%s.crt", at->dir, name) < 0 ||
	    cert_load(path, &ret->cert, err) < 0 ||
	    key_store_uri(at->store, at->dir, name, &uri, err) < 0 ||
	    key_open((const char *)uri.data, &ret->key, err) < 0)
		return error_wrap(err, "%s", name);
	if (strcmp(key_sha256(ret->key), cert_key_sha256(ret->cert)) != 0)
		return error_set(err, ERROR_INVALID, "%s: the key is not the certificate's", name);
	return 0;
}

static int issuers_load(const struct place *at, struct tree *t, struct error *err)
{
	char name[64];

	for (size_t i = KEY_ISSUER_NONE + 1; i < KEY_ISSUER_MAX_; i++) {
		(void)snprintf(name, sizeof(name), "issuers/%s", key_issuer_enum.names[i]);
		if (pair_load(at, name, &t->issuers[i], err) < 0)
			return -1;
	}
	return 0;
}

static int authority_load(const char *dir, struct tree *t, struct error *err)
{
	char path[PATH_MAX];

	if (path_format(path, sizeof(path), err, "%s/authority.crt", dir) < 0 ||
	    cert_load(path, &t->authority, err) < 0 ||
	    path_format(path, sizeof(path), err, "%s/authority.crl", dir) < 0 ||
	    crl_load(path, &t->authority_crl, err) < 0 ||
	    crl_check_issuer(t->authority_crl, t->authority, err) < 0)
		return error_wrap(err, "authority");
	return 0;
}

/* The operator's document, from the operator's directory: whole and unaltered is what is asked of
 * it here; whom devices believe is the devices' to judge. */
static int trust_load(const struct buf *der, struct tree *t, struct error *err)
{
	auto_cms struct cms *cms = NULL;
	struct buf content;

	if (cms_parse(der->data, der->len, LIMIT_DOCUMENT, &cms, err) < 0)
		return -1;
	for (size_t i = 0; i < cms_n_signers(cms); i++)
		if (cms_check_signature(cms, i, err) < 0)
			return -1;
	content = cms_content(cms);
	if (document_read(content.data, content.len, &t->trust, err) < 0)
		return -1;
	if (t->trust.type != DOCUMENT_TRUST ||
	    strcmp(t->trust.header.enterprise, t->enterprise) != 0)
		return error_refuse(err, REASON_TYPE, "not this enterprise's trust document");
	return 0;
}

static int bootstrap_load(const char *dir, struct tree *t, struct error *err)
{
	auto_bootstrap struct bootstrap b = { 0 };
	auto_buf struct buf text = BUF_INIT;
	char path[PATH_MAX];

	if (path_format(path, sizeof(path), err, "%s/%s", dir, BOOTSTRAP_FILE) < 0 ||
	    file_read(path, LIMIT_CONF, &text, err) < 0 ||
	    bootstrap_read(text.data, text.len, &b, err) < 0)
		return -1;
	memcpy(t->enterprise, b.enterprise, UUID_SIZE);
	if (trust_load(&b.trust, t, err) < 0)
		return error_wrap(err, "%s: trust", BOOTSTRAP_FILE);
	return 0;
}

int tree_prepare(const char *dir, const char *store, struct error *err)
{
	auto_buf struct buf uri = BUF_INIT;

	if (key_store_uri(store, dir, "online", &uri, err) < 0)
		return -1;
	return key_prepare((const char *)uri.data, err);
}

int tree_load(const char *dir, const char *store, struct tree *ret, struct error *err)
{
	const struct place at = { dir, store };
	auto_tree struct tree t = { 0 };

	if (issuers_load(&at, &t, err) < 0 || pair_load(&at, "online", &t.online, err) < 0 ||
	    authority_load(dir, &t, err) < 0 || bootstrap_load(dir, &t, err) < 0)
		return error_wrap(err, "channel tree");
	*ret = t;
	t = (struct tree){ 0 };
	return 0;
}
