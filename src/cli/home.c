/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/home.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/conf.h"
#include "base/field.h"
#include "base/file.h"
#include "base/limits.h"

static const struct jmap conf_fields[] = {
	FIELD_REQ(client_conf, enterprise, "enterprise", jmap_uuid, 0, 0, "the enterprise's id"),
	FIELD_REQ(client_conf, enterprise_name, "enterpriseName", jmap_str, 1, LIMIT_NAME,
		  "the enterprise's name"),
	FIELD_REQ(client_conf, person, "person", jmap_str, 1, LIMIT_NAME,
		  "whose signing key is used: authority/signers/PERSON.key"),
	FIELD(client_conf, administration, "administrationUrl", jmap_str, 1, LIMIT_URL,
	      "the server's administration listener"),
	FIELD(client_conf, enrollment, "enrollmentUrl", jmap_str, 1, LIMIT_URL,
	      "the server's enrollment listener"),
	FIELD(client_conf, device, "deviceUrl", jmap_str, 1, LIMIT_URL,
	      "the server's device listener"),
	FIELD(client_conf, connect, "connect", jmap_str, 0, LIMIT_NAME,
	      "address to connect to instead of the URLs' host"),
	FIELD(client_conf, reference, "reference", jmap_str, 1, LIMIT_NAME,
	      "the name that the server's certificates carry"),
	FIELD(client_conf, anchor, "anchor", jmap_path, 0, 0,
	      "the issuer of the server's certificates (server.crt beside this file)"),
	FIELD(client_conf, profile, "profile", jmap_str, 0, LIMIT_NAME,
	      "TLS profile: default or cnsa (default)"),
	FIELD(client_conf, tls12, "tls12", jmap_bool, 0, 0,
	      "speak TLS 1.2 with a server that has no 1.3 (false)"),
};
const struct jmap_table client_conf_table =
	JMAP_TABLE("client.conf", "where the server is", conf_fields, struct client_conf);

void home_done(struct home *h)
{
	jmap_done(&client_conf_table, &h->conf);
}

int home_find(const char *option, char ret[HOME_PATH_SIZE], struct error *err)
{
	const char *dir = option ? option : getenv("MUSTER_HOME"), *user = getenv("HOME");

	if (dir && dir[0])
		return path_format(ret, HOME_PATH_SIZE, err, "%s", dir);
	if (!user || !user[0])
		return error_set(err, ERROR_INVALID,
				 "which directory? Neither --home, MUSTER_HOME nor HOME is set");
	return path_format(ret, HOME_PATH_SIZE, err, "%s/.config/muster", user);
}

int home_path(const char *dir, char ret[HOME_PATH_SIZE], struct error *err, const char *fmt, ...)
{
	char rest[HOME_PATH_SIZE];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(rest, sizeof(rest), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(rest))
		return error_set(err, ERROR_LIMIT, "a path is too long");
	return path_format(ret, HOME_PATH_SIZE, err, "%s/%s", dir, rest);
}

int home_open(const char *option, struct home *ret, struct error *err)
{
	auto_home struct home h = { 0 };
	auto_conf struct conf *c = NULL;
	char path[HOME_PATH_SIZE];

	if (home_find(option, h.dir, err) < 0 || home_path(h.dir, path, err, "client.conf") < 0)
		return -1;
	if (!file_exists(path))
		return error_set(err, ERROR_NOT_FOUND,
				 "%s: no operator's directory here (see 'muster init --help')",
				 h.dir);
	if (conf_load(path, &c, err) < 0 || conf_bind(c, "", &client_conf_table, &h.conf, err) < 0)
		return -1;
	*ret = h;
	h.conf = (struct client_conf){ 0 };
	return 0;
}
