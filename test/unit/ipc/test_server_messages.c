/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of the server's messages are sound, and their bodies come back as they went in. */
#include "ipc/server_messages.h"

#include "check.h"
#include "base/limits.h"
#include "ipc/key_messages.h"
#include "proto/admin.h"

static bool compound(const struct jmap_type *t)
{
	return t == &jmap_object || t == &jmap_array || t == &jmap_optional || t == &jmap_enum;
}

static void check_table(const struct jmap_table *t)
{
	for (size_t i = 0; i < t->n_fields; i++) {
		const struct jmap *f = &t->fields[i];

		CHECK(f->key && f->type && f->off < t->size && f->doc && f->doc[0]);
		CHECK((f->sub != NULL) == compound(f->type));
		/* whatever a peer can grow has a limit */
		if (f->type == &jmap_str || f->type == &jmap_strings || f->type == &jmap_array)
			CHECK(f->max > 0);
		for (size_t j = 0; j < i; j++)
			CHECK(strcmp(f->key, t->fields[j].key) != 0);
		if (f->type == &jmap_object || f->type == &jmap_array || f->type == &jmap_optional)
			check_table(f->sub);
	}
}

static void check_protocol(const struct ipc_protocol *p)
{
	for (size_t i = 0; i < p->n_types; i++) {
		CHECK(p->types[i].name && p->types[i].name[0]);
		CHECK(p->types[i].blob_max <= LIMIT_IPC_BLOB);
		for (size_t j = 0; j < i; j++)
			CHECK(strcmp(p->types[i].name, p->types[j].name) != 0);
		if (p->types[i].table)
			check_table(p->types[i].table);
	}
}

static void sound(void)
{
	check_protocol(&server_protocol);
	check_protocol(&key_protocol);
	CHECK(server_protocol.n_types == SERVER_MESSAGE_MAX_);
	CHECK(key_protocol.n_types == KEY_MESSAGE_MAX_);
}

/* The canonical bytes of a body, read and written again. */
static void check_trip(const struct jmap_table *t, const void *body)
{
	auto_buf struct buf first = BUF_INIT, second = BUF_INIT;
	struct error err = ERROR_INIT;
	void *again = calloc(1, t->size);

	CHECK_OK(jmap_write(body, t, &first, &err), err);
	CHECK_OK(jmap_read(first.data, first.len, LIMIT_IPC_BODY, t, again, &err), err);
	CHECK_OK(jmap_write(again, t, &second, &err), err);
	CHECK_STR((char *)first.data, (char *)second.data);
	jmap_done(t, again);
	free(again);
}

#define SOME_ID "11111111-2222-4333-8444-555555555555"

static void trips(void)
{
	char *words[] = { (char *)"a", (char *)"b" };
	struct admin_target target = { SOME_ID, SOME_ID };
	struct server_pki_item item = { .name = (char *)"device.crl", .number = 1, .size = 9 };
	struct admin_publish publish = { .type = (char *)"command",
					 .id = SOME_ID,
					 .targets = { &target, 1 },
					 .groups = { words, 2 } };
	struct server_enroll enroll = { .token = (char *)"t",
					.attributes = { .model = (char *)"M" } };
	const struct server_pki_is pki = { { &item, 1 } };
	const struct server_devices everyone = { { NULL, 0 } };
	struct admin_device_detail detail = { .device = { .id = SOME_ID,
							  .state = (char *)"enrolled" } };

	memset(publish.digest, 'a', SHA256_HEX_SIZE - 1);
	memset(publish.caller.login, 'b', SHA256_HEX_SIZE - 1);
	memset(enroll.secret, 'c', SHA256_HEX_SIZE - 1);
	memset(enroll.key, 'd', SHA256_HEX_SIZE - 1);
	memset(item.issuer, 'e', SHA256_HEX_SIZE - 1);
	check_trip(&admin_publish_table, &publish);
	check_trip(&server_enroll_table, &enroll);
	check_trip(&server_pki_is_table, &pki);
	check_trip(&server_devices_table, &everyone);
	check_trip(&admin_device_detail_table, &detail);
}

static void errors(void)
{
	struct server_error m = { .code = (char *)"refused",
				  .reason = (char *)"cert-expired",
				  .message = (char *)"why" };
	struct error e = ERROR_INIT;

	CHECK(server_error_take(&m, &e) == -1);
	CHECK(e.code == ERROR_REFUSED && e.reason == REASON_CERT_EXPIRED);
	CHECK_STR(e.msg, "why");
	m = (struct server_error){ .code = (char *)"no such code" };
	CHECK(server_error_take(&m, &e) == -1);
	CHECK(e.code == ERROR_INTERNAL && e.reason == REASON_NONE);
}

static const struct check_case cases[] = {
	{ "server messages: every table is sound and every list has a limit", sound },
	{ "server messages: bodies come back as they went in", trips },
	{ "server messages: errors keep their code and reason", errors },
};
CHECK_MAIN(cases)
