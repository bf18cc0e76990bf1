/* SPDX-License-Identifier: Apache-2.0 */
#include "base/conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "check.h"

struct inner {
	uint32_t length;
	char *text;
};
struct outer {
	char *name;
	struct inner inner;
	struct jmap_list list;
	bool on;
};

static const struct jmap inner_fields[] = {
	{ "length", &jmap_u32, offsetof(struct inner, length), 0, 6, 128 },
	{ "text", &jmap_str, offsetof(struct inner, text), JMAP_REQUIRED, 0, 20 },
};
static const struct jmap_table inner_table = JMAP_TABLE("inner", "", inner_fields, struct inner);
static const struct jmap outer_fields[] = {
	{ "name", &jmap_str, offsetof(struct outer, name), JMAP_REQUIRED, 1, 20 },
	{ "inner", &jmap_object, offsetof(struct outer, inner), 0, 0, 0, &inner_table },
	{ "list", &jmap_array, offsetof(struct outer, list), 0, 0, 3, &inner_table },
	{ "on", &jmap_bool, offsetof(struct outer, on) },
};
static const struct jmap_table outer_table = JMAP_TABLE("outer", "", outer_fields, struct outer);

static int parse(const char *text, struct conf **ret, struct error *err)
{
	return conf_parse("f.yaml", text, strlen(text), ret, err);
}

/* The whole message: it is what a person gets. */
static const struct {
	const char *text, *want;
} refused[] = {
	{ "", "f.yaml:1:1: the file is empty" },
	{ "# only a comment\n", "f.yaml:2:1: the file is empty" },
	{ "a: 1\na: 2\n", "f.yaml:2:1: duplicate key 'a'" },
	{ "a: {b: 1, b: 2}", "f.yaml:1:11: duplicate key 'b'" },
	{ "a: &x 1\n", "f.yaml:1:4: anchors (&name) are not allowed" },
	{ "&x {a: 1}\n", "f.yaml:1:1: anchors (&name) are not allowed" },
	{ "a: *x\n", "f.yaml:1:4: aliases (*name) are not allowed" },
	{ "a: !!str 1\n", "f.yaml:1:4: tags (!name) are not allowed" },
	{ "a: !secret x\n", "f.yaml:1:4: tags (!name) are not allowed" },
	{ "%TAG ! tag:example.com:\n---\na: 1\n", "f.yaml:1:1: tags (%TAG) are not allowed" },
	{ "? [a]\n: 1\n", "f.yaml:1:3: a key must be a plain or quoted string" },
	{ "\"\": 1\n", "f.yaml:1:1: a key must be a non-empty string" },
	{ "\"a\\0b\": 1\n", "f.yaml:1:1: a key must be a non-empty string" },
	{ "a: \"b\\0\"\n", "f.yaml:1:4: a string with a NUL" },
	{ "a: 1\n---\nb: 2\n", "f.yaml:2:1: more than one document" },
	{ "a: 99999999999999999999\n", "f.yaml:1:4: the number has too many digits" },
	{ "a: [1, 2\nb: 3\n",
	  "f.yaml:2:2: did not find expected ',' or ']' while parsing a flow sequence" },
	{ "a:\n\tb: 1\n", "f.yaml:2:1: found character that cannot start any token while scanning "
			  "for the next token" },
	{ "{\"a\": 1,\n \"b\": }", "f.yaml:2:7: unexpected token near '}'" },
	{ "{\"a\": 1,\n \"a\": 2}", "f.yaml:2:4: duplicate object key near '\"a\"'" },
	{ "{\"a\": 01}", "f.yaml:1:7: invalid token near '0'" },
	{ "{\"a\": 1} x", "f.yaml:1:10: end of file expected near 'x'" },
};

static void refuses(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		auto_conf struct conf *c = NULL;
		struct error err = ERROR_INIT;

		CHECK_ERROR(parse(refused[i].text, &c, &err), err, ERROR_INVALID);
		CHECK_STR(err.msg, refused[i].want);
		CHECK(c == NULL);
	}
}

static void refuses_ambiguous(void)
{
	static const char *const numbers[] = { "0644",	"0x1f", "0o17", "0b1",	"1_000", "12:30",
					       "1e3",	".5",	"1.",	"+1",	"-.inf", ".NaN",
					       "1:2:3", "00",	"-01",	"1.5e3" };

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		auto_conf struct conf *c = NULL;
		struct error err = ERROR_INIT;
		char text[40];

		(void)snprintf(text, sizeof(text), "a: %s\n", numbers[i]);
		CHECK_ERROR(parse(text, &c, &err), err, ERROR_INVALID);
		CHECK(strncmp(err.msg, "f.yaml:1:4: YAML readers differ", 30) == 0);
	}
}

static void refuses_depth(void)
{
	static const char *const open[] = { "[", "{\"a\": " }, *const close[] = { "]", "}" };

	for (size_t k = 0; k < ARRAY_SIZE(open); k++) {
		auto_buf struct buf text = BUF_INIT;
		auto_conf struct conf *c = NULL;
		struct error err = ERROR_INIT;

		for (int i = 0; i <= LIMIT_JSON_DEPTH; i++)
			CHECK_OK(buf_puts(&text, open[k], &err), err);
		CHECK_OK(buf_puts(&text, "1", &err), err);
		for (int i = 0; i <= LIMIT_JSON_DEPTH; i++)
			CHECK_OK(buf_puts(&text, close[k], &err), err);
		CHECK_ERROR(conf_parse("f", text.data, text.len, &c, &err), err, ERROR_LIMIT);
	}
}

static void refuses_depth_yaml(void)
{
	auto_buf struct buf text = BUF_INIT;
	auto_conf struct conf *c = NULL;
	struct error err = ERROR_INIT;

	CHECK_OK(buf_puts(&text, "a: ", &err), err);
	for (int i = 0; i < LIMIT_JSON_DEPTH; i++)
		CHECK_OK(buf_puts(&text, "[", &err), err);
	CHECK_OK(buf_puts(&text, "1", &err), err);
	for (int i = 0; i < LIMIT_JSON_DEPTH; i++)
		CHECK_OK(buf_puts(&text, "]", &err), err);
	CHECK_ERROR(conf_parse("f", text.data, text.len, &c, &err), err, ERROR_LIMIT);
	CHECK_STR(err.msg, "f:1:36: nested deeper than 32 levels");
}

static void refuses_size(void)
{
	auto_buf struct buf text = BUF_INIT;
	auto_conf struct conf *c = NULL;
	struct error err = ERROR_INIT;

	CHECK_OK(buf_puts(&text, "a:\n", &err), err);
	for (unsigned i = 0; i < LIMIT_CONF_NODES; i++)
		CHECK_OK(buf_puts(&text, "- 1\n", &err), err);
	CHECK_ERROR(conf_parse("f", text.data, text.len, &c, &err), err, ERROR_LIMIT);
	CHECK_STR(err.msg, "f:20000:3: more than 20000 values");
	while (text.len <= LIMIT_CONF)
		CHECK_OK(buf_puts(&text, "# the same line again and again\n", &err), err);
	CHECK_ERROR(conf_parse("f", text.data, text.len, &c, &err), err, ERROR_LIMIT);
	CHECK_STR(err.msg, "f: larger than 1048576 bytes");
}

/* What binding says, in YAML and in JSON. */
static const struct {
	const char *text, *want;
} unbound[] = {
	{ "name: a\nnme: b\n", "f.yaml:2:1: 'nme': unknown key in outer" },
	{ "on: true\n", "f.yaml:1:1: 'name': missing in outer" },
	{ "name: a\non: yes\n", "f.yaml:2:5: 'on': not true or false" },
	{ "name: a\ninner:\n  length: 5\n  text: x\n",
	  "f.yaml:3:11: 'inner.length': not an integer in 6..128" },
	{ "name: a\ninner:\n  length: 8\n", "f.yaml:3:3: 'inner.text': missing in inner" },
	{ "name: a\nlist:\n- text: x\n- text: x\n  lenght: 7\n",
	  "f.yaml:5:3: 'list[1].lenght': unknown key in inner" },
	{ "name: a\nlist: [{text: 7}]\n", "f.yaml:2:15: 'list[0].text': not a string" },
	{ "{\"name\": \"a\",\n \"inner\": {\"text\": \"é\", \"length\": 5}}",
	  "f.yaml:2:35: 'inner.length': not an integer in 6..128" },
	{ "{\"name\": \"a\\\"\\\\\", \"list\": [ {\"text\": \"\"},\n  {\"x\": []} ]}",
	  "f.yaml:2:4: 'list[1].x': unknown key in inner" },
	{ "- 1\n", "f.yaml:1:1: not an object" },
	{ "name: null\n", "f.yaml:1:7: 'name': not a string" },
};

static void blames(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(unbound); i++) {
		auto_conf struct conf *c = NULL;
		struct error err = ERROR_INIT;
		struct outer o = { 0 };

		CHECK_OK(parse(unbound[i].text, &c, &err), err);
		CHECK_ERROR(conf_bind(c, "", &outer_table, &o, &err), err, ERROR_INVALID);
		CHECK_STR(err.msg, unbound[i].want);
		jmap_done(&outer_table, &o);
	}
}

static void binds_part(void)
{
	auto_conf struct conf *c = NULL;
	struct error err = ERROR_INIT;
	struct inner in = { 0 };

	CHECK_OK(parse("a:\n  b:\n  - text: x\n    length: 9\n  - text: 9\n", &c, &err), err);
	CHECK_OK(conf_bind(c, "a.b[0]", &inner_table, &in, &err), err);
	CHECK(in.length == 9);
	jmap_done(&inner_table, &in);
	CHECK_ERROR(conf_bind(c, "a.b[1]", &inner_table, &in, &err), err, ERROR_INVALID);
	CHECK_STR(err.msg, "f.yaml:5:11: 'a.b[1].text': not a string");
	jmap_done(&inner_table, &in);
	CHECK_ERROR(conf_bind(c, "a.c", &inner_table, &in, &err), err, ERROR_NOT_FOUND);
	CHECK_STR(err.msg, "f.yaml:2:3: 'a.c': missing");
	CHECK(conf_where(c, "a.b[1].text").line == 5);
	CHECK(conf_where(c, "a.b[7]").line == 3);
}

static void golden(void)
{
	auto_buf struct buf got = BUF_INIT, want = BUF_INIT;
	auto_conf struct conf *c = NULL, *again = NULL;
	struct error err = ERROR_INIT;
	char path[512];

	CHECK_OK(path_format(path, sizeof(path), &err, "%s/golden/conf/policy.yaml",
			     getenv("MUSTER_TEST_SOURCE")),
		 err);
	CHECK_OK(conf_load(path, &c, &err), err);
	if (!c)
		return;
	memcpy(strrchr(path, '.'), ".json", 6);
	CHECK_OK(file_read(path, LIMIT_CONF, &want, &err), err);
	CHECK_OK(jmap_dump(conf_tree(c), &got, &err), err);
	CHECK_OK(buf_puts(&got, "\n", &err), err);
	CHECK_STR((char *)got.data, (char *)want.data);
	/* and back: the canonical bytes are the same tree */
	CHECK_OK(conf_load(path, &again, &err), err);
	CHECK(again && json_equal(conf_tree(c), conf_tree(again)));
}

static void loads(void)
{
	auto_conf struct conf *c = NULL;
	struct error err = ERROR_INIT;

	CHECK_ERROR(conf_load("/nonexistent/x.yaml", &c, &err), err, ERROR_NOT_FOUND);
	CHECK(strncmp(err.msg, "/nonexistent/x.yaml: ", 21) == 0);
	CHECK_ERROR(conf_load("/", &c, &err), err, ERROR_INVALID);
}

static const struct check_case cases[] = {
	{ "conf: what is not the strict part of YAML or JSON is refused where it stands", refuses },
	{ "conf: numbers that YAML readers take differently are refused", refuses_ambiguous },
	{ "conf: JSON nested too deep is refused", refuses_depth },
	{ "conf: YAML nested too deep is refused", refuses_depth_yaml },
	{ "conf: too many values and too many bytes are refused", refuses_size },
	{ "conf: binding errors name file, line, column and path", blames },
	{ "conf: a part of the tree binds, and is blamed with its whole path", binds_part },
	{ "conf: golden YAML gives the golden JSON, which reads back the same", golden },
	{ "conf: a file that cannot be read is named", loads },
};
CHECK_MAIN(cases)
