/* SPDX-License-Identifier: Apache-2.0 */
/* Enrollment tokens: made, shown, revoked (FIA_ENR_EXT.1, FMT_SAE_EXT.1). */
#include <string.h>

#include "base/hash.h"
#include "base/id.h"
#include "base/limits.h"
#include "service/internal.h"

/* 32 random bytes in base64url without padding: 43 characters. */
enum { SECRET_BYTES = 32, SECRET_SIZE = 44 };

static void make_secret(char text[SECRET_SIZE])
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	uint8_t bytes[SECRET_BYTES + 1] = { 0 };
	size_t out = 0;

	random_fill(bytes, SECRET_BYTES);
	for (size_t bit = 0; bit < SECRET_BYTES * 8; bit += 6) {
		unsigned two = (unsigned)bytes[bit / 8] << 8 | bytes[bit / 8 + 1];

		text[out++] = digits[two >> (10 - bit % 8) & 63];
	}
	text[out] = 0;
	mem_wipe(bytes, sizeof(bytes));
}

static const char *ownership_of(const struct admin_token_spec *spec)
{
	return spec->ownership ? spec->ownership : "enterprise";
}

static int check_spec(const struct admin_token_spec *spec, struct error *err)
{
	if (strcmp(ownership_of(spec), "enterprise") != 0 &&
	    strcmp(ownership_of(spec), "personal") != 0)
		return error_set(err, ERROR_INVALID, "ownership: enterprise or personal");
	return 0;
}

int op_token_create(struct call *c, struct error *err)
{
	const struct admin_token_create *in = c->io.in;
	const struct admin_token_spec *spec = &in->spec;
	struct admin_token_created *ret = c->io.out;
	struct token t = {
		.note = spec->note,
		.created_by = c->admin.name,
		.created = c->now,
		.not_before = spec->not_before ? spec->not_before : c->now,
		.count = spec->count ? spec->count : 1,
		.hardware_ids = spec->hardware_ids,
		.models = spec->models,
		.ownership = (char *)ownership_of(spec),
	};
	char secret[SECRET_SIZE];

	if (check_spec(spec, err) < 0)
		return -1;
	t.expires = t.not_before +
		    (spec->lifetime_s ? spec->lifetime_s : LIMIT_TOKEN_LIFETIME_DEFAULT_S);
	uuid_new(t.id);
	make_secret(secret);
	hash_sha256_hex(secret, strlen(secret), t.secret);
	if (token_put(c->s->db, &t, err) < 0)
		return -1;
	call_detail(c, "token", t.id);
	call_detail_int(c, "count", t.count);
	call_detail_int(c, "expires", t.expires);
	ret->secret = strdup(secret);
	mem_wipe(secret, sizeof(secret));
	if (!ret->secret)
		return error_oom(err);
	memcpy(ret->id, t.id, UUID_SIZE);
	ret->expires = t.expires;
	return 0;
}

int op_tokens_list(struct call *c, struct error *err)
{
	const struct admin_query *q = c->io.in;

	return token_list(c->s->db, q->after, page_limit(q), c->now, c->io.out, err);
}

int op_token_withdraw(struct call *c, struct error *err)
{
	const struct admin_named *in = c->io.in;

	call_detail(c, "token", in->id);
	return token_revoke(c->s->db, in->id, c->now, err);
}
