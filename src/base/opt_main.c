/* SPDX-License-Identifier: Apache-2.0 */
/* From main's arguments to an exit status: the only part of opt that prints. */
#include <stdio.h>
#include <string.h>

#include "base/error_wire.h"
#include "base/opt.h"

static void show(const struct buf *text, FILE *to)
{
	if (text->len)
		(void)fwrite(text->data, 1, text->len, to);
}

/* --json: the error is the result, on standard output, in the form that the server's replies have
 * too. */
static void show_json(const struct error *e)
{
	auto_buf struct buf text = BUF_INIT;
	struct error err = ERROR_INIT;

	if (error_wire_write(e, &text, &err) == 0 && buf_puts(&text, "\n", &err) == 0)
		show(&text, stdout);
}

/* An error without a message was shown already. */
static int fail(const struct opt_program *p, const struct error *err, bool json)
{
	if (err->msg[0])
		(void)fprintf(stderr, "%s: %s\n", p->name, err->msg);
	if (err->msg[0] && json)
		show_json(err);
	return error_exit(err->code);
}

static const struct jmap *json_option(const struct opt_command *c)
{
	for (size_t i = 0; c->options && i < c->options->n_fields; i++) {
		const struct jmap *f = &c->options->fields[i];

		if (f->type == &jmap_bool && strcmp(f->key, "json") == 0)
			return f;
	}
	return NULL;
}

static bool wants_json(const struct opt_command *c, const void *options)
{
	const struct jmap *f = json_option(c);

	return f && options && *(const bool *)((const char *)options + f->off);
}

/* Was --json asked for on a line that could not be bound? */
static bool says_json(const struct opt_command *c, int argc, char *const *argv)
{
	if (!json_option(c))
		return false;
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--json") == 0)
			return true;
	return false;
}

/* What a program answers of itself, to one word: --version, and --man=SECTION (for the build). */
static bool of_program(const struct opt_program *p, const char *word, int *status)
{
	auto_buf struct buf text = BUF_INIT;
	struct error err = ERROR_INIT;

	*status = 0;
	if (strcmp(word, "--version") == 0) {
		(void)printf("%s %s\n", p->name, p->version);
		return true;
	}
	if (strncmp(word, "--man=", 6) != 0 || word[6] < '1' || word[6] > '8' || word[7])
		return false;
	if (opt_man_whole(p, (unsigned)(word[6] - '0'), &text, &err) < 0)
		*status = fail(p, &err, false);
	else
		show(&text, stdout);
	return true;
}

/* No command: help where it was asked for, else one line that says what is wrong. */
static int without_command(const struct opt_program *p, int argc, char *const *argv, int used)
{
	auto_buf struct buf text = BUF_INIT;
	struct error err = ERROR_INIT;
	const char *word = argc > used ? argv[used] : NULL;
	int status;
	bool asked = word && (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0);

	if (word && used == 0 && argc == 1 && of_program(p, word, &status))
		return status;
	if (word && !asked) {
		(void)fprintf(stderr, "%s: no command '%s%s%.60s' (see '%s --help')\n", p->name,
			      used ? argv[0] : "", used ? " " : "", word, p->name);
		return error_exit(ERROR_INVALID);
	}
	if (opt_help_group(p, used ? argv[0] : NULL, &text, &err) < 0)
		return fail(p, &err, false);
	show(&text, asked ? stdout : stderr);
	return asked ? 0 : error_exit(ERROR_INVALID);
}

static int bad_line(const struct opt_program *p, const struct opt_command *c,
		    const struct error *err, bool json)
{
	const char *gap = c->name[0] ? " " : "";

	(void)fprintf(stderr, "%s%s%s: %s (see '%s%s%s --help')\n", p->name, gap, c->name, err->msg,
		      p->name, gap, c->name);
	if (json)
		show_json(err);
	return error_exit(err->code);
}

static int run(const struct opt_program *p, const struct opt_command *c, int argc,
	       char *const *argv, void *options)
{
	auto_buf struct buf text = BUF_INIT;
	struct error err = ERROR_INIT;
	bool help = false;

	if (opt_parse(c->options, argc, argv, options, &help, &err) < 0)
		return bad_line(p, c, &err, says_json(c, argc, argv));
	if (!help && c->run(options, &err) < 0)
		return fail(p, &err, wants_json(c, options));
	if (!help)
		return 0;
	if (opt_help(p, c, &text, &err) < 0)
		return fail(p, &err, false);
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
	int n = argc > 0 ? argc - 1 : 0, status;
	char *const *words = argv + (argc > 0);

	if (n == 1 && of_program(p, words[0], &status))
		return status;
	return run_whole(p, p->commands[0], n, words);
}
