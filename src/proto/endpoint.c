/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/endpoint.h"

#include "base/field.h"
#include "base/limits.h"

#define X(id, name) [id] = name,
static const char *const access_names[] = { ENDPOINT_ACCESSES(X) };
#undef X
static const struct jmap_enum access_enum = { access_names, ARRAY_SIZE(access_names) };

static const struct jmap fields[] = {
	FIELD(endpoint, protocol, "protocol", jmap_str, 1, LIMIT_NAME, "what it speaks"),
	FIELD(endpoint, refused, "refused", jmap_bool, 0, 0, "it takes no connection"),
	FIELD(endpoint, tls, "tls", jmap_bool, 0, 0, "inside of TLS"),
	FIELD(endpoint, encrypted, "encrypted", jmap_bool, 0, 0, "by TLS or the protocol itself"),
	FIELD_(endpoint, access, "access", jmap_enum, 0, 0, 0, &access_enum,
	       "whether it asks who is there"),
	FIELD(endpoint, version, "version", jmap_str, 1, LIMIT_NAME, "of TLS, negotiated"),
	FIELD(endpoint, weak, "weak", jmap_strings, 0, ENDPOINT_WEAK_MAX, "what is out of date"),
	FIELD(endpoint, banner, "banner", jmap_str, 0, ENDPOINT_BANNER_MAX,
	      "what it says of itself"),
	FIELD(endpoint, configures, "configures", jmap_str, 1, LIMIT_NAME,
	      "how it takes configuration of nobody's"),
	FIELD(endpoint, key, "key", jmap_sha256, 0, 0, "SHA-256 of its public key"),
};
const struct jmap_table endpoint_table =
	JMAP_TABLE("endpoint", "What one port said to a stranger", fields, struct endpoint);

void endpoint_done(struct endpoint *e)
{
	jmap_done(&endpoint_table, e);
}
