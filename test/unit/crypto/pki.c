/* SPDX-License-Identifier: Apache-2.0 */
#include "pki.h"

#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "crypto/issue.h"
#include "crypto/key_internal.h"
#include "../must.h"

static EVP_PKEY *explicit_p256(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
	EVP_PKEY *pkey = NULL;

	MUST(ctx && EVP_PKEY_keygen_init(ctx) == 1);
	MUST(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(ctx, NID_X9_62_prime256v1) == 1);
	MUST(EVP_PKEY_CTX_set_ec_param_enc(ctx, OPENSSL_EC_EXPLICIT_CURVE) == 1);
	MUST(EVP_PKEY_keygen(ctx, &pkey) == 1);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static EVP_PKEY *generate(enum pki_key kind)
{
	switch (kind) {
	case PKI_P256: return EVP_EC_gen("P-256");
	case PKI_P384: return EVP_EC_gen("P-384");
	case PKI_P256_EXPLICIT: return explicit_p256();
	case PKI_SECP256K1: return EVP_EC_gen("secp256k1");
	case PKI_RSA3072: return EVP_RSA_gen(3072);
	case PKI_RSA2048: return EVP_RSA_gen(2048);
	case PKI_RSA3076: return EVP_RSA_gen(3076);
	case PKI_ED25519: return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	}
	return NULL;
}

static void add(X509 *x, X509 *issuer, const char *name, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *ext;
	CONF *conf;

	if (!value)
		return;
	conf = NCONF_new(NULL); /* empty; certificatePolicies wants one */
	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	X509V3_set_nconf(&ctx, conf);
	ext = X509V3_EXT_nconf(conf, &ctx, name, value);
	MUST(ext && X509_add_ext(x, ext, -1) == 1);
	X509_EXTENSION_free(ext);
	NCONF_free(conf);
}

static void add_extensions(X509 *x, X509 *issuer, const struct pki_spec *s)
{
	add(x, issuer, "basicConstraints", s->constraints);
	add(x, issuer, "keyUsage", s->key_usage);
	add(x, issuer, "extendedKeyUsage", s->eku);
	add(x, issuer, "subjectAltName", s->san);
	add(x, issuer, "nameConstraints", s->name_constraints);
	add(x, issuer, "noCheck", s->no_check);
	add(x, issuer, "tlsfeature", s->tls_feature);
	add(x, issuer, "2.25.1", s->extra);
	for (size_t i = 0; i < ARRAY_SIZE(s->more); i++)
		add(x, issuer, s->more[i][0], s->more[i][1]);
	if (s->flags & PKI_NO_KEY_IDS)
		return;
	add(x, issuer, "subjectKeyIdentifier", "hash");
	add(x, issuer, "authorityKeyIdentifier", "keyid:always");
}

static void set_names(X509 *x, const struct pki_spec *s)
{
	X509_NAME *subject = X509_get_subject_name(x);

	if (s->name)
		MUST(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
						(const unsigned char *)s->name, -1, -1, 0) == 1);
	if (s->issuer)
		subject = X509_get_subject_name(s->issuer->cert->x509);
	MUST(X509_set_issuer_name(x, subject) == 1);
}

static void set_validity(X509 *x, const struct pki_spec *s)
{
	int64_t from = s->not_before ? s->not_before : PKI_NOW - PKI_DAY;
	int64_t to = s->not_after ? s->not_after : PKI_NOW + 30 * PKI_DAY;

	MUST(ASN1_TIME_set(X509_getm_notBefore(x), (time_t)from));
	MUST(ASN1_TIME_set(X509_getm_notAfter(x), (time_t)to));
}

/* OpenSSL has no setter: put [2] IMPLICIT BIT STRING behind the key, and sign anew by hand. */
static X509 *with_unique_id(X509 *x, EVP_PKEY *signer)
{
	static const unsigned char uid[] = { 0x82, 0x02, 0x00, 0x55 };
	unsigned char *tbs = NULL, *spki = NULL, *sig, out[4096];
	int tbs_len = i2d_re_X509_tbs(x, &tbs);
	int spki_len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &spki);
	unsigned char *at = memmem(tbs, (size_t)tbs_len, spki, (size_t)spki_len);
	X509_ALGOR *alg = (X509_ALGOR *)X509_get0_tbs_sigalg(x);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	unsigned char body[4096], *p = body;
	long inner_len;
	int tag, class;
	size_t sig_len, n;
	const unsigned char *inner = tbs;
	X509 *ret;

	MUST(at && (ASN1_get_object(&inner, &inner_len, &tag, &class, tbs_len) & 0x80) == 0);
	/* TBSCertificate := SEQUENCE { … spki uid extensions } */
	ASN1_put_object(&p, 1, (int)(inner_len + (long)sizeof(uid)), V_ASN1_SEQUENCE, 0);
	n = (size_t)(at + spki_len - inner);
	memcpy(p, inner, n);
	memcpy(p + n, uid, sizeof(uid));
	memcpy(p + n + sizeof(uid), inner + n, (size_t)inner_len - n);
	n = (size_t)(p - body) + (size_t)inner_len + sizeof(uid);
	MUST(EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, signer) == 1);
	MUST(EVP_DigestSign(md, NULL, &sig_len, body, n) == 1);
	sig = malloc(sig_len);
	MUST(sig && EVP_DigestSign(md, sig, &sig_len, body, n) == 1);
	EVP_MD_CTX_free(md);
	/* Certificate := SEQUENCE { tbs, algorithm, BIT STRING } */
	unsigned char *alg_der = NULL;
	int alg_len = i2d_X509_ALGOR(alg, &alg_der);
	int total = (int)n + alg_len + ASN1_object_size(0, (int)sig_len + 1, V_ASN1_BIT_STRING);

	p = out;
	ASN1_put_object(&p, 1, total, V_ASN1_SEQUENCE, 0);
	memcpy(p, body, n);
	p += n;
	memcpy(p, alg_der, (size_t)alg_len);
	p += alg_len;
	ASN1_put_object(&p, 0, (int)sig_len + 1, V_ASN1_BIT_STRING, 0);
	*p++ = 0;
	memcpy(p, sig, sig_len);
	p += sig_len;
	const unsigned char *in = out;
	ret = d2i_X509(NULL, &in, p - out);
	MUST(ret);
	OPENSSL_free(tbs);
	OPENSSL_free(spki);
	OPENSSL_free(alg_der);
	free(sig);
	X509_free(x);
	return ret;
}

static void set_serial(X509 *x, const char *hex)
{
	BIGNUM *n = NULL;

	MUST(BN_hex2bn(&n, hex) > 0);
	MUST(BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x)));
	BN_free(n);
}

void pki_make(const struct pki_spec *s, struct pki_node *ret)
{
	static long serial = 4096;
	struct error err = ERROR_INIT;
	EVP_PKEY *pkey = s->same_key ? key_pkey(s->same_key->key) : generate(s->key);
	EVP_PKEY *signer = s->issuer ? key_pkey(s->issuer->key) : pkey;
	const EVP_MD *md = EVP_get_digestbyname(s->digest ? s->digest : "SHA256");
	X509 *x = X509_new();

	MUST(pkey && x && md);
	*ret = (struct pki_node){ 0 };
	if (s->same_key)
		EVP_PKEY_up_ref(pkey);
	MUST(X509_set_version(x, s->flags & PKI_VERSION_1 ? X509_VERSION_1 : X509_VERSION_3) == 1);
	MUST(ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial) == 1);
	if (s->serial)
		set_serial(x, s->serial);
	MUST(X509_set_pubkey(x, pkey) == 1);
	set_names(x, s);
	set_validity(x, s);
	add_extensions(x, s->issuer ? s->issuer->cert->x509 : x, s);
	MUST(X509_sign(x, signer, EVP_PKEY_get_base_id(signer) == EVP_PKEY_ED25519 ? NULL : md) >
	     0);
	if (s->flags & PKI_UNIQUE_ID)
		x = with_unique_id(x, signer);
	MUST(cert_wrap(x, &ret->cert, &err) == 0);
	MUST(key_wrap(pkey, false, &ret->key, &err) == 0);
	EVP_PKEY_free(pkey);
	X509_free(x);
}

void pki_node_done(struct pki_node *node)
{
	cert_free(node->cert);
	key_free(node->key);
	*node = (struct pki_node){ 0 };
}

struct crl *pki_crl_at(const struct pki_node *issuer, uint64_t number, const struct cert *revoked,
		       int64_t this_update, int64_t next_update)
{
	struct error err = ERROR_INIT;
	X509_CRL *x = X509_CRL_new();
	ASN1_INTEGER *n = ASN1_INTEGER_new();
	ASN1_TIME *from = ASN1_TIME_set(NULL, (time_t)this_update);
	ASN1_TIME *to = ASN1_TIME_set(NULL, (time_t)next_update);
	struct crl *ret = NULL;

	MUST(x && n && from && to && ASN1_INTEGER_set_uint64(n, number) == 1);
	MUST(X509_CRL_set_version(x, X509_CRL_VERSION_2) == 1);
	MUST(X509_CRL_set_issuer_name(x, X509_get_subject_name(issuer->cert->x509)) == 1);
	MUST(X509_CRL_set1_lastUpdate(x, from) == 1 && X509_CRL_set1_nextUpdate(x, to) == 1);
	MUST(X509_CRL_add1_ext_i2d(x, NID_crl_number, n, 0, 0) == 1);
	if (revoked) {
		X509_REVOKED *r = X509_REVOKED_new();

		MUST(r && X509_REVOKED_set_serialNumber(
				  r, (ASN1_INTEGER *)X509_get0_serialNumber(revoked->x509)) == 1);
		MUST(X509_REVOKED_set_revocationDate(r, from) == 1);
		MUST(X509_CRL_add0_revoked(x, r) == 1);
	}
	MUST(X509_CRL_sign(x, key_pkey(issuer->key), EVP_sha256()) > 0);
	MUST(crl_wrap(x, &ret, &err) == 0);
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	ASN1_INTEGER_free(n);
	X509_CRL_free(x);
	return ret;
}

struct crl *pki_crl(const struct pki_node *issuer, uint64_t number, const struct cert *revoked)
{
	return pki_crl_at(issuer, number, revoked, PKI_NOW - 3600, PKI_NOW + PKI_DAY);
}

const char *pki_eku(enum x509_purpose purpose)
{
	static char text[200];
	const char *second = x509_purpose_eku(purpose, 1);

	(void)snprintf(text, sizeof(text), "%s%s%s", x509_purpose_eku(purpose, 0),
		       second ? "," : "", second ? second : "");
	return text;
}

void pki_init_with(struct pki *p, const struct pki_spec *issuer, const struct pki_spec *leaf)
{
	struct pki_spec s = *issuer, l = *leaf;

	*p = (struct pki){ 0 };
	pki_make(&(struct pki_spec){ .name = "test root", PKI_CA }, &p->root);
	s.issuer = &p->root;
	pki_make(&s, &p->issuer);
	l.issuer = &p->issuer;
	pki_make(&l, &p->leaf);
	struct crl *of_root = pki_crl(&p->root, 1, NULL), *of_issuer = pki_crl(&p->issuer, 1, NULL);

	p->anchors = pki_certs(p->root.cert, NULL);
	p->untrusted = pki_certs(p->issuer.cert, NULL);
	p->crls = pki_crls(of_root, of_issuer, NULL);
	crl_free(of_root);
	crl_free(of_issuer);
}

void pki_init(struct pki *p, enum x509_purpose purpose, const char *san)
{
	pki_init_with(p, &(struct pki_spec){ .name = "test issuer", PKI_CA },
		      &(struct pki_spec){
			      .name = "test leaf", PKI_END, .eku = pki_eku(purpose), .san = san });
}

void pki_done(struct pki *p)
{
	pki_node_done(&p->root);
	pki_node_done(&p->issuer);
	pki_node_done(&p->leaf);
	certs_free(p->anchors);
	certs_free(p->untrusted);
	crls_free(p->crls);
	*p = (struct pki){ 0 };
}

struct certs *pki_certs(const struct cert *first, ...)
{
	struct error err = ERROR_INIT;
	struct certs *certs = NULL;
	va_list ap;

	MUST(certs_new(&certs, &err) == 0);
	va_start(ap, first);
	for (const struct cert *c = first; c; c = va_arg(ap, const struct cert *))
		MUST(certs_add(certs, c, &err) == 0);
	va_end(ap);
	return certs;
}

struct crls *pki_crls(const struct crl *first, ...)
{
	struct error err = ERROR_INIT;
	struct crls *crls = NULL;
	va_list ap;

	MUST(crls_new(&crls, &err) == 0);
	va_start(ap, first);
	for (const struct crl *c = first; c; c = va_arg(ap, const struct crl *))
		MUST(crls_add(crls, c, &err) == 0);
	va_end(ap);
	return crls;
}
