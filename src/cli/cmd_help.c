/* SPDX-License-Identifier: Apache-2.0 */
/* Help, manual pages, completion and the version: everything that the tables say of themselves. */
#include <string.h>

#include "base/limits.h"
#include "cli/api.h"
#include "cli/cli.h"

struct help_options {
	struct strings words;
	bool man;
};

static const struct jmap help_fields[] = {
	OPTION(help_options, words, "command", jmap_strings, "COMMAND",
	       "the command, or the first word of several", .flags = JMAP_POSITION, .max = 2),
	OPTION(help_options, man, "man", jmap_bool, NULL,
	       "print the manual page (roff) of the program or of the commands with one first "
	       "word"),
};
static const struct jmap_table help_table =
	JMAP_TABLE("help", "", help_fields, struct help_options);

static bool is_group(const char *word)
{
	for (size_t i = 0; i < muster_program.n_commands; i++)
		if (opt_in_group(muster_program.commands[i], word))
			return true;
	return false;
}

static int help_run(void *options, struct error *err)
{
	const struct help_options *o = options;
	const struct opt_program *p = &muster_program;
	const char *group = o->words.n ? o->words.items[0] : NULL;
	auto_buf struct buf text = BUF_INIT;
	int used = 0, r;
	const struct opt_command *c = opt_find(p, (int)o->words.n, o->words.items, &used);

	if ((size_t)used < o->words.n)
		if (!c && !(group && o->words.n == 1 && is_group(group)))
			return error_set(err, ERROR_INVALID, "no command '%.60s%s%.60s'", group,
					 o->words.n > 1 ? " " : "",
					 o->words.n > 1 ? o->words.items[1] : "");
	if (o->man)
		r = opt_man(p, group, &text, err);
	else
		r = c ? opt_help(p, c, &text, err) : opt_help_group(p, group, &text, err);
	return r < 0 ? -1 : write_output(NULL, &text, 0, err);
}

static const char *const help_examples[] = {
	"muster help device lock",
	"muster help --man policy | man -l -",
	NULL,
};

const struct opt_command command_help = {
	.name = "help",
	.doc = "say what a command does",
	.examples = help_examples,
	.options = &help_table,
	.run = help_run,
};

struct completion_options {
	int shell;
};

static const char *const shells[] = { NULL, "bash" };
static const struct jmap_enum shell_enum = { shells, ARRAY_SIZE(shells) };

static const struct jmap completion_fields[] = {
	OPTION(completion_options, shell, "shell", jmap_enum, "SHELL", "bash",
	       .flags = JMAP_POSITION | JMAP_REQUIRED, .sub = &shell_enum),
};
static const struct jmap_table completion_table =
	JMAP_TABLE("completion", "", completion_fields, struct completion_options);

static int completion_run(void *options, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;

	if (opt_completion(&muster_program, &text, err) < 0)
		return -1;
	return write_output(NULL, &text, 0, err);
}

static const char *const completion_examples[] = {
	"muster completion bash > ~/.local/share/bash-completion/completions/muster",
	NULL,
};

const struct opt_command command_completion = {
	.name = "completion",
	.doc = "print a completion script for the shell",
	.examples = completion_examples,
	.options = &completion_table,
	.run = completion_run,
};

struct version_options {
	char *home;
	bool server, json;
};

static const struct jmap version_fields[] = {
	OPTION(version_options, server, "server", jmap_bool, NULL,
	       "ask the server too: its version, enterprise and newest trust"),
	OPTION_HOME(version_options),
	OPTION_JSON(version_options),
};
static const struct jmap_table version_table =
	JMAP_TABLE("version", "", version_fields, struct version_options);

static int version_run(void *options, struct error *err)
{
	const struct version_options *o = options;
	auto_api struct api *api = NULL;
	auto_json json_t *v = NULL;

	if (!o->server) {
		if (o->json)
			(void)printf("{\"version\":\"%s\"}\n", MUSTER_VERSION);
		else
			(void)printf("muster %s\n", MUSTER_VERSION);
		return 0;
	}
	if (api_open(o->home, &api, err) < 0 ||
	    api_get(api, &admin_version_table, &v, err, "/api/v1/version") < 0)
		return -1;
	return print_json(v, o->json, err);
}

static const char *const version_examples[] = {
	"muster version",
	"muster version --server --json",
	NULL,
};

const struct opt_command command_version = {
	.name = "version",
	.doc = "print the version of this program, or of the server",
	.examples = version_examples,
	.options = &version_table,
	.run = version_run,
};
