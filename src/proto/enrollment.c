/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/enrollment.h"

#include <string.h>

#include "base/limits.h"
#include "proto/document.h"

#define OFF(m) offsetof(struct enrollment, m)

static const struct jmap fields[] = {
	{ "type", &jmap_str, OFF(type), JMAP_REQUIRED, 1, 16, NULL, "\"enrollment\"", NULL },
	{ "enterprise", &jmap_uuid, OFF(enterprise), JMAP_REQUIRED, 0, 0, NULL, "the enterprise",
	  NULL },
	{ "enterpriseName", &jmap_str, OFF(enterprise_name), JMAP_REQUIRED, 1, LIMIT_NAME, NULL,
	  "its name, shown before the device agrees", NULL },
	{ "url", &jmap_str, OFF(url), JMAP_REQUIRED, 9, LIMIT_URL, NULL,
	  "of the enrollment listener", "https://mdm.example:8444" },
	{ "deviceUrl", &jmap_str, OFF(device_url), JMAP_REQUIRED, 9, LIMIT_URL, NULL,
	  "of the device listener", "https://mdm.example:8443" },
	{ "connect", &jmap_str, OFF(connect), 0, 0, LIMIT_NAME, NULL,
	  "the address to connect to, where it is not the URLs' host", "192.0.2.7" },
	{ "reference", &jmap_str, OFF(reference), JMAP_REQUIRED, 1, 253, NULL,
	  "the DNS name that the server's certificates must carry", "mdm.example" },
	{ "trustDigest", &jmap_sha256, OFF(trust_digest), 0, 0, 0, NULL,
	  "SHA-256 of the first trust document", NULL },
	{ "anchorDigest", &jmap_sha256, OFF(anchor_digest), 0, 0, 0, NULL,
	  "SHA-256 of the certificate of the server's issuer", NULL },
	{ "token", &jmap_str, OFF(token), JMAP_REQUIRED, 1, LIMIT_NAME, NULL,
	  "names the one-time secret", NULL },
	{ "secret", &jmap_str, OFF(secret), JMAP_REQUIRED | JMAP_SECRET, 16, LIMIT_NAME, NULL,
	  "the one-time secret", NULL },
	{ "expires", &jmap_time, OFF(expires), JMAP_REQUIRED, 0, 0, NULL,
	  "not accepted by the server later", NULL },
	{ "ownership", &jmap_enum, OFF(ownership), JMAP_REQUIRED, 0, 0, &ownership_enum,
	  "whose device it will be", NULL },
};
const struct jmap_table enrollment_table =
	JMAP_TABLE("enrollment", "What a device must know to enroll", fields, struct enrollment);

void enrollment_done(struct enrollment *e)
{
	jmap_done(&enrollment_table, e);
}

static int check(const struct enrollment *e, struct error *err)
{
	if (strcmp(e->type, "enrollment") != 0)
		return error_set(err, ERROR_INVALID, "'type': '%.40s', not 'enrollment'", e->type);
	if (strncmp(e->url, "https://", 8) != 0)
		return error_set(err, ERROR_INVALID, "'url': not https");
	if (strncmp(e->device_url, "https://", 8) != 0)
		return error_set(err, ERROR_INVALID, "'deviceUrl': not https");
	return 0;
}

int enrollment_read(const void *data, size_t len, struct enrollment *ret, struct error *err)
{
	auto_enrollment struct enrollment e = { 0 };

	if (jmap_read(data, len, LIMIT_ENROLLMENT, &enrollment_table, &e, err) < 0 ||
	    check(&e, err) < 0)
		return error_wrap(err, "enrollment payload");
	*ret = e;
	e = (struct enrollment){ 0 };
	return 0;
}

int enrollment_write(const struct enrollment *e, struct buf *out, struct error *err)
{
	return jmap_write(e, &enrollment_table, out, err);
}
