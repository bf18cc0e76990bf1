/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error_wire.h"

#include "check.h"

static const struct {
	const char *message, *want;
} written[] = {
	{ "plain",
	  "{\"error\":{\"code\":\"refused\",\"message\":\"plain\",\"reason\":\"signature\"}}" },
	{ "caf\xc3\xa9 \"x\"",
	  "{\"error\":{\"code\":\"refused\",\"message\":\"caf\xc3\xa9 \\\"x\\\"\","
	  "\"reason\":\"signature\"}}" },
	{ "a\nb\x7f",
	  "{\"error\":{\"code\":\"refused\",\"message\":\"a?b?\",\"reason\":\"signature\"}}" },
	{ "cut \xe2\x86",
	  "{\"error\":{\"code\":\"refused\",\"message\":\"cut ??\",\"reason\":\"signature\"}}" },
};

static void writes(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(written); i++) {
		struct error e = ERROR_INIT, err = ERROR_INIT, back = ERROR_INIT;
		auto_buf struct buf out = BUF_INIT;

		(void)!error_refuse(&e, REASON_SIGNATURE, "%s", written[i].message);
		CHECK_OK(error_wire_write(&e, &out, &err), err);
		CHECK_STR((char *)out.data, written[i].want);
		CHECK_OK(error_wire_read(out.data, out.len, 1024, &back, &err), err);
		CHECK(back.code == ERROR_REFUSED && back.reason == REASON_SIGNATURE);
	}
}

static void reads(void)
{
	static const char *const bad[] = {
		"",
		"{}",
		"{\"error\":{}}",
		"{\"error\":\"x\"}",
		"{\"error\":{\"code\":\"denied\"}}",
		"{\"error\":{\"code\":\"denied\",\"message\":\"\",\"x\":1}}"
	};
	static const char unknown[] = "{\"error\":{\"code\":\"new\",\"message\":\"m\"}}";
	struct error ret = ERROR_INIT, err = ERROR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK_ERROR(error_wire_read(bad[i], strlen(bad[i]), 1024, &ret, &err), err,
			    ERROR_INVALID);
	CHECK_ERROR(error_wire_read(unknown, strlen(unknown), 8, &ret, &err), err, ERROR_LIMIT);
	CHECK_OK(error_wire_read(unknown, strlen(unknown), 1024, &ret, &err), err);
	CHECK(ret.code == ERROR_INTERNAL && ret.reason == REASON_NONE);
	CHECK_STR(ret.msg, "m");
}

static const struct check_case cases[] = {
	{ "error: its one form is written, whatever it quotes", writes },
	{ "error: its one form is read strictly", reads },
};
CHECK_MAIN(cases)
