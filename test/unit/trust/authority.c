/* SPDX-License-Identifier: Apache-2.0 */
#include "authority.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "crypto/digest.h"
#include "../must.h"

const int64_t T0 = 1795435200;

static const struct {
	const char *name, *person; /* person: as listed in trust, or NULL */
	enum x509_purpose purpose;
	int64_t from, to; /* days about T0 */
} signers[N_SIGNERS] = {
	[ALICE] = { "Alice", "alice", X509_INSTRUCTION_SIGNER, -400, 700 },
	[ALICE_AGAIN] = { "Alice again", "alice", X509_INSTRUCTION_SIGNER, -400, 700 },
	[BOB] = { "Bob", "bob", X509_INSTRUCTION_SIGNER, -400, 700 },
	[CAROL] = { "Carol", NULL, X509_INSTRUCTION_SIGNER, -400, 700 },
	[ONLINE] = { "Online signer", NULL, X509_ONLINE_SIGNER, -400, 700 },
	[EXPIRED] = { "Expired", "eve", X509_INSTRUCTION_SIGNER, -400, -1 },
	[REVOKED] = { "Revoked", "rob", X509_INSTRUCTION_SIGNER, -400, 700 },
	[TLS] = { "mdm.example", "tls", X509_TLS_SERVER, -400, 700 },
	[STRANGER] = { "Alice", NULL, X509_INSTRUCTION_SIGNER, -400, 700 },
};

static void make_root(const char *name, struct key **key, struct cert **cert)
{
	struct issue_template t = {
		.common_name = name,
		.purposes = ISSUE_PURPOSE(X509_CA),
		.not_before = T0 - 500 * DAY,
		.not_after = T0 + 3650 * DAY,
	};

	MUST_OK(key_generate(KEY_P256, key, &err));
	MUST_OK(issue_root(&t, *key, cert, &err));
}

static void make_signer(struct authority *a, enum signer s)
{
	static const char *const dns[] = { "mdm.example", NULL };
	struct issue_template t = {
		.common_name = signers[s].name,
		.dns = s == TLS ? dns : NULL,
		.purposes = ISSUE_PURPOSE(signers[s].purpose),
		.not_before = T0 + signers[s].from * DAY,
		.not_after = T0 + signers[s].to * DAY,
	};

	MUST_OK(key_generate(KEY_P256, &a->keys[s], &err));
	MUST_OK(issue_cert(&t, key_spki(a->keys[s]), s == STRANGER ? a->foreign : a->root,
			   s == STRANGER ? a->foreign_key : a->root_key, &a->certs[s], &err));
}

static void make_crl(const struct authority *a, uint64_t number, int64_t from, size_t n_revoked,
		     struct crls **ret)
{
	struct issue_revoked revoked = { cert_serial(a->certs[REVOKED]), from };
	struct issue_crl t = { number, from, from + 90 * DAY, &revoked, n_revoked };
	auto_crl struct crl *crl = NULL;

	MUST_OK(issue_crl(&t, a->root, a->root_key, &crl, &err));
	MUST_OK(crls_new(ret, &err));
	MUST_OK(crls_add(*ret, crl, &err));
}

static void trust_json(const struct authority *a, const struct cert *anchor, unsigned version,
		       int with_carol, struct buf *ret)
{
	auto_buf struct buf root = BUF_INIT;
	const char *sep = "";

	MUST_OK(base64_encode(cert_der(anchor)->data, cert_der(anchor)->len, &root, &err));
	MUST_OK(buf_printf(
		ret, &err,
		"{\"type\":\"trust\",\"enterprise\":\"" ENTERPRISE "\",\"id\":"
		"\"0b7a9f6e-0c55-4c2f-8d8e-1f2a3b4c5d6%u\",\"version\":%u,"
		"\"issued\":\"2026-11-23T12:00:00Z\",\"anchors\":[{\"certificate\":\"%s\"}],"
		"\"roles\":[{\"name\":\"administrator\",\"signers\":[",
		version % 10, version, (const char *)root.data));
	for (int s = 0; s < N_SIGNERS; s++) {
		const char *person = signers[s].person;

		if (s == CAROL && with_carol)
			person = "carol";
		if (s == STRANGER && anchor == a->foreign)
			person = "alice";
		if (!person || (s == BOB && with_carol))
			continue;
		MUST_OK(buf_printf(ret, &err, "%s{\"key\":\"%s\",\"person\":\"%s\"}", sep,
				   key_sha256(a->keys[s]), person));
		sep = ",";
	}
	MUST_OK(buf_printf(ret, &err,
			   "]}],\"online\":{\"signers\":[{\"key\":\"%s\",\"person\":\"server\"}],"
			   "\"may\":[\"lock\",\"message\"]},\"quorum\":{\"routine\":1,"
			   "\"configuration\":1,\"channelCutting\":1,\"destructive\":2,\"code\":2,"
			   "\"authority\":2},\"maxTargets\":2}",
			   key_sha256(a->keys[ONLINE])));
}

void authority_trust_json(const struct authority *a, unsigned version, int with_carol,
			  struct buf *ret)
{
	trust_json(a, a->root, version, with_carol, ret);
}

void authority_moved_json(const struct authority *a, unsigned version, struct buf *ret)
{
	trust_json(a, a->foreign, version, 0, ret);
}

void authority_sign(const struct authority *a, const char *content, const enum signer *list,
		    struct buf *ret)
{
	struct cms_signer by[N_SIGNERS];
	struct buf bytes = BUF_VIEW(content, strlen(content));
	size_t n = 0;

	for (; list[n] != N_SIGNERS; n++)
		by[n] = (struct cms_signer){ a->certs[list[n]], a->keys[list[n]] };
	MUST_OK(cms_sign(&bytes, by, n, NULL, ret, &err));
}

void authority_make(struct authority *a)
{
	static const enum signer both[] = { ALICE, BOB, N_SIGNERS };
	auto_buf struct buf json = BUF_INIT;

	*a = (struct authority){ 0 };
	make_root("Root", &a->root_key, &a->root);
	make_root("Root", &a->foreign_key, &a->foreign);
	for (int s = 0; s < N_SIGNERS; s++)
		make_signer(a, (enum signer)s);
	make_crl(a, 5, T0 - DAY, 1, &a->crls);
	make_crl(a, 4, T0 - 2 * DAY, 0, &a->old_crls);
	authority_trust_json(a, 1, 0, &json);
	authority_sign(a, (const char *)json.data, both, &a->first);
	MUST_OK(digest_sha256_hex(a->first.data, a->first.len, a->first_sha256, &err));
	MUST_OK(document_read(json.data, json.len, &a->trust, &err));
}

void authority_done(struct authority *a)
{
	for (int s = 0; s < N_SIGNERS; s++) {
		cert_free(a->certs[s]);
		key_free(a->keys[s]);
	}
	cert_free(a->root);
	key_free(a->root_key);
	cert_free(a->foreign);
	key_free(a->foreign_key);
	crls_free(a->crls);
	crls_free(a->old_crls);
	buf_done(&a->first);
	document_done(&a->trust);
}
