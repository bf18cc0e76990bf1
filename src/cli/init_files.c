/* SPDX-License-Identifier: Apache-2.0 */
/* The documents and configuration files that init writes. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/id.h"
#include "base/limits.h"
#include "cli/init.h"
#include "crypto/cms.h"
#include "crypto/digest.h"
#include "proto/bootstrap.h"

enum { MAX_TARGETS = 1000, DESTRUCTIVE_DELAY_S = 600 };

uint32_t init_port(const struct init_options *o, unsigned n)
{
	const uint32_t asked[] = { o->device_port, o->enrollment_port, o->administration_port };

	return asked[n] ? asked[n] : 8443 + n;
}

int init_url(const struct init_options *o, unsigned n, char *ret, size_t size, struct error *err)
{
	const char *host = o->servers.items[0];
	bool v6 = strchr(host, ':') != NULL;

	return path_format(ret, size, err, "https://%s%s%s:%u", v6 ? "[" : "", host, v6 ? "]" : "",
			   init_port(o, n));
}

/* Commands that the server may sign itself when the operator names none: they change nothing. */
static const char *const online_may[] = { "query", "sync" };

static int sign_trust(struct init *in, const struct document *d, struct error *err)
{
	CLEANUP(crls_freep) struct crls *crls = NULL;
	const struct cms_signer signer = { in->signer.cert, in->signer.key };
	auto_buf struct buf content = BUF_INIT;
	char path[HOME_PATH_SIZE];

	if (document_write(d, &content, err) < 0 || crls_new(&crls, err) < 0 ||
	    crls_add(crls, in->root_crl, err) < 0)
		return -1;
	if (cms_sign(&content, &signer, 1, &(struct cms_extra){ .crls = crls }, &in->trust, err) <
	    0)
		return -1;
	if (digest_sha256_hex(in->trust.data, in->trust.len, in->trust_digest, err) < 0 ||
	    home_path(in->dir, path, err, "authority/trust/1.cms") < 0)
		return -1;
	return file_create(path, in->trust.data, in->trust.len, 0644, err);
}

int init_trust(struct init *in, struct error *err)
{
	struct trust_anchor anchor = { .certificate = *cert_der(in->root.cert) };
	struct trust_signer person = { .person = in->o->administrator };
	struct trust_signer server = { .person = (char *)"online" };
	struct trust_role role = { .name = (char *)"administrators", .signers = { &person, 1 } };
	/* Views over what others own: released by nobody here. */
	struct document d = { .type = DOCUMENT_TRUST };
	struct trust *t = &d.trust;

	memcpy(person.key, cert_key_sha256(in->signer.cert), sizeof(person.key));
	if (!in->alone)
		memcpy(server.key, cert_key_sha256(in->online.cert), sizeof(server.key));
	t->header.type = DOCUMENT_TRUST;
	memcpy(t->header.enterprise, in->enterprise, sizeof(t->header.enterprise));
	uuid_new(t->header.id);
	t->version = 1;
	t->issued = in->now;
	t->anchors = (struct jmap_list){ &anchor, 1 };
	t->roles = (struct jmap_list){ &role, 1 };
	if (!in->alone)
		t->online.signers = (struct jmap_list){ &server, 1 };
	t->online.may = (struct strings){ (char **)online_may, ARRAY_SIZE(online_may) };
	if (in->o->online_may.n)
		t->online.may = in->o->online_may;
	t->quorum = (struct trust_quorum){ 1, 1, 1, 1, 1, 1 };
	t->delays.destructive_s = DESTRUCTIVE_DELAY_S;
	if (in->o->no_delay || in->o->destructive_delay)
		t->delays.destructive_s = in->o->destructive_delay;
	t->max_targets = MAX_TARGETS;
	if (sign_trust(in, &d, err) < 0)
		return error_wrap(err, "trust");
	return 0;
}

int init_bootstrap(struct init *in, struct error *err)
{
	struct bootstrap_administrator admin = {
		.name = in->o->administrator,
		.role = (char *)"server-administrator",
	};
	char urls[3][LIMIT_URL], path[HOME_PATH_SIZE];
	auto_buf struct buf text = BUF_INIT;
	struct bootstrap b = {
		.type = (char *)"bootstrap",
		.enterprise_name = in->o->enterprise,
		.administrators = { &admin, 1 },
		.trust = in->trust,
		.reference = in->o->servers.items[0],
		.device_url = urls[0],
		.enrollment_url = urls[1],
		.administration_url = urls[2],
	};

	memcpy(b.enterprise, in->enterprise, sizeof(b.enterprise));
	memcpy(admin.login, cert_key_sha256(in->administrator.cert), sizeof(admin.login));
	for (unsigned i = 0; i < 3; i++)
		if (init_url(in->o, i, urls[i], sizeof(urls[i]), err) < 0)
			return -1;
	if (bootstrap_write(&b, &text, err) < 0 || buf_puts(&text, "\n", err) < 0 ||
	    home_path(in->dir, path, err, "channel/" BOOTSTRAP_FILE) < 0)
		return error_wrap(err, BOOTSTRAP_FILE);
	return file_create(path, text.data, text.len, 0600, err);
}

/* "key: "value"": a JSON string is one of YAML's. */
static int yaml_line(struct buf *out, const char *key, const char *value, struct error *err)
{
	auto_json json_t *v = json_string(value);

	if (!v)
		return error_set(err, ERROR_INVALID, "%s: not UTF-8", key);
	if (buf_printf(out, err, "%s: ", key) < 0 || jmap_dump(v, out, err) < 0)
		return -1;
	return buf_puts(out, "\n", err);
}

/* "key: ["value", …]": JSON is YAML. */
static int yaml_list(struct buf *out, const char *key, const struct strings *values,
		     struct error *err)
{
	auto_json json_t *list = json_array();

	for (size_t i = 0; i < values->n; i++)
		if (json_array_append_new(list, json_string(values->items[i])) < 0)
			return error_set(err, ERROR_INVALID, "%s: not UTF-8", key);
	if (buf_printf(out, err, "%s: ", key) < 0 || jmap_dump(list, out, err) < 0)
		return -1;
	return buf_puts(out, "\n", err);
}

/* Where the issuers' and the online signer's keys are, if not beside the certificates. */
static int key_store_conf(const struct init_options *o, struct buf *out, struct error *err)
{
	if (!o->key_store)
		return 0;
	if (buf_puts(out, "# Where the keys of the issuers and of the online signer are.\n", err) <
		    0 ||
	    yaml_line(out, "keyStore", o->key_store, err) < 0)
		return -1;
	if (strncmp(o->key_store, "tpm2:", 5) == 0 && o->key_store_access.n == 0)
		return buf_puts(out, "keyStoreAccess: [\"/dev/tpmrm0\"]\n", err);
	return yaml_list(out, "keyStoreAccess", &o->key_store_access, err);
}

static int server_conf(const struct init *in, struct buf *out, struct error *err)
{
	static const char *const keys[] = { "device", "enrollment", "administration" };
	const char *listen = in->o->listen ? in->o->listen : "::";
	bool v6 = strchr(listen, ':') != NULL;

	if (buf_puts(out, "# How the server runs. Keys and certificates are beside this file.\n",
		     err) < 0)
		return -1;
	if (yaml_line(out, "data", in->o->data ? in->o->data : "/var/lib/muster-server", err) < 0 ||
	    yaml_line(out, "profile", in->cnsa ? "cnsa" : "default", err) < 0 ||
	    key_store_conf(in->o, out, err) < 0)
		return -1;
	if (buf_puts(out, "# Where it listens: enrolled devices, enrollment, administrators.\n",
		     err) < 0)
		return -1;
	for (unsigned i = 0; i < ARRAY_SIZE(keys); i++)
		if (buf_printf(out, err, "%s: \"%s%s%s:%u\"\n", keys[i], v6 ? "[" : "", listen,
			       v6 ? "]" : "", init_port(in->o, i)) < 0)
			return -1;
	return 0;
}

static int client_conf(const struct init *in, struct buf *out, struct error *err)
{
	static const char *const keys[] = { "deviceUrl", "enrollmentUrl", "administrationUrl" };
	char url[LIMIT_URL];

	if (buf_puts(out, "# Where the server is, and who you are.\n", err) < 0 ||
	    yaml_line(out, "enterprise", in->enterprise, err) < 0 ||
	    yaml_line(out, "enterpriseName", in->o->enterprise, err) < 0 ||
	    yaml_line(out, "person", in->o->administrator, err) < 0)
		return -1;
	if (in->alone)
		return 0;
	if (yaml_line(out, "reference", in->o->servers.items[0], err) < 0)
		return -1;
	for (unsigned i = 0; i < ARRAY_SIZE(keys); i++)
		if (init_url(in->o, i, url, sizeof(url), err) < 0 ||
		    yaml_line(out, keys[i], url, err) < 0)
			return -1;
	if (in->o->connect && yaml_line(out, "connect", in->o->connect, err) < 0)
		return -1;
	return yaml_line(out, "profile", in->cnsa ? "cnsa" : "default", err);
}

int init_confs(struct init *in, struct error *err)
{
	auto_buf struct buf server = BUF_INIT, client = BUF_INIT;
	char path[HOME_PATH_SIZE];

	if (client_conf(in, &client, err) < 0)
		return -1;
	if (!in->alone && (server_conf(in, &server, err) < 0 ||
			   home_path(in->dir, path, err, "channel/" SERVER_CONF_FILE) < 0 ||
			   file_create(path, server.data, server.len, 0644, err) < 0))
		return -1;
	if (home_path(in->dir, path, err, "client.conf") < 0)
		return -1;
	return file_create(path, client.data, client.len, 0644, err);
}
