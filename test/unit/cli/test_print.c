/* SPDX-License-Identifier: Apache-2.0 */
#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "check.h"
#include "cli/cli.h"
#include "cli/qr.h"
#include "cli/table.h"

static int print_rows(const char *json, char **ret, struct error *err)
{
	static const struct column columns[] = {
		{ "NAME", "name" },
		{ "ÖLD", "inner.old" },
		{ "N", "n" },
		{ "LIST", "list" },
	};
	auto_json json_t *rows = NULL;
	size_t len = 0;
	FILE *f = open_memstream(ret, &len);
	int r;

	r = jmap_parse(json, strlen(json), 65536, &rows, err);
	if (r == 0)
		r = table_print(f, rows, columns, ARRAY_SIZE(columns), "nothing", err);
	(void)fclose(f);
	return r;
}

static void aligns(void)
{
	auto_free char *text = NULL, *none = NULL;
	struct error err = ERROR_INIT;

	CHECK_OK(print_rows("[{\"name\":\"héloïse\",\"n\":7,\"inner\":{\"old\":true}},"
			    "{\"name\":\"x\",\"inner\":{\"old\":false},\"list\":[\"a\",\"b\"]}]",
			    &text, &err),
		 err);
	CHECK_STR(text, "NAME     ÖLD  N  LIST\n"
			"héloïse  yes  7  -\n"
			"x        no   -  a,b\n");
	CHECK_OK(print_rows("[]", &none, &err), err);
	CHECK_STR(none, "nothing\n");
}

/* A host name comes from a device: it must not drive the administrator's terminal. */
static void disarms(void)
{
	char text[64];

	CHECK_STR(printable("a\x1b[2Jb\r\nc\x7f", text, sizeof(text)), "a?[2Jb??c?");
	CHECK_STR(printable("x\xc2\x9b"
			    "31my",
			    text, sizeof(text)),
		  "x?31my");
	CHECK_STR(printable("caf\xc3\xa9", text, sizeof(text)), "caf\xc3\xa9");
	CHECK_STR(printable("abcdef", text, 4), "abc");
	CHECK_STR(printable(NULL, text, sizeof(text)), "");
}

static void reads_durations(void)
{
	static const struct {
		const char *text;
		uint32_t want;
	} good[] = {
		{ "90", 90 }, { "90s", 90 }, { "15m", 900 }, { "1h", 3600 }, { "2d", 172800 }
	};
	static const char *const bad[] = { "",	  "h",	"1w",  "-1s",	      "1.5h",	     "1 h",
					   "1hh", "0s", "99d", "4294967297s", "99999999999d" };
	const struct jmap f = { .type = &cli_duration, .min = 1, .max = 86400 * 30 };

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		auto_json json_t *v = json_string(good[i].text);
		struct error err = ERROR_INIT;
		uint32_t s = 0;

		CHECK_OK(cli_duration.read(v, &f, &s, &err), err);
		CHECK(s == good[i].want);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		auto_json json_t *v = json_string(bad[i]);
		struct error err = ERROR_INIT;
		uint32_t s = 0;

		CHECK_ERROR(cli_duration.read(v, &f, &s, &err), err, ERROR_INVALID);
	}
}

static void check_golden(const char *name, const struct buf *got)
{
	auto_buf struct buf want = BUF_INIT;
	struct error err = ERROR_INIT;
	char path[512];

	CHECK_OK(path_format(path, sizeof(path), &err, "%s/golden/cli/%s",
			     getenv("MUSTER_TEST_SOURCE"), name),
		 err);
	if (getenv("MUSTER_TEST_WRITE"))
		CHECK_OK(file_replace(path, got->data, got->len, 0644, &err), err);
	CHECK_OK(file_read(path, 65536, &want, &err), err);
	CHECK(want.len == got->len && memcmp(want.data, got->data, got->len) == 0);
}

static void draws(void)
{
	auto_buf struct buf text = BUF_INIT, png = BUF_INIT;
	struct error err = ERROR_INIT;
	png_image image = { .version = PNG_IMAGE_VERSION };

	CHECK_OK(qr_text("{\"type\":\"enrollment\"}", &text, &err), err);
	check_golden("qr.txt", &text);
	CHECK_OK(qr_png("{\"type\":\"enrollment\"}", 2, &png, &err), err);
	CHECK(png_image_begin_read_from_memory(&image, png.data, png.len));
	/* version 2: 25 modules, and 4 on each side */
	CHECK(image.width == 66 && image.height == 66);
	png_image_free(&image);
}

static void refuses_too_much(void)
{
	auto_buf struct buf out = BUF_INIT;
	struct error err = ERROR_INIT;
	char text[4000];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	CHECK_ERROR(qr_text(text, &out, &err), err, ERROR_LIMIT);
	CHECK_ERROR(qr_png(text, 1, &out, &err), err, ERROR_LIMIT);
	CHECK(out.len == 0);
}

/* Every command has what help and the manual show, and its options can be parsed. */
static void commands_are_whole(void)
{
	for (size_t i = 0; i < muster_program.n_commands; i++) {
		const struct opt_command *c = muster_program.commands[i];
		auto_buf struct buf help = BUF_INIT;
		struct error err = ERROR_INIT;

		CHECK(c->name && c->doc && c->run && c->examples && c->examples[0]);
		CHECK(strncmp(c->examples[0], "muster ", 7) == 0);
		CHECK(strncmp(c->examples[0] + 7, c->name, strlen(c->name)) == 0);
		CHECK(!c->options || c->options->n_fields <= OPT_FIELDS_MAX);
		for (size_t k = 0; c->options && k < c->options->n_fields; k++) {
			CHECK(c->options->fields[k].doc);
			CHECK(!(c->options->fields[k].flags & JMAP_SECRET));
		}
		CHECK_OK(opt_help(&muster_program, c, &help, &err), err);
	}
}

static const struct check_case cases[] = {
	{ "table: columns are aligned by characters, and absent values show", aligns },
	{ "table: text from devices cannot drive a terminal", disarms },
	{ "duration: units, ranges, and what is none", reads_durations },
	{ "qr: a code for the terminal and as PNG", draws },
	{ "qr: too much text is refused", refuses_too_much },
	{ "commands: each has a text, an example, and no secret among its options",
	  commands_are_whole },
};
CHECK_MAIN(cases)
