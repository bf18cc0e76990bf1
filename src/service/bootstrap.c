/* SPDX-License-Identifier: Apache-2.0 */
/* What the first start imports from the channel tree, and the trust document in force. */
#include <string.h>

#include "base/hash.h"
#include "service/internal.h"
#include "store/enterprise.h"
#include "store/instruction.h"

static int import_administrators(struct service *s, const struct bootstrap *b, struct error *err)
{
	const struct bootstrap_administrator *from = b->administrators.items;

	for (size_t i = 0; i < b->administrators.n; i++) {
		struct administrator a = {
			.name = from[i].name,
			.role = (int)role_find(from[i].role),
			.created = service_now(s),
		};

		if (a.role == ROLE_NONE)
			return error_set(err, ERROR_INVALID, "bootstrap: no role '%.40s'",
					 from[i].role);
		memcpy(a.login, from[i].login, SHA256_HEX_SIZE);
		if (administrator_put(s->db, &a, err) < 0)
			return error_wrap(err, "bootstrap: %.60s", from[i].name);
	}
	return 0;
}

static int import_trust(struct service *s, const struct bootstrap *b,
			const struct bootstrap_trust *trust, struct error *err)
{
	struct stored_instruction i = {
		.type = (char *)"trust",
		.serial = trust->version,
		.published_by = (char *)"bootstrap",
		.published = service_now(s),
		.not_before = trust->issued,
		.der = b->trust,
	};

	memcpy(i.id, trust->id, UUID_SIZE);
	hash_sha256_hex(b->trust.data, b->trust.len, i.digest);
	return instruction_put(s->db, &i, err);
}

static int import_all(struct service *s, const struct bootstrap *b,
		      const struct bootstrap_trust *trust, struct error *err)
{
	struct enterprise e = { .name = b->enterprise_name, .imported = service_now(s) };
	const struct service_event done = {
		.event = AUDIT_BOOTSTRAP_IMPORTED,
		.outcome = OUTCOME_SUCCESS,
		.object = b->enterprise,
	};

	memcpy(e.id, b->enterprise, UUID_SIZE);
	if (enterprise_put(s->db, &e, err) < 0 || import_administrators(s, b, err) < 0 ||
	    import_trust(s, b, trust, err) < 0)
		return -1;
	return service_audit(s, &done, err);
}

int service_import(struct service *s, const struct bootstrap *b,
		   const struct bootstrap_trust *trust, bool *imported, struct error *err)
{
	auto_enterprise struct enterprise old = { 0 };

	if (enterprise_get(s->db, &old, err) == 0) {
		*imported = false;
		if (strcmp(old.id, b->enterprise) != 0)
			return error_set(err, ERROR_CONFLICT,
					 "the store belongs to another enterprise");
		return 0;
	}
	if (err->code != ERROR_NOT_FOUND || import_all(s, b, trust, err) < 0)
		return -1;
	*imported = true;
	return 0;
}

int service_trust(struct service *s, struct trust_now *ret, struct error *err)
{
	auto_instruction struct stored_instruction i = { 0 };
	auto_buf struct buf der = BUF_INIT;

	if (instruction_newest(s->db, "trust", NULL, &i, err) < 0 ||
	    instruction_get_der(s->db, i.id, &der, err) < 0)
		return -1;
	ret->version = (uint32_t)i.serial;
	memcpy(ret->digest, i.digest, SHA256_HEX_SIZE);
	ret->der = buf_steal(&der);
	return 0;
}
