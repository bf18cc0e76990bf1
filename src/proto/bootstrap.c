/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/bootstrap.h"

#include <string.h>

#include "base/field.h"
#include "base/limits.h"

static const struct jmap administrator_fields[] = {
	FIELD_REQ(bootstrap_administrator, name, "name", jmap_str, 1, LIMIT_NAME, "the person"),
	FIELD_REQ(bootstrap_administrator, role, "role", jmap_str, 1, LIMIT_NAME, "the role"),
	FIELD_REQ(bootstrap_administrator, login, "login", jmap_sha256, 0, 0,
		  "digest of the login certificate's key"),
};
static const struct jmap_table administrator_table =
	JMAP_TABLE("administrator", "who may administer", administrator_fields,
		   struct bootstrap_administrator);

static const struct jmap bootstrap_fields[] = {
	FIELD_REQ(bootstrap, type, "type", jmap_str, 1, LIMIT_NAME, "\"bootstrap\""),
	FIELD_REQ(bootstrap, enterprise, "enterprise", jmap_uuid, 0, 0, "the enterprise's id"),
	FIELD_REQ(bootstrap, enterprise_name, "enterpriseName", jmap_str, 1, LIMIT_NAME,
		  "the enterprise's name"),
	FIELD_(bootstrap, administrators, "administrators", jmap_array, JMAP_REQUIRED, 1,
	       LIMIT_TRUST_SIGNERS, &administrator_table, "who may use the administration API"),
	FIELD_REQ(bootstrap, trust, "trust", jmap_bytes, 1, LIMIT_DOCUMENT, "trust version 1, CMS"),
	FIELD_REQ(bootstrap, reference, "reference", jmap_str, 1, LIMIT_NAME,
		  "the DNS name of the server's certificates"),
	FIELD_REQ(bootstrap, device_url, "deviceUrl", jmap_str, 1, LIMIT_URL,
		  "the listener of enrolled devices"),
	FIELD_REQ(bootstrap, enrollment_url, "enrollmentUrl", jmap_str, 1, LIMIT_URL,
		  "the listener of enrollment"),
	FIELD_REQ(bootstrap, administration_url, "administrationUrl", jmap_str, 1, LIMIT_URL,
		  "the listener of the administration API"),
};
const struct jmap_table bootstrap_table =
	JMAP_TABLE("bootstrap", "what a server imports once", bootstrap_fields, struct bootstrap);

void bootstrap_done(struct bootstrap *b)
{
	jmap_done(&bootstrap_table, b);
}

int bootstrap_read(const void *data, size_t len, struct bootstrap *ret, struct error *err)
{
	auto_bootstrap struct bootstrap b = { 0 };

	if (jmap_read(data, len, 2 * LIMIT_DOCUMENT, &bootstrap_table, &b, err) < 0)
		return -1;
	if (strcmp(b.type, "bootstrap") != 0)
		return error_set(err, ERROR_INVALID, "'type': not a bootstrap");
	*ret = b;
	b = (struct bootstrap){ 0 };
	return 0;
}

int bootstrap_write(const struct bootstrap *b, struct buf *out, struct error *err)
{
	return jmap_write(b, &bootstrap_table, out, err);
}

static const struct jmap conf_fields[] = {
	FIELD(server_conf, tree, "tree", jmap_path, 0, 0,
	      "directory of the channel tree (the directory of this file)"),
	FIELD(server_conf, data, "data", jmap_path, 0, 0,
	      "directory of the store (/var/lib/muster-server)"),
	FIELD(server_conf, profile, "profile", jmap_str, 0, LIMIT_NAME,
	      "TLS profile: default or cnsa (default)"),
	FIELD(server_conf, tls12, "tls12", jmap_bool, 0, 0,
	      "speak TLS 1.2 with peers that have no 1.3 (false)"),
	FIELD(server_conf, device, "device", jmap_str, 0, LIMIT_NAME,
	      "address and port for enrolled devices ([::]:8443)"),
	FIELD(server_conf, enrollment, "enrollment", jmap_str, 0, LIMIT_NAME,
	      "address and port for enrollment ([::]:8444)"),
	FIELD(server_conf, administration, "administration", jmap_str, 0, LIMIT_NAME,
	      "address and port for the administration API ([::]:8445)"),
	FIELD(server_conf, key_store, "keyStore", jmap_str, 0, LIMIT_KEY_URI,
	      "where the keys of the issuers and of the online signer are: file, tpm2:[?tcti=…] or "
	      "a pkcs11: URI of a token (file)"),
	FIELD(server_conf, key_store_access, "keyStoreAccess", jmap_strings, 0,
	      LIMIT_KEY_STORE_PATHS,
	      "paths that the store's driver opens: a device, a socket, directories, the PIN's "
	      "file"),
	FIELD(server_conf, fronts, "fronts", jmap_u32, 0, 256,
	      "processes that speak to the network (0: one a processor)"),
};
const struct jmap_table server_conf_table =
	JMAP_TABLE("server.conf", "how a server runs", conf_fields, struct server_conf);
