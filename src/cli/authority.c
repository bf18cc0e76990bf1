/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/authority.h"

#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "crypto/token/key_open.h"

void signer_done(struct signer *s)
{
	cert_free(s->cert);
	key_free(s->key);
	crls_free(s->crls);
	*s = (struct signer){ 0 };
}

int crls_of_files(const struct strings *files, struct crls **ret, struct error *err)
{
	auto_crls struct crls *crls = NULL;

	if (crls_new(&crls, err) < 0)
		return -1;
	for (size_t i = 0; files && i < files->n; i++) {
		auto_crl struct crl *crl = NULL;

		if (crl_load(files->items[i], &crl, err) < 0)
			return error_wrap(err, "%s", files->items[i]);
		if (crls_add(crls, crl, err) < 0)
			return -1;
	}
	*ret = STEAL(crls);
	return 0;
}

int crls_of_home(const char *dir, struct crls **ret, struct error *err)
{
	char path[HOME_PATH_SIZE], *items[] = { path };
	const struct strings files = { items, 1 };

	if (home_path(dir, path, err, "authority/root.crl") < 0)
		return -1;
	return crls_of_files(&files, ret, err);
}

int key_of_home(const char *dir, const char *name, const char *uri, struct key **ret,
		struct error *err)
{
	auto_buf struct buf text = BUF_INIT;
	char path[HOME_PATH_SIZE];

	if (uri)
		return key_open(uri, ret, err) < 0 ? error_wrap(err, "%.80s", uri) : 0;
	if (home_path(dir, path, err, "%s.uri", name) < 0)
		return -1;
	if (file_exists(path)) {
		if (file_read(path, LIMIT_KEY_URI, &text, err) < 0)
			return -1;
		text.data[strcspn((char *)text.data, "\n")] = '\0';
		return key_open((char *)text.data, ret, err) < 0 ? error_wrap(err, "%s", path) : 0;
	}
	if (home_path(dir, path, err, "%s.key", name) < 0)
		return -1;
	if (key_load(path, ret, err) < 0)
		return error_wrap(err, "%s", path);
	return 0;
}

static int open_key(const char *dir, const char *person, const char *uri, struct signer *s,
		    struct error *err)
{
	char name[HOME_PATH_SIZE];

	if (path_format(name, sizeof(name), err, "authority/signers/%s", person) < 0 ||
	    key_of_home(dir, name, uri, &s->key, err) < 0)
		return -1;
	if (strcmp(key_sha256(s->key), cert_key_sha256(s->cert)) != 0)
		return error_set(err, ERROR_CONFLICT,
				 "the key is not that of authority/signers/%.60s.crt", person);
	return crls_of_home(dir, &s->crls, err);
}

int signer_open(const struct home *h, const struct signer_choice *who, struct signer *ret,
		struct error *err)
{
	const char *person = who && who->person ? who->person : h->conf.person;
	auto_signer struct signer s = { 0 };
	char path[HOME_PATH_SIZE];

	if (strchr(person, '/'))
		return error_set(err, ERROR_INVALID, "--person: no name of a person");
	if (home_path(h->dir, path, err, "authority/signers/%s.crt", person) < 0)
		return -1;
	if (!file_exists(path))
		return error_set(err, ERROR_NOT_FOUND,
				 "%s: the signing key of '%.60s' is not in this directory", h->dir,
				 person);
	if (cert_load(path, &s.cert, err) < 0)
		return error_wrap(err, "%s", path);
	if (open_key(h->dir, person, who ? who->key : NULL, &s, err) < 0)
		return -1;
	*ret = s;
	s = (struct signer){ 0 };
	return 0;
}

int signer_sign(const struct signer *s, const struct document *d, struct buf *ret,
		struct error *err)
{
	const struct cms_signer signer = { s->cert, s->key };
	const struct cms_extra extra = { .crls = s->crls };
	auto_buf struct buf content = BUF_INIT;

	if (document_write(d, &content, err) < 0)
		return -1;
	return cms_sign(&content, &signer, 1, &extra, ret, err);
}

static int judge_trust(const char *path, const struct judge_context *c, struct verdict *ret,
		       struct error *err)
{
	auto_buf struct buf der = BUF_INIT;
	struct judge_context own = *c;
	char digest[SHA256_HEX_SIZE];

	if (file_read(path, LIMIT_DOCUMENT, &der, err) < 0)
		return -1;
	if (digest_sha256_hex(der.data, der.len, digest, err) < 0)
		return -1;
	if (!c->trust)
		own.first_trust = digest;
	if (judge(der.data, der.len, DOCUMENT_TRUST, &own, ret, err) < 0)
		return error_wrap(err, "%s", path);
	return 0;
}

int trust_until(const char *dir, unsigned until, struct verdict *ret, char first[SHA256_HEX_SIZE],
		struct error *err)
{
	auto_verdict struct verdict last = { 0 };
	char path[HOME_PATH_SIZE], digest[SHA256_HEX_SIZE] = "";

	for (unsigned version = 1; !until || version <= until; version++) {
		auto_verdict struct verdict v = { 0 };
		struct judge_context c = { .now = last.time };
		struct verdict swap;

		if (home_path(dir, path, err, "authority/trust/%u.cms", version) < 0)
			return -1;
		if (!file_exists(path) && version > 1)
			break;
		if (version > 1)
			c.trust = &last.document.trust;
		if (judge_trust(path, &c, &v, err) < 0)
			return -1;
		if (version == 1)
			memcpy(digest, v.sha256, sizeof(digest));
		swap = last;
		last = v;
		v = swap;
	}
	*ret = last;
	last = (struct verdict){ 0 };
	memcpy(first, digest, SHA256_HEX_SIZE);
	return 0;
}

int trust_of_home(const char *dir, struct verdict *ret, char first[SHA256_HEX_SIZE],
		  struct error *err)
{
	return trust_until(dir, 0, ret, first, err);
}

int trust_of_file(const char *path, struct verdict *ret, struct error *err)
{
	const struct judge_context c = { 0 };

	return judge_trust(path, &c, ret, err);
}
