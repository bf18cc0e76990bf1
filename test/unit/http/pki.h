/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Certificates for a loopback pair, made when the test runs: a server, a client that its issuer
 * knows, and a client of a rogue authority. */
#include <time.h>

#include "crypto/crl.h"
#include "crypto/issue.h"
#include "crypto/tls.h"

struct pki_authority {
	struct key *key;
	struct cert *cert;
	struct crl *crl;
};

struct pki_end {
	struct key *key;
	struct certs *chain;
};

struct pki {
	struct pki_authority server_root, client_root, rogue_root;
	struct pki_end server, client, rogue;
};

static inline int pki_authority_make(struct pki_authority *a, const char *name, struct error *err)
{
	const struct issue_template t = {
		.common_name = name,
		.purposes = ISSUE_PURPOSE(X509_CA),
		.not_before = time(NULL) - 86400,
		.not_after = time(NULL) + 3600,
	};
	const struct issue_crl crl = { .number = 1,
				       .this_update = time(NULL) - 60,
				       .next_update = time(NULL) + 3600 };

	if (key_generate(KEY_P256, &a->key, err) < 0 || issue_root(&t, a->key, &a->cert, err) < 0)
		return -1;
	return issue_crl(&crl, a->cert, a->key, &a->crl, err);
}

static inline int pki_end_make(struct pki_end *e, const struct pki_authority *a,
			       enum x509_purpose purpose, struct error *err)
{
	static const char *const dns[] = { "mdm.example", NULL };
	static const char *const uri[] = { "urn:uuid:11111111-2222-4333-8444-555555555555", NULL };
	const struct issue_template t = {
		.common_name = "end",
		.dns = purpose == X509_TLS_SERVER ? dns : NULL,
		.uri = purpose == X509_TLS_SERVER ? NULL : uri,
		.purposes = ISSUE_PURPOSE(purpose),
		.not_before = time(NULL) - 60,
		.not_after = time(NULL) + 3600,
	};
	auto_cert struct cert *cert = NULL;

	if (key_generate(KEY_P256, &e->key, err) < 0 ||
	    issue_cert(&t, key_spki(e->key), a->cert, a->key, &cert, err) < 0 ||
	    certs_new(&e->chain, err) < 0)
		return -1;
	return certs_add(e->chain, cert, err);
}

static inline int pki_make(struct pki *p, struct error *err)
{
	if (pki_authority_make(&p->server_root, "servers", err) < 0 ||
	    pki_authority_make(&p->client_root, "clients", err) < 0 ||
	    pki_authority_make(&p->rogue_root, "rogue", err) < 0 ||
	    pki_end_make(&p->server, &p->server_root, X509_TLS_SERVER, err) < 0 ||
	    pki_end_make(&p->client, &p->client_root, X509_TLS_CLIENT, err) < 0)
		return -1;
	return pki_end_make(&p->rogue, &p->rogue_root, X509_TLS_CLIENT, err);
}

static inline void pki_done(struct pki *p)
{
	struct pki_authority *const roots[] = { &p->server_root, &p->client_root, &p->rogue_root };
	struct pki_end *const ends[] = { &p->server, &p->client, &p->rogue };

	for (size_t i = 0; i < ARRAY_SIZE(roots); i++) {
		key_free(roots[i]->key);
		cert_free(roots[i]->cert);
		crl_free(roots[i]->crl);
		key_free(ends[i]->key);
		certs_free(ends[i]->chain);
	}
}

/* One side's configuration: who it is (NULL: nobody), and whom it believes. */
static inline int pki_config(const struct pki_end *self, const struct pki_authority *peer,
			     bool server, struct tls_config **ret, struct error *err)
{
	auto_certs struct certs *anchors = NULL;
	auto_crls struct crls *crls = NULL;
	const struct tls_options o = {
		.chain = self ? self->chain : NULL,
		.key = self ? self->key : NULL,
		.purpose = server ? X509_TLS_CLIENT : X509_TLS_SERVER,
		.reference = server ? NULL : "mdm.example",
	};
	struct tls_options full = o;

	if (certs_new(&anchors, err) < 0 || certs_add(anchors, peer->cert, err) < 0 ||
	    crls_new(&crls, err) < 0 || crls_add(crls, peer->crl, err) < 0)
		return -1;
	full.anchors = anchors;
	full.crls = crls;
	return (server ? tls_config_server : tls_config_client)(&full, ret, err);
}
