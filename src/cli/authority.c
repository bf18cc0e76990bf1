/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/authority.h"

#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "crypto/digest.h"

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

int signer_open(const struct home *h, struct signer *ret, struct error *err)
{
	auto_signer struct signer s = { 0 };
	char path[HOME_PATH_SIZE];

	if (home_path(h->dir, path, err, "authority/signers/%s.crt", h->conf.person) < 0)
		return -1;
	if (!file_exists(path))
		return error_set(err, ERROR_NOT_FOUND,
				 "%s: the signing key of '%.60s' is not in this directory", h->dir,
				 h->conf.person);
	if (cert_load(path, &s.cert, err) < 0)
		return error_wrap(err, "%s", path);
	if (home_path(h->dir, path, err, "authority/signers/%s.key", h->conf.person) < 0)
		return -1;
	if (key_load(path, &s.key, err) < 0)
		return error_wrap(err, "%s", path);
	if (crls_of_home(h->dir, &s.crls, err) < 0)
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

int trust_of_home(const char *dir, struct verdict *ret, char first[SHA256_HEX_SIZE],
		  struct error *err)
{
	auto_verdict struct verdict last = { 0 };
	char path[HOME_PATH_SIZE], digest[SHA256_HEX_SIZE] = "";

	for (unsigned version = 1;; version++) {
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

int trust_of_file(const char *path, struct verdict *ret, struct error *err)
{
	const struct judge_context c = { 0 };

	return judge_trust(path, &c, ret, err);
}
