/* SPDX-License-Identifier: Apache-2.0 */
/* The bodies of the device channel and of the administration API against their golden files. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "check.h"
#include "proto/admin.h"
#include "proto/checkin.h"

static const struct {
	const char *file;
	const struct jmap_table *table;
} bodies[] = {
	{ "channel/checkin-request", &checkin_request_table },
	{ "channel/checkin-reply", &checkin_reply_table },
	{ "channel/instructions-reply", &instructions_reply_table },
	{ "channel/records-request", &records_request_table },
	{ "channel/records-reply", &records_reply_table },
	{ "admin/token-spec", &admin_token_spec_table },
	{ "admin/token-created", &admin_token_created_table },
	{ "admin/tokens", &admin_tokens_table },
	{ "admin/devices", &admin_devices_table },
	{ "admin/device-detail", &admin_device_detail_table },
	{ "admin/records", &admin_records_table },
	{ "admin/published", &admin_published_table },
	{ "admin/instructions", &admin_instructions_table },
	{ "admin/instruction-detail", &admin_instruction_detail_table },
	{ "admin/whoami", &admin_whoami_table },
	{ "admin/version", &admin_version_table },
	{ "admin/query", &admin_query_table },
	{ "admin/named", &admin_named_table },
	{ "admin/token-create", &admin_token_create_table },
	{ "admin/publish", &admin_publish_table },
	{ "admin/cancelled", &admin_cancelled_table },
	{ "admin/pending", &admin_pendings_table },
	{ "admin/crl", &admin_crl_table },
};

static void round_trip(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
		auto_buf struct buf text = BUF_INIT, again = BUF_INIT;
		auto_free void *body = calloc(1, bodies[i].table->size);
		struct error err = ERROR_INIT;
		char path[512];

		CHECK_OK(path_format(path, sizeof(path), &err, "%s/golden/%s.json",
				     getenv("MUSTER_TEST_SOURCE"), bodies[i].file),
			 err);
		CHECK_OK(file_read(path, 65536, &text, &err), err);
		CHECK_OK(jmap_read(text.data, text.len, LIMIT_HTTP_REPLY, bodies[i].table, body,
				   &err),
			 err);
		CHECK_OK(jmap_write(body, bodies[i].table, &again, &err), err);
		CHECK_STR((char *)again.data, (char *)text.data);
		jmap_done(bodies[i].table, body);
	}
}

/* Nothing that a golden file has may be left out of it, and nothing else may be there. */
static void strict(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
		static const char unknown[] = "{\"unheardOf\":1}";
		auto_free void *body = calloc(1, bodies[i].table->size);
		struct error err = ERROR_INIT;

		CHECK_ERROR(jmap_read(unknown, strlen(unknown), 64, bodies[i].table, body, &err),
			    err, ERROR_INVALID);
		CHECK(strstr(err.msg, "unheardOf") || strstr(err.msg, "missing"));
		jmap_done(bodies[i].table, body);
	}
}

static const struct {
	const struct jmap_table *table;
	const char *text, *want;
} refused[] = {
	{ &checkin_request_table, "{\"nonce\":\"x\"}", "'nonce': not 64 lower-case hex digits" },
	{ &checkin_reply_table, "{\"head\":\"?\"}", "'head': base64 ends within a group of four" },
	{ &instructions_reply_table, "{\"instructions\":[{\"seq\":0}]}",
	  "'instructions[0].seq': not an integer in 1..9223372036854775807" },
	{ &records_request_table, "{\"records\":[],\"seal\":{\"sequence\":0}}",
	  "'seal.sequence': not an integer in 1..9223372036854775807" },
	{ &admin_token_spec_table, "{\"count\":0}", "'count': not an integer in 1..100000" },
};

static void refuses(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		auto_free void *body = calloc(1, refused[i].table->size);
		struct error err = ERROR_INIT;

		CHECK(jmap_read(refused[i].text, strlen(refused[i].text), 1024, refused[i].table,
				body, &err) < 0);
		CHECK_STR(err.msg, refused[i].want);
		jmap_done(refused[i].table, body);
	}
}

static const struct check_case cases[] = {
	{ "bodies: the golden files bind and come back the same", round_trip },
	{ "bodies: an unknown key is refused in each", strict },
	{ "bodies: what is out of range is refused by its path", refuses },
};
CHECK_MAIN(cases)
