/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/net/target.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"

enum { HTTPS_PORT = 443 };

static int copy(char *to, size_t size, const char *from, size_t len, const char *what,
		struct error *err)
{
	if (len == 0 || len >= size)
		return error_set(err, ERROR_INVALID, "%s: empty or too long", what);
	memcpy(to, from, len);
	to[len] = 0;
	return 0;
}

/* "host", "host:port" or "[v6]:port", with a default port. */
static int take_address(const char *text, uint16_t port, struct target *t, struct error *err)
{
	char full[SOCKET_HOST_SIZE + 8];
	const char *colon = strrchr(text, ':');

	if (colon && colon > strrchr(text, ']'))
		return socket_parse(text, t->host, &t->port, err);
	if (snprintf(full, sizeof(full), "%s:%u", text, port) >= (int)sizeof(full))
		return error_set(err, ERROR_INVALID, "%.40s…: too long for an address", text);
	return socket_parse(full, t->host, &t->port, err);
}

int target_parse(const char *url, const char *connect, const char *reference, struct target *ret,
		 struct error *err)
{
	static const char scheme[] = "https://";
	char address[SOCKET_HOST_SIZE + 8];
	struct target t = { 0 };
	const char *rest = url + strlen(scheme);
	size_t len;

	if (strncmp(url, scheme, strlen(scheme)) != 0)
		return error_set(err, ERROR_INVALID, "%.80s: not an https URL", url);
	len = strcspn(rest, "/?#");
	if (rest[len] && rest[len] != '/')
		return error_set(err, ERROR_INVALID, "%.80s: a query has no place here", url);
	if (copy(address, sizeof(address), rest, len, url, err) < 0 ||
	    take_address(address, HTTPS_PORT, &t, err) < 0 ||
	    copy(t.reference, sizeof(t.reference), reference, strlen(reference), "reference", err) <
		    0)
		return -1;
	(void)snprintf(t.base, sizeof(t.base), "%s", rest + len);
	while (t.base[0] && t.base[strlen(t.base) - 1] == '/')
		t.base[strlen(t.base) - 1] = 0;
	if (connect && connect[0] && take_address(connect, t.port, &t, err) < 0)
		return -1;
	*ret = t;
	return 0;
}

int target_tls(struct target *t, const char *profile, bool tls12, struct error *err)
{
	int found = tls_profile_find(profile ? profile : "default");

	if (found < 0)
		return error_set(err, ERROR_INVALID, "no TLS profile '%.40s'", profile);
	t->profile = (enum tls_profile)found;
	t->tls12 = tls12;
	return 0;
}

struct tls_options target_options(const struct target *t, enum x509_purpose purpose)
{
	return (struct tls_options){ .profile = t->profile,
				     .tls12 = t->tls12,
				     .purpose = purpose,
				     .reference = t->reference };
}

unsigned target_flags(const struct target *t)
{
	return t->profile == TLS_CNSA ? X509_CNSA : 0;
}

struct http_target target_http(const struct target *t, struct tls_config *tls)
{
	return (struct http_target){
		.host = t->host, .port = t->port, .reference = t->reference, .tls = tls
	};
}

int target_path(const struct target *t, const char *path, char *ret, size_t size, struct error *err)
{
	return path_format(ret, size, err, "%s%s", t->base, path);
}
