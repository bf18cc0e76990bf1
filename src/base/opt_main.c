/* SPDX-License-Identifier: Apache-2.0 */
/* From main's arguments to an exit status: the only part of opt that prints. */
#include <stdio.h>
#include <string.h>

#include "base/opt.h"

static void show(const struct buf *text, FILE *to)
{
	if (text->len)
		(void)fwrite(text->data, 1, text->len, to);
}

static int fail(const struct opt_program *p, const struct error *err)
{
	if (err->msg[0])
		(void)fprintf(stderr, "%s: %s\n", p->name, err->msg);
	return error_exit(err->code);
}

/* No command: help where it was asked for, else one line that says what is wrong. */
static int without_command(const struct opt_program *p, int argc, char *const *argv, int used)
{
	auto_buf struct buf text = BUF_INIT;
	struct error err = ERROR_INIT;
	const char *word = argc > used ? argv[used] : NULL;
	bool asked = word && (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0);

	if (used == 0 && word && strcmp(word, "--version") == 0) {
		(void)printf("%s %s\n", p->name, p->version);
		return 0;
	}
	if (word && !asked) {
		(void)fprintf(stderr, "%s: no command '%s%s%.60s' (see '%s --help')\n", p->name,
			      used ? argv[0] : "", used ? " " : "", word, p->name);
		return error_exit(ERROR_INVALID);
	}
	if (opt_help_group(p, used ? argv[0] : NULL, &text, &err) < 0)
		return fail(p, &err);
	show(&text, asked ? stdout : stderr);
	return asked ? 0 : error_exit(ERROR_INVALID);
}

static int run(const struct opt_program *p, const struct opt_command *c, int argc,
	       char *const *argv, void *options)
{
	auto_buf struct buf text = BUF_INIT;
	struct error err = ERROR_INIT;
	bool help = false;

	if (opt_parse(c->options, argc, argv, options, &help, &err) < 0) {
		const char *gap = c->name[0] ? " " : "";

		(void)fprintf(stderr, "%s%s%s: %s (see '%s%s%s --help')\n", p->name, gap, c->name,
			      err.msg, p->name, gap, c->name);
		return error_exit(err.code);
	}
	if (!help)
		return c->run(options, &err) < 0 ? fail(p, &err) : 0;
	if (opt_help(p, c, &text, &err) < 0)
		return fail(p, &err);
	show(&text, stdout);
	return 0;
}

/* Parse, run and flush; n words of argv follow the command's name. */
static int run_whole(const struct opt_program *p, const struct opt_command *c, int n,
		     char *const *words)
{
	auto_free void *options = NULL;
	int status;

	if (c->options) {
		options = calloc(1, c->options->size);
		if (!options)
			return error_exit(ERROR_UNAVAILABLE);
	}
	status = run(p, c, n, words, options);
	if (c->options)
		jmap_done(c->options, options);
	if (fflush(stdout) != 0 && status == 0) {
		(void)fprintf(stderr, "%s: cannot write the output\n", p->name);
		status = error_exit(ERROR_UNAVAILABLE);
	}
	return status;
}

int opt_main(const struct opt_program *p, int argc, char *const *argv)
{
	int n = argc > 0 ? argc - 1 : 0, used;
	char *const *words = argv + (argc > 0);
	const struct opt_command *c = opt_find(p, n, words, &used);

	if (!c)
		return without_command(p, n, words, used);
	return run_whole(p, c, n - used, words + used);
}

int opt_main_one(const struct opt_program *p, int argc, char *const *argv)
{
	int n = argc > 0 ? argc - 1 : 0;
	char *const *words = argv + (argc > 0);

	if (n == 1 && strcmp(words[0], "--version") == 0) {
		(void)printf("%s %s\n", p->name, p->version);
		return 0;
	}
	return run_whole(p, p->commands[0], n, words);
}
