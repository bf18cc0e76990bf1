/* SPDX-License-Identifier: Apache-2.0 */
/* Judge one certificate, by the policy that devices and servers judge by. */
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "cli/authority.h"
#include "cli/cli.h"
#include "crypto/x509.h"

/* Where Debian's package publicsuffix puts it. */
#define PUBLIC_SUFFIXES "/usr/share/publicsuffix/public_suffix_list.dat"

struct cert_options {
	char *leaf, *host, *profile, *suffixes;
	int purpose;
	struct strings anchors, intermediates, crls, ocsps, policies;
	int64_t time;
	uint32_t length;
	bool explicit_policy, inhibit_mapping, inhibit_any, json;
};

static const char *const purposes[] = { [X509_PURPOSE_NONE_] = NULL,
#define X(id, name, eku, eku2, others) [id] = name,
					X509_PURPOSES(X)
#undef X
};
static const struct jmap_enum purpose_enum = { purposes, ARRAY_SIZE(purposes) };

static const struct {
	const char *name;
	unsigned flags;
} profiles[] = {
	{ "default", 0 },
	{ "cnsa", X509_CNSA },
	{ "web", X509_WEB },
};

static const struct jmap cert_fields[] = {
	OPTION(cert_options, leaf, "leaf", jmap_path, "LEAF",
	       "the certificate, PEM or DER; further certificates in the file may lie between",
	       .flags = JMAP_POSITION | JMAP_REQUIRED),
	OPTION(cert_options, purpose, "purpose", jmap_enum, "PURPOSE",
	       "what it is to be used for: tls-server, tls-client, est-server, code-signer, "
	       "ocsp-signer, instruction-signer, online-signer, evidence-signer, ca, or any (the "
	       "chain alone)",
	       .flags = JMAP_REQUIRED, .sub = &purpose_enum),
	OPTION(cert_options, host, "host", jmap_str, "HOST",
	       "the DNS name or address that it must be for", .max = LIMIT_NAME),
	OPTION(cert_options, anchors, "anchor", jmap_strings, "FILE",
	       "self-signed roots that are trusted, PEM or DER; may be repeated", .max = 64),
	OPTION(cert_options, intermediates, "intermediate", jmap_strings, "FILE",
	       "certificates that may lie between, PEM or DER; may be repeated", .max = 64),
	OPTION(cert_options, crls, "crl", jmap_strings, "FILE",
	       "revocation lists of the issuers, PEM or DER; may be repeated", .max = 64),
	OPTION(cert_options, ocsps, "ocsp", jmap_strings, "FILE",
	       "OCSP responses, DER, by the issuers or their delegates; may be repeated",
	       .max = LIMIT_OCSPS),
	OPTION(cert_options, time, "time", jmap_time, "TIME",
	       "the time to judge at, as 2026-11-23T15:48:00Z (now)"),
	OPTION(cert_options, profile, "profile", jmap_str, "PROFILE",
	       "default; cnsa (P-384 and SHA-384); or web, the public web's rules: RSA of 2048 "
	       "bits, "
	       "wildcards, status only where a list or a response is given",
	       .max = LIMIT_NAME),
	OPTION(cert_options, suffixes, "public-suffixes", jmap_path, "FILE",
	       "the list of publicsuffix.org, for wildcards with --profile web "
	       "(" PUBLIC_SUFFIXES ", where there is one)"),
	OPTION(cert_options, length, "max-length", jmap_u32, "N",
	       "at most so many certificates from the first to the anchor, both counted, the "
	       "self-issued between them not (6)",
	       .min = 1, .max = 1000),
	OPTION(cert_options, policies, "policy", jmap_strings, "OID",
	       "a certificate policy that is acceptable; may be repeated (any)", .max = 64),
	OPTION(cert_options, explicit_policy, "explicit-policy", jmap_bool, NULL,
	       "the chain must be good for an acceptable policy (RFC 5280 6.1.1)"),
	OPTION(cert_options, inhibit_mapping, "inhibit-mapping", jmap_bool, NULL,
	       "policies of one authority are not taken for those of another"),
	OPTION(cert_options, inhibit_any, "inhibit-any-policy", jmap_bool, NULL,
	       "anyPolicy is no policy"),
	OPTION_JSON(cert_options),
};
static const struct jmap_table cert_table =
	JMAP_TABLE("cert verify", "", cert_fields, struct cert_options);

/* One certificate in DER (a SEQUENCE), or any number in PEM. */
static int load_certs(const char *path, struct certs *to, struct error *err)
{
	auto_buf struct buf data = BUF_INIT;
	auto_certs struct certs *some = NULL;
	auto_cert struct cert *one = NULL;

	if (file_read(path, LIMIT_CERT_FILE, &data, err) < 0)
		return -1;
	if (data.len > 0 && data.data[0] == 0x30) {
		if (cert_parse_der(data.data, data.len, &one, err) < 0)
			return error_wrap(err, "%s", path);
		return certs_add(to, one, err);
	}
	if (certs_parse_pem(data.data, data.len, &some, err) < 0)
		return error_wrap(err, "%s", path);
	return certs_add_all(to, some, err);
}

/* The first certificate of a file; what follows it goes to `rest`. */
static int load_leaf(const char *path, struct cert **ret, struct certs *rest, struct error *err)
{
	auto_certs struct certs *all = NULL;

	if (certs_new(&all, err) < 0 || load_certs(path, all, err) < 0)
		return -1;
	*ret = cert_ref(certs_get(all, 0));
	return certs_add_all(rest, all, err);
}

static int load_all(const struct strings *files, struct certs *to, struct error *err)
{
	for (size_t i = 0; i < files->n; i++)
		if (load_certs(files->items[i], to, err) < 0)
			return -1;
	return 0;
}

static int load_ocsps(const struct strings *files, struct ocsps **ret, struct error *err)
{
	auto_ocsps struct ocsps *list = NULL;

	if (ocsps_new(&list, err) < 0)
		return -1;
	for (size_t i = 0; i < files->n; i++) {
		auto_ocsp struct ocsp *one = NULL;

		if (ocsp_load(files->items[i], &one, err) < 0 || ocsps_add(list, one, err) < 0)
			return -1;
	}
	*ret = STEAL(list);
	return 0;
}

static int find_profile(const char *name, unsigned *flags, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(profiles); i++)
		if (strcmp(profiles[i].name, name ? name : "default") == 0) {
			*flags = profiles[i].flags;
			return 0;
		}
	return error_set(err, ERROR_INVALID, "--profile: not one of default, cnsa, web");
}

static int print_verdict(const struct cert_options *o, const struct cert *leaf,
			 const struct error *why, struct error *err)
{
	auto_json json_t *v = NULL;
	const char *subject = leaf ? cert_subject(leaf) : "";

	if (!o->json && !why->code)
		(void)printf("good: %s, for %s%s%s\n", subject, purposes[o->purpose],
			     o->host ? " as " : "", o->host ? o->host : "");
	else if (!o->json)
		(void)printf("refused: %s: %s\n", reason_name(why->reason), why->msg);
	if (!o->json)
		return 0;
	v = json_pack("{s:s, s:s, s:s*, s:s, s:s*}", "verdict", why->code ? "refused" : "good",
		      "reason", reason_name(why->reason), "message", why->code ? why->msg : NULL,
		      "purpose", purposes[o->purpose], "sha256", leaf ? cert_sha256(leaf) : NULL);
	return v ? print_json(v, true, err) : error_oom(err);
}

/* Adds a NUL; leaves `ret` empty where nobody named a list and there is none. */
static int load_suffixes(const char *path, struct buf *ret, struct error *err)
{
	if (!path && !file_exists(PUBLIC_SUFFIXES))
		return 0;
	if (file_read(path ? path : PUBLIC_SUFFIXES, LIMIT_SUFFIXES, ret, err) < 0)
		return -1;
	return buf_append(ret, "", 1, err);
}

static int judge_leaf(const struct cert_options *o, const struct cert *leaf,
		      const struct x509_request *files, struct error *err)
{
	struct x509_request rq = *files;
	auto_buf struct buf suffixes = BUF_INIT;

	rq.purpose = o->purpose;
	rq.host = o->host;
	rq.time = time_or_now(o->time);
	rq.length = o->length;
	rq.policies = o->policies.items;
	rq.n_policies = o->policies.n;
	if (find_profile(o->profile, &rq.flags, err) < 0)
		return -1;
	if ((rq.flags & X509_WEB) && load_suffixes(o->suffixes, &suffixes, err) < 0)
		return -1;
	rq.suffixes = (const char *)suffixes.data;
	rq.flags |= (o->explicit_policy ? X509_EXPLICIT_POLICY : 0) |
		    (o->inhibit_mapping ? X509_INHIBIT_MAPPING : 0) |
		    (o->inhibit_any ? X509_INHIBIT_ANY_POLICY : 0);
	return x509_judge(leaf, &rq, err);
}

/* A status of a kind that is not supported may revoke: it counts against; a broken file is none. */
static int load_status(const struct cert_options *o, struct crls **crls, struct ocsps **ocsps,
		       struct error *err)
{
	if (crls_of_files(&o->crls, crls, err) == 0 && load_ocsps(&o->ocsps, ocsps, err) == 0)
		return 0;
	if (err->code == ERROR_REFUSED && err->reason != REASON_STATUS_KIND)
		err->code = ERROR_INVALID;
	return -1;
}

static int judge_files(const struct cert_options *o, struct cert **leaf, struct error *err)
{
	auto_certs struct certs *anchors = NULL, *between = NULL;
	auto_crls struct crls *crls = NULL;
	auto_ocsps struct ocsps *ocsps = NULL;
	struct x509_request rq = { 0 };

	if (certs_new(&anchors, err) < 0 || certs_new(&between, err) < 0 ||
	    load_all(&o->anchors, anchors, err) < 0 ||
	    load_all(&o->intermediates, between, err) < 0 ||
	    load_status(o, &crls, &ocsps, err) < 0 || load_leaf(o->leaf, leaf, between, err) < 0)
		return -1;
	rq.anchors = anchors;
	rq.untrusted = between;
	rq.crls = crls;
	rq.ocsps = ocsps;
	return judge_leaf(o, *leaf, &rq, err);
}

static int cert_run(void *options, struct error *err)
{
	const struct cert_options *o = options;
	auto_cert struct cert *leaf = NULL;
	struct error why = ERROR_INIT;

	(void)!judge_files(o, &leaf, &why);
	if (why.code == ERROR_LIMIT) { /* what is too large to be judged is not good */
		why.code = ERROR_REFUSED;
		why.reason = REASON_SIZE;
	}
	if (why.code && why.code != ERROR_REFUSED) {
		*err = why;
		return unusable(err);
	}
	if (print_verdict(o, leaf, &why, err) < 0)
		return -1;
	if (why.code)
		return error_set(err, ERROR_REFUSED, "%s", "");
	return 0;
}

static const char *const cert_examples[] = {
	"muster cert verify --purpose tls-server --host mdm.example.com --anchor server.crt --crl "
	"server.crl listener.crt",
	"muster cert verify --purpose tls-server --anchor server.crt --ocsp listener.ocsp "
	"listener.crt",
	"muster cert verify --purpose instruction-signer --anchor authority/root.crt --crl "
	"authority/root.crl --json authority/signers/ada.crt",
	NULL,
};

const struct opt_command command_cert_verify = {
	.name = "cert verify",
	.doc = "judge a certificate for a purpose, as devices and servers do",
	.details =
		"Prints one line: the verdict and, where it is refused, the reason. Every "
		"certificate but the root needs a current revocation list (--crl) or OCSP response "
		"(--ocsp), except with --profile web."
		"\n\nExit status 0: good; 1: refused; 2: a file or an option cannot be used.",
	.examples = cert_examples,
	.options = &cert_table,
	.run = cert_run,
};
