/* SPDX-License-Identifier: Apache-2.0 */
/*
 * make-seeds DIR [NOUN]: writes public fixtures in DER, made anew with keys that are thrown away,
 * into a folder of DIR for each noun, or for the one. To refresh the golden files and the corpora:
 *	ninja -C BUILD test/unit/crypto/make-seeds && BUILD/test/unit/crypto/make-seeds test/golden
 *	MUSTER_TEST_SOURCE=test BUILD/test/unit/test-crypto-golden --write
 *	for n in cert crl csr cms ocsp ocsp_query; do
 *		find test/golden/$n -name '*.der' -exec cp {} test/fuzz/corpus/$n \;
 *	done
 *	for n in signer sans rsa constraints; do
 *		cat test/golden/cert/{$n,issuer,root}.der > test/fuzz/corpus/chain/$n.der
 *	done
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "crypto/cms.h"
#include "crypto/csr.h"
#include "crypto/issue.h"
#include "crypto/ocsp_query.h"
#include "pki.h"

static const char *root_dir, *one_noun;

static void must(int r, const struct error *err)
{
	if (r == 0)
		return;
	(void)fprintf(stderr, "make-seeds: %s\n", err->msg);
	exit(1);
}

static void save(const char *noun, const char *name, const struct buf *der)
{
	struct error err = ERROR_INIT;
	char path[300];

	if (one_noun && strcmp(one_noun, noun) != 0)
		return;
	must(path_format(path, sizeof(path), &err, "%s/%s", root_dir, noun), &err);
	must(file_mkdir(path, 0755, &err), &err);
	must(path_format(path, sizeof(path), &err, "%s/%s/%s.der", root_dir, noun, name), &err);
	must(file_replace(path, der->data, der->len, 0644, &err), &err);
}

static void save_certs(const struct pki *p)
{
	static const struct {
		const char *name;
		struct pki_spec spec;
	} more[] = {
		{ "sans",
		  { .name = "näme",
		    PKI_END,
		    .eku = "serverAuth",
		    .san = "DNS:a.example,DNS:*.b.example,URI:urn:uuid:1,IP:127.0.0.1,email:x@a."
			   "example" } },
		{ "empty-subject", { PKI_END, .san = "critical,DNS:a.example" } },
		{ "explicit-curve", { .name = "e", PKI_END, .key = PKI_P256_EXPLICIT } },
		{ "rsa", { .name = "r", PKI_END, .key = PKI_RSA3072 } },
		{ "ed25519", { .name = "d", PKI_END, .key = PKI_ED25519 } },
		{ "unique-id", { .name = "u", PKI_END, .flags = PKI_UNIQUE_ID } },
		{ "version-1", { .name = "v", .flags = PKI_VERSION_1 | PKI_NO_KEY_IDS } },
		{ "critical", { .name = "c", PKI_END, .extra = "critical,DER:0500" } },
		{ "constraints",
		  { .name = "n", PKI_CA, .name_constraints = "critical,permitted;DNS:a.example" } },
	};

	save("cert", "root", cert_der(p->root.cert));
	save("cert", "issuer", cert_der(p->issuer.cert));
	save("cert", "signer", cert_der(p->leaf.cert));
	for (size_t i = 0; i < ARRAY_SIZE(more); i++) {
		struct pki_node n CLEANUP(pki_node_done) = { 0 };

		pki_make(&more[i].spec, &n);
		save("cert", more[i].name, cert_der(n.cert));
	}
}

static void save_crls(const struct pki *p)
{
	struct crl *empty auto_crl = pki_crl(&p->issuer, 1, NULL);
	struct crl *one auto_crl = pki_crl(&p->issuer, 4711, p->leaf.cert);

	save("crl", "empty", crl_der(empty));
	save("crl", "one", crl_der(one));
}

static void save_csrs(void)
{
	struct error err = ERROR_INIT;

	for (enum key_type t = 0; t < KEY_TYPE_MAX_; t++) {
		struct key *key auto_key = NULL;
		struct buf der auto_buf = BUF_INIT;

		must(key_generate(t, &key, &err), &err);
		must(csr_make(key, t == KEY_P256 ? "a device" : NULL, &der, &err), &err);
		save("csr", t == KEY_P256 ? "p256" : "p384-no-name", &der);
	}
}

static void save_cms(const struct pki *p)
{
	static const char json[] = "{\"type\":\"policy\"}";
	const struct buf content = { .data = (uint8_t *)json, .len = sizeof(json) - 1 };
	const struct cms_signer signers[] = { { p->leaf.cert, p->leaf.key },
					      { p->issuer.cert, p->issuer.key } };
	const struct cms_extra extra = { p->untrusted, p->crls };
	struct buf one auto_buf = BUF_INIT, two auto_buf = BUF_INIT, only auto_buf = BUF_INIT;
	struct error err = ERROR_INIT;

	must(cms_sign(&content, signers, 1, NULL, &one, &err), &err);
	must(cms_sign(&content, signers, 2, &extra, &two, &err), &err);
	must(cms_certs_make(p->untrusted, &only, &err), &err);
	save("cms", "one-signer", &one);
	save("cms", "two-signers-crls", &two);
	save("cms", "certs-only", &only);
}

static void save_ocsp(const struct pki *p)
{
	static const struct {
		const char *name;
		struct pki_ocsp spec;
	} some[] = {
		{ "good", { .nonce = "0123456789abcdef" } },
		{ "revoked", { .status = OCSP_STATUS_REVOKED, .id_digest = "SHA256" } },
		{ "unknown", { .status = OCSP_STATUS_UNKNOWN } },
		{ "no-next-update", { .no_next_update = true } },
		{ "critical", { .unknown_critical = true } },
	};
	struct pki_node delegate CLEANUP(pki_node_done) = { 0 };

	pki_make(&(struct pki_spec){ .name = "responder",
				     .issuer = &p->issuer,
				     PKI_END,
				     .eku = "OCSPSigning",
				     .no_check = "" },
		 &delegate);
	for (size_t i = 0; i < ARRAY_SIZE(some); i++) {
		struct pki_ocsp spec = some[i].spec;
		struct buf der auto_buf = BUF_INIT;

		spec.issuer = &p->issuer;
		spec.about = p->leaf.cert;
		spec.signer = i == 0 ? &delegate : NULL;
		pki_ocsp_der(&spec, &der);
		save("ocsp", some[i].name, &der);
	}
}

static void save_queries(const struct pki *p)
{
	struct error err = ERROR_INIT;
	struct buf plain auto_buf = BUF_INIT, nonce auto_buf = BUF_INIT;

	must(ocsp_query_make(p->leaf.cert, p->issuer.cert, NULL, 0, &plain, &err), &err);
	must(ocsp_query_make(p->leaf.cert, p->issuer.cert, "0123456789abcdef", 16, &nonce, &err),
	     &err);
	save("ocsp_query", "plain", &plain);
	save("ocsp_query", "nonce", &nonce);
}

int main(int argc, char **argv)
{
	struct pki p auto_pki = { 0 };

	if (argc < 2 || argc > 3) {
		(void)fprintf(stderr, "usage: make-seeds DIR [NOUN]\n");
		return 2;
	}
	root_dir = argv[1];
	one_noun = argv[2];
	pki_init(&p, X509_INSTRUCTION_SIGNER, "URI:urn:muster:person:ada");
	save_certs(&p);
	save_crls(&p);
	save_csrs();
	save_cms(&p);
	save_ocsp(&p);
	save_queries(&p);
	return 0;
}
