/* SPDX-License-Identifier: Apache-2.0 */
#include "function/behaviour.h"

#include "base/limits.h"
#include "proto/function_pem.h"

struct room {
	struct anchor_rules rules;
	struct anchor anchors[LIMIT_ANCHORS];
	struct buf pems[LIMIT_ANCHORS];
};

static void room_done(struct room *room)
{
	for (size_t i = 0; i < ARRAY_SIZE(room->pems); i++)
		buf_done(&room->pems[i]);
}

static int room_of(const void *args, struct room *ret, struct error *err)
{
	const struct trust_anchors *a = args;
	const struct trust_anchor_import *x = a->anchors.items;

	for (size_t i = 0; i < a->anchors.n; i++) {
		struct buf *pem = &ret->pems[i];

		if (pem_write(x[i].certificate.data, x[i].certificate.len, pem, err) < 0)
			return -1;
		ret->anchors[i] =
			(struct anchor){ .name = x[i].name, .pem = (const char *)pem->data };
	}
	ret->rules = (struct anchor_rules){ ret->anchors, a->anchors.n };
	return 0;
}

static int describe(const void *args, struct buf *out, struct error *err)
{
	const struct trust_anchors *a = args;
	const struct trust_anchor_import *x = a->anchors.items;

	for (size_t i = 0; i < a->anchors.n; i++)
		if (buf_printf(out, err, "%s%s", i ? ", " : "", x[i].name) < 0)
			return -1;
	return 0;
}

DRIVEN(ca_certificates_driver, room_done)

const struct behaviour trust_anchors_behaviour = {
	.by = "the system store, validated by openssl",
	.describe = describe,
	DRIVEN_OPERATIONS,
};
