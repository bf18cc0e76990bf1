/* SPDX-License-Identifier: Apache-2.0 */
/* The syntax of alternative names and of name constraints, and what a wildcard may cover. */
#include <string.h>
#include <strings.h>

#include "crypto/x509_strict.h"

DEFINE_CLEANUP(NAME_CONSTRAINTS *, NAME_CONSTRAINTS_free)

enum { DNS_MAX = 253, LABEL_MAX = 63 };

/* A view of an IA5String; its bytes may hold NULs. */
struct view {
	const char *s;
	size_t n;
};

static struct view view_of(const ASN1_STRING *s)
{
	return (struct view){ (const char *)ASN1_STRING_get0_data(s),
			      (size_t)ASN1_STRING_length(s) };
}

static bool letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool label_good(struct view v)
{
	if (v.n == 0 || v.n > LABEL_MAX || !letter_or_digit(v.s[0]) ||
	    !letter_or_digit(v.s[v.n - 1]))
		return false;
	for (size_t i = 0; i < v.n; i++)
		if (!letter_or_digit(v.s[i]) && v.s[i] != '-')
			return false;
	return true;
}

/* RFC 1034 3.5 as RFC 1123 2.1 changes it: no underscore, no empty label, no dot at the end. */
static bool dns_good(struct view v)
{
	if (v.n > DNS_MAX)
		return false;
	for (;;) {
		const char *dot = v.n ? memchr(v.s, '.', v.n) : NULL;
		size_t len = dot ? (size_t)(dot - v.s) : v.n;

		if (!label_good((struct view){ v.s, len }))
			return false;
		if (!dot)
			return true;
		v.s += len + 1;
		v.n -= len + 1;
	}
}

static bool is_wildcard(struct view v)
{
	return v.n > 2 && memcmp(v.s, "*.", 2) == 0;
}

static bool san_dns_good(struct view v)
{
	return dns_good(is_wildcard(v) ? (struct view){ v.s + 2, v.n - 2 } : v);
}

static bool email_good(struct view v)
{
	const char *at = v.n ? memchr(v.s, '@', v.n) : NULL;
	size_t local = at ? (size_t)(at - v.s) : 0;

	for (size_t i = 0; i < v.n; i++)
		if (v.s[i] <= ' ' || v.s[i] > '~')
			return false;
	return local > 0 && dns_good((struct view){ at + 1, v.n - local - 1 });
}

/* An absolute URI (RFC 3986), in printable ASCII. */
static bool uri_good(struct view v)
{
	const char *colon = v.n ? memchr(v.s, ':', v.n) : NULL;

	for (size_t i = 0; i < v.n; i++)
		if (v.s[i] <= ' ' || v.s[i] > '~')
			return false;
	return colon && colon > v.s && colon < v.s + v.n - 1 &&
	       ((v.s[0] | 0x20) >= 'a' && (v.s[0] | 0x20) <= 'z');
}

static bool san_good(const GENERAL_NAME *name)
{
	switch (name->type) {
	case GEN_DNS: return san_dns_good(view_of(name->d.ia5));
	case GEN_EMAIL: return email_good(view_of(name->d.ia5));
	case GEN_URI: return uri_good(view_of(name->d.ia5));
	case GEN_IPADD:
		return ASN1_STRING_length(name->d.ip) == 4 || ASN1_STRING_length(name->d.ip) == 16;
	default: return true;
	}
}

/* Ones, then zeros. */
static bool mask_good(const unsigned char *mask, int n)
{
	bool zeros = false;

	for (int i = 0; i < 8 * n; i++) {
		bool bit = (mask[i / 8] >> (7 - i % 8)) & 1;

		if (bit && zeros)
			return false;
		zeros = zeros || !bit;
	}
	return true;
}

static bool address_range_good(const ASN1_OCTET_STRING *ip)
{
	int n = ASN1_STRING_length(ip);

	return (n == 8 || n == 32) && mask_good(ASN1_STRING_get0_data(ip) + n / 2, n / 2);
}

/* "" is every name. A host and what is below it may be meant by a dot in front, but not for DNS. */
static bool base_good(const GENERAL_NAME *base)
{
	struct view v = { NULL, 0 };

	if (base->type == GEN_IPADD)
		return address_range_good(base->d.ip);
	if (base->type != GEN_DNS && base->type != GEN_EMAIL && base->type != GEN_URI)
		return true;
	v = view_of(base->d.ia5);
	if (v.n == 0)
		return true;
	if (base->type != GEN_DNS && v.s[0] == '.')
		return dns_good((struct view){ v.s + 1, v.n - 1 });
	if (base->type == GEN_EMAIL && memchr(v.s, '@', v.n))
		return email_good(v);
	return dns_good(v);
}

static int check_subtrees(const STACK_OF(GENERAL_SUBTREE) * trees, struct error *err)
{
	for (int i = 0; i < sk_GENERAL_SUBTREE_num(trees); i++) {
		const GENERAL_SUBTREE *tree = sk_GENERAL_SUBTREE_value(trees, i);

		if (tree->minimum || tree->maximum || !base_good(tree->base))
			return error_refuse(err, REASON_CERT_NAME_CONSTRAINTS,
					    "a name constraint is malformed");
	}
	return 0;
}

static int check_constraints(X509 *x, struct error *err)
{
	NAME_CONSTRAINTS *nc CLEANUP(NAME_CONSTRAINTS_freep) =
		X509_get_ext_d2i(x, NID_name_constraints, NULL, NULL);

	ERR_clear_error();
	if (!nc)
		return 0; /* malformed ones are refused with the other extensions */
	if (!(X509_get_extension_flags(x) & EXFLAG_CA))
		return error_refuse(err, REASON_CERT_NAME_CONSTRAINTS,
				    "name constraints in an end certificate");
	if ((!nc->permittedSubtrees && !nc->excludedSubtrees) ||
	    (nc->permittedSubtrees && sk_GENERAL_SUBTREE_num(nc->permittedSubtrees) == 0) ||
	    (nc->excludedSubtrees && sk_GENERAL_SUBTREE_num(nc->excludedSubtrees) == 0))
		return error_refuse(err, REASON_CERT_NAME_CONSTRAINTS, "empty name constraints");
	if (check_subtrees(nc->permittedSubtrees, err) < 0)
		return -1;
	return check_subtrees(nc->excludedSubtrees, err);
}

int x509_check_name_forms(X509 *x, struct error *err)
{
	GENERAL_NAMES *names CLEANUP(GENERAL_NAMES_freep) =
		X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);

	ERR_clear_error();
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
		if (!san_good(sk_GENERAL_NAME_value(names, i)))
			return error_refuse(err, REASON_CERT_NAME,
					    "a subjectAltName is no name of its kind");
	return check_constraints(x, err);
}

/* Whether "*.suffix" covers `base` or a name below it: base is one label or more before suffix. */
static bool covers(struct view suffix, struct view base)
{
	if (base.n <= suffix.n + 1)
		return false;
	return base.s[base.n - suffix.n - 1] == '.' &&
	       strncasecmp(base.s + base.n - suffix.n, suffix.s, suffix.n) == 0;
}

static bool excludes(const NAME_CONSTRAINTS *nc, struct view suffix)
{
	for (int i = 0; i < sk_GENERAL_SUBTREE_num(nc->excludedSubtrees); i++) {
		const GENERAL_NAME *base = sk_GENERAL_SUBTREE_value(nc->excludedSubtrees, i)->base;

		if (base->type == GEN_DNS && covers(suffix, view_of(base->d.ia5)))
			return true;
	}
	return false;
}

/* CVE-2025-61727: to exclude a.b.example and certify *.b.example is to certify a.b.example. */
int x509_check_wildcards(const struct cert *const *chain, size_t n, struct error *err)
{
	GENERAL_NAMES *names CLEANUP(GENERAL_NAMES_freep) =
		X509_get_ext_d2i(chain[0]->x509, NID_subject_alt_name, NULL, NULL);

	for (size_t k = 1; names && k < n; k++) {
		NAME_CONSTRAINTS *nc CLEANUP(NAME_CONSTRAINTS_freep) =
			X509_get_ext_d2i(chain[k]->x509, NID_name_constraints, NULL, NULL);

		for (int i = 0; nc && i < sk_GENERAL_NAME_num(names); i++) {
			const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
			struct view v;

			if (name->type != GEN_DNS)
				continue;
			v = view_of(name->d.ia5);
			if (is_wildcard(v) && excludes(nc, (struct view){ v.s + 2, v.n - 2 }))
				return error_refuse(err, REASON_CERT_NAME_CONSTRAINTS,
						    "a wildcard covers a name that is excluded");
		}
	}
	ERR_clear_error();
	return 0;
}
