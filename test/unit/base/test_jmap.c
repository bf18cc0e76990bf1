/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/jmap.h"
#include "base/limits.h"
#include "check.h"

struct inner {
	char *name;
	uint32_t count;
};
static const struct jmap inner_fields[] = {
	{ "name", &jmap_str, offsetof(struct inner, name), JMAP_REQUIRED, 1, 8, NULL, "a name",
	  NULL },
	{ "count", &jmap_u32, offsetof(struct inner, count), 0, 2, 9, NULL, NULL, NULL },
};
static const struct jmap_table inner_table = JMAP_TABLE("inner", NULL, inner_fields, struct inner);

static const char *const colours[] = { NULL, "red", "blue" };
static const struct jmap_enum colour_enum = { colours, ARRAY_SIZE(colours) };

struct outer {
	char id[UUID_SIZE];
	char digest[SHA256_HEX_SIZE];
	bool flag;
	uint64_t serial;
	int64_t time;
	int colour;
	struct buf bytes;
	struct strings words;
	struct inner one;
	struct inner *maybe;
	struct jmap_list many;
	json_t *tree;
};
#define OFF(m) offsetof(struct outer, m)
static const struct jmap outer_fields[] = {
	{ "id", &jmap_uuid, OFF(id), 0, 0, 0, NULL, NULL, NULL },
	{ "digest", &jmap_sha256, OFF(digest), 0, 0, 0, NULL, NULL, NULL },
	{ "flag", &jmap_bool, OFF(flag), 0, 0, 0, NULL, NULL, NULL },
	{ "serial", &jmap_u64, OFF(serial), 0, 0, 0, NULL, NULL, NULL },
	{ "time", &jmap_time, OFF(time), 0, 0, 0, NULL, NULL, NULL },
	{ "colour", &jmap_enum, OFF(colour), 0, 0, 0, &colour_enum, NULL, NULL },
	{ "bytes", &jmap_bytes, OFF(bytes), 0, 0, 4, NULL, NULL, NULL },
	{ "words", &jmap_strings, OFF(words), 0, 0, 2, NULL, NULL, NULL },
	{ "one", &jmap_object, OFF(one), 0, 0, 0, &inner_table, NULL, NULL },
	{ "maybe", &jmap_optional, OFF(maybe), 0, 0, 0, &inner_table, NULL, NULL },
	{ "many", &jmap_array, OFF(many), 0, 0, 2, &inner_table, NULL, NULL },
	{ "tree", &jmap_tree, OFF(tree), 0, 0, 4, NULL, NULL, NULL },
};
static const struct jmap_table outer_table = JMAP_TABLE("outer", NULL, outer_fields, struct outer);

static int read_outer(const char *json, struct outer *o, struct error *err)
{
	return jmap_read(json, strlen(json), 4096, &outer_table, o, err);
}

static void round_trip(void)
{
	static const char canonical[] =
		"{\"bytes\":\"AAH/"
		"\",\"colour\":\"blue\",\"digest\":\"0123456789abcdef0123456789abcd"
		"ef0123456789abcdef0123456789abcdef\",\"flag\":true,\"id\":\"6f0c6a3e-8f6a-4f9e-"
		"9a53"
		"-0d1f3a3c9b11\",\"many\":[{\"count\":2,\"name\":\"a\"},{\"name\":\"b\"}],"
		"\"maybe\":{"
		"\"name\":\"m\"},\"one\":{\"name\":\"x\"},\"serial\":9007199254740993,\"time\":"
		"\"2026-11-23T15:48:00Z\",\"tree\":{\"k\":[1,null]},\"words\":[\"v\",\"w\"]}";
	struct error err = ERROR_INIT;
	auto_buf struct buf out = BUF_INIT;
	struct outer o;

	CHECK_OK(read_outer(canonical, &o, &err), err);
	CHECK(o.serial == 9007199254740993u && o.colour == 2 && o.bytes.len == 3 && o.many.n == 2);
	CHECK_OK(jmap_write(&o, &outer_table, &out, &err), err);
	CHECK_STR((const char *)out.data, canonical);
	jmap_done(&outer_table, &o);
}

static void only_what_reads(void)
{
	struct error err;
	struct buf out = BUF_INIT;
	struct outer o = { .one = { .name = (char *)"123456789" } };

	CHECK_ERROR(jmap_write(&o, &outer_table, &out, &err), err, ERROR_LIMIT);
	CHECK(strstr(err.msg, "'one.name'"));
	o.one.name = (char *)"a\nb";
	CHECK_ERROR(jmap_write(&o, &outer_table, &out, &err), err, ERROR_INVALID);
	o.one.name = (char *)"";
	CHECK_ERROR(jmap_write(&o, &outer_table, &out, &err), err, ERROR_INVALID);
	o.one.name = (char *)"a";
	o.one.count = 10;
	CHECK_ERROR(jmap_write(&o, &outer_table, &out, &err), err, ERROR_INVALID);
	memcpy(o.id, "not a UUID", 11);
	o.one.count = 0;
	CHECK_ERROR(jmap_write(&o, &outer_table, &out, &err), err, ERROR_INVALID);
	CHECK(out.len == 0);
}

static const struct {
	const char *json;
	enum error_code code;
	const char *says; /* part of the message */
} bad[] = {
	{ "[]", ERROR_INVALID, "not an object" },
	{ "{\"flag\":true,\"flag\":true}", ERROR_INVALID, "duplicate" },
	{ "{\"flag\":true} x", ERROR_INVALID, "line 1" },
	{ "{\"nope\":1}", ERROR_INVALID, "'nope': unknown key in outer" },
	{ "{\"flag\":1}", ERROR_INVALID, "'flag': not true or false" },
	{ "{\"serial\":-1}", ERROR_INVALID, "'serial': not an integer" },
	{ "{\"serial\":1.0}", ERROR_INVALID, "'serial': not an integer" },
	{ "{\"serial\":99999999999999999999}", ERROR_INVALID, "too big" },
	{ "{\"id\":\"6F0C6A3E-8F6A-4F9E-9A53-0D1F3A3C9B11\"}", ERROR_INVALID, "'id': not a UUID" },
	{ "{\"id\":\"00000000-0000-0000-0000-000000000000\"}", ERROR_INVALID, "'id'" },
	{ "{\"digest\":\"abc\"}", ERROR_INVALID, "'digest'" },
	{ "{\"time\":\"2026-02-30T00:00:00Z\"}", ERROR_INVALID, "'time'" },
	{ "{\"time\":\"2026-02-03T00:00:00+01:00\"}", ERROR_INVALID, "'time'" },
	{ "{\"colour\":\"green\"}", ERROR_INVALID, "'colour': not one of red, blue" },
	{ "{\"bytes\":\"AAH/=\"}", ERROR_INVALID, "'bytes'" },
	{ "{\"bytes\":\"AAAAAAAA\"}", ERROR_LIMIT, "'bytes': more than 4 bytes" },
	{ "{\"words\":[\"a\",\"b\",\"c\"]}", ERROR_LIMIT, "'words': more than 2 items" },
	{ "{\"words\":[\"a\",7]}", ERROR_INVALID, "'words[1]': not a string" },
	{ "{\"one\":{}}", ERROR_INVALID, "'one.name': missing in inner" },
	{ "{\"one\":{\"name\":\"a\\u0000b\"}}", ERROR_INVALID, "" },
	{ "{\"one\":{\"name\":\"a\\u0007b\"}}", ERROR_INVALID, "'one.name': has a control" },
	{ "{\"one\":{\"name\":\"123456789\"}}", ERROR_LIMIT, "'one.name': longer than 8" },
	{ "{\"one\":{\"name\":\"\"}}", ERROR_INVALID, "'one.name': shorter than 1" },
	{ "{\"many\":[{\"name\":\"a\"},{\"name\":\"b\",\"count\":10}]}", ERROR_INVALID,
	  "'many[1].count': not an integer in 2..9" },
	{ "{\"maybe\":3}", ERROR_INVALID, "'maybe': not an object" },
	{ "{\"tree\":[]}", ERROR_INVALID, "'tree': not an object" },
	{ "{\"one\":{\"name\":\"\xff\"}}", ERROR_INVALID, "line 1" },
};

static void strict(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct error err;
		struct outer o;

		CHECK_ERROR(read_outer(bad[i].json, &o, &err), err, bad[i].code);
		if (!strstr(err.msg, bad[i].says)) {
			printf("# %s: '%s'\n", bad[i].json, err.msg);
			CHECK(!"the message names the key");
		}
		jmap_done(&outer_table, &o);
	}
}

static void limits(void)
{
	struct error err;
	struct outer o;
	char deep[2 * (LIMIT_JSON_DEPTH + 3) + 16];
	size_t n = (size_t)snprintf(deep, sizeof(deep), "{\"tree\":{\"k\":");

	CHECK_ERROR(jmap_read("{}", 2, 1, &outer_table, &o, &err), err, ERROR_LIMIT);
	for (int i = 0; i < LIMIT_JSON_DEPTH; i++)
		deep[n++] = '[';
	for (int i = 0; i < LIMIT_JSON_DEPTH; i++)
		deep[n++] = ']';
	memcpy(deep + n, "}}", 3);
	CHECK_ERROR(read_outer(deep, &o, &err), err, ERROR_LIMIT);
	jmap_done(&outer_table, &o);
}

static void schema(void)
{
	struct error err = ERROR_INIT;
	auto_json json_t *s = NULL;

	CHECK_OK(jmap_schema(&outer_table, &s, &err), err);
	CHECK(json_is_false(json_object_get(s, "additionalProperties")));
	s = s ? s : json_object();
	json_t *many = json_object_get(json_object_get(s, "properties"), "many");
	CHECK(json_integer_value(json_object_get(many, "maxItems")) == 2);
	json_t *count = json_object_get(
		json_object_get(json_object_get(many, "items"), "properties"), "count");
	CHECK(json_integer_value(json_object_get(count, "maximum")) == 9);
}

static void base64(void)
{
	static const struct {
		const char *text;
		int ok;
	} cases[] = {
		{ "", 1 },     { "Zg==", 1 }, { "Zm8=", 1 },   { "Zm9v", 1 }, { "Zm9vYmFy", 1 },
		{ "Zg=", 0 },  { "Zg", 0 },   { "Zh==", 0 },   { "Zm9=", 0 }, { "Zg==Zg==", 0 },
		{ "Z===", 0 }, { "=", 0 },    { "Zm9v\n", 0 }, { "Zm-_", 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct error err = ERROR_INIT;
		auto_buf struct buf out = BUF_INIT, again = BUF_INIT;
		int r = base64_decode(cases[i].text, strlen(cases[i].text), 0, &out, &err);

		CHECK((r == 0) == cases[i].ok);
		if (r == 0) {
			CHECK_OK(base64_encode(out.data, out.len, &again, &err), err);
			CHECK_STR(again.data ? (const char *)again.data : "", cases[i].text);
		}
	}
}

static void base64_wrapped(void)
{
	struct error err = ERROR_INIT;
	auto_buf struct buf out = BUF_INIT;

	CHECK_OK(base64_decode("Zm9v\r\nYmFy\n", 11, 1, &out, &err), err);
	CHECK_STR((const char *)out.data, "foobar");
}

static void times(void)
{
	char text[TIME_SIZE];
	int64_t t = 0;

	CHECK(time_parse("1970-01-01T00:00:00Z", &t) == 0 && t == 0);
	CHECK(time_parse("9999-12-31T23:59:59Z", &t) == 0);
	time_format(t + 1, text);
	CHECK_STR(text, "9999-12-31T23:59:59Z");
	CHECK(time_parse("2026-11-23T24:00:00Z", &t) < 0);
	CHECK(time_parse("2026-11-23t15:48:00z", &t) < 0);
	CHECK(time_parse("1969-12-31T23:59:59Z", &t) < 0);
}

static void ids(void)
{
	char a[UUID_SIZE], b[UUID_SIZE];

	uuid_new(a);
	uuid_new(b);
	CHECK(uuid_valid(a) && uuid_valid(b) && strcmp(a, b) != 0 && a[14] == '4');
	CHECK(!uuid_valid("6f0c6a3e8f6a4f9e9a530d1f3a3c9b11"));
	CHECK(!uuid_valid(""));
	uuid_of_digest("0123456789abcdef0123456789abcdef0123", a);
	CHECK_STR(a, "01234567-89ab-8def-8123-456789abcdef");
	CHECK(uuid_valid(a));
}

static const struct check_case cases[] = {
	{ "jmap: a struct comes back from its canonical bytes", round_trip },
	{ "jmap: what does not fit is refused, and the key is named", strict },
	{ "jmap: what could not be read back is not written", only_what_reads },
	{ "jmap: size and depth are limited", limits },
	{ "jmap: the schema carries the limits", schema },
	{ "base64: only the canonical form is decoded", base64 },
	{ "base64: wrapped bodies are decoded", base64_wrapped },
	{ "clock: only real times in the one form are parsed", times },
	{ "id: UUIDs are random, lower case and checked", ids },
};
CHECK_MAIN(cases)
