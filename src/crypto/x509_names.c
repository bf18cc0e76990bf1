/* SPDX-License-Identifier: Apache-2.0 */
/* Reference identifiers against the subjectAltName: RFC 6125 6, FCS_TLSC_EXT.1.2. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "crypto/x509_internal.h"

static bool is_address(const char *host)
{
	unsigned char raw[16];

	return inet_pton(AF_INET, host, raw) == 1 || inet_pton(AF_INET6, host, raw) == 1;
}

/* Whether the list has this rule on a line of its own. */
static bool listed(const char *list, const char *prefix, const char *name)
{
	char line[LIMIT_NAME_TEXT + 8];

	(void)snprintf(line, sizeof(line), "\n%s%s\n", prefix, name);
	return strcasestr(list, line) != NULL;
}

/*
 * Whether "*.suffix" is right next to a public suffix, by the rules of publicsuffix.org. Without
 * the list, a suffix of two labels that looks like "co.uk" is taken for one. Unsure means no.
 */
static bool is_public(const char *list, const char *suffix)
{
	const char *dot = strchr(suffix, '.');

	if (!dot || strlen(suffix) > LIMIT_NAME_TEXT)
		return true;
	if (list)
		return listed(list, "", suffix) ||
		       (listed(list, "*.", dot + 1) && !listed(list, "!", suffix));
	return !strchr(dot + 1, '.') && dot - suffix <= 3 && strlen(dot + 1) <= 3;
}

static int check_dns(const struct cert *leaf, const struct x509_request *rq, struct error *err)
{
	/* The commonName is never a name, and a partial wildcard never matches. */
	unsigned how = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
	const char *host = rq->host;
	char *matched = NULL;
	int r;
	bool public;

	if (!(rq->flags & X509_WEB))
		how |= X509_CHECK_FLAG_NO_WILDCARDS;
	r = X509_check_host(leaf->x509, host, strlen(host), how, &matched);
	ERR_clear_error();
	public = matched && strncmp(matched, "*.", 2) == 0 && is_public(rq->suffixes, matched + 2);
	OPENSSL_free(matched);
	if (r != 1 || public)
		return error_refuse(err, REASON_CERT_NAME,
				    "the certificate is for %.60s%s, not for %.100s",
				    cert_san_dns(leaf, 0) ? cert_san_dns(leaf, 0) : "no DNS name",
				    cert_san_dns(leaf, 1) ? ", …" : "", host);
	return 0;
}

static int check_host(const struct cert *leaf, const struct x509_request *rq, struct error *err)
{
	const char *host = rq->host;
	int r;

	/* "" would match nothing asked for; ".x" means any host below x to OpenSSL. */
	if (host[0] == '\0' || host[0] == '.')
		return error_set(err, ERROR_INVALID, "'%s' is no reference identifier", host);
	if (!is_address(host))
		return check_dns(leaf, rq, err);
	r = X509_check_ip_asc(leaf->x509, host, 0);
	ERR_clear_error();
	if (r != 1)
		return error_refuse(err, REASON_CERT_NAME, "the certificate is not for %s", host);
	return 0;
}

int x509_check_names(const struct cert *leaf, const struct x509_request *rq, struct error *err)
{
	if (rq->host && check_host(leaf, rq, err) < 0)
		return -1;
	if (!rq->uri)
		return 0;
	for (size_t i = 0; cert_san_uri(leaf, i); i++)
		if (strcmp(cert_san_uri(leaf, i), rq->uri) == 0)
			return 0;
	return error_refuse(err, REASON_CERT_NAME, "the certificate is not for %s", rq->uri);
}
