/* SPDX-License-Identifier: Apache-2.0 */
/* Any words, one a line, as a command line: bound or refused with a message, and nothing leaks. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/opt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct words {
	char *name, *file;
	struct strings list, rest;
	uint32_t count;
	bool flag;
};

static const struct jmap fields[] = {
	{ "file", &jmap_path, offsetof(struct words, file), JMAP_POSITION, 0, 100 },
	{ "rest", &jmap_strings, offsetof(struct words, rest), JMAP_POSITION, 0, 8 },
	{ "longName", &jmap_str, offsetof(struct words, name), 0, 0, 100 },
	{ "list", &jmap_strings, offsetof(struct words, list), 0, 0, 8 },
	{ "count", &jmap_u32, offsetof(struct words, count), 0, 1, 9 },
	{ "flag", &jmap_bool, offsetof(struct words, flag) },
};
static const struct jmap_table table = JMAP_TABLE("words", "", fields, struct words);

enum { WORDS_MAX = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free char *text = malloc(size + 1);
	char *argv[WORDS_MAX], *save = NULL;
	struct words w = { 0 };
	struct error err = ERROR_INIT;
	bool help = false;
	int n = 0;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	for (char *p = strtok_r(text, "\n", &save); p && n < WORDS_MAX;
	     p = strtok_r(NULL, "\n", &save))
		argv[n++] = p;
	if (opt_parse(&table, n, argv, &w, &help, &err) < 0) {
		if (err.code == ERROR_NONE || !err.msg[0])
			abort();
	} else if (w.count > 9 || w.list.n > 8) {
		abort();
	}
	jmap_done(&table, &w);
	return 0;
}
