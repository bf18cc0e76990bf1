/* SPDX-License-Identifier: Apache-2.0 */
/*
 * muster-selftest: before anything of Muster starts, whether its cryptography gives the known
 * answers, and whether its executables are those that were packaged (FPT_TST_EXT.1). Exits with 0,
 * or says what is wrong; then nothing may start.
 */
#include <string.h>

#include "base/field.h"
#include "base/file.h"
#include "base/log.h"
#include "base/opt.h"
#include "base/proc.h"
#include "crypto/self_test.h"
#include "selftest/integrity.h"

struct options {
	char *root, *note;
	struct strings sets;
};

static const struct jmap option_fields[] = {
	{ .key = "sets",
	  .type = &jmap_strings,
	  .off = offsetof(struct options, sets),
	  .flags = JMAP_POSITION | JMAP_REQUIRED,
	  .min = 1,
	  .max = 8,
	  .doc = "packages whose manifests must be there: common, agent, server, cli",
	  .hint = "SET" },
	{ .key = "root",
	  .type = &jmap_path,
	  .off = offsetof(struct options, root),
	  .doc = "look below this directory instead of at this machine",
	  .hint = "DIRECTORY" },
	{ .key = "note",
	  .type = &jmap_path,
	  .off = offsetof(struct options, note),
	  .doc = "where to write down what failed, for the record that follows",
	  .hint = "FILE" },
};
static const struct jmap_table option_table =
	JMAP_TABLE("options", "of muster-selftest", option_fields, struct options);

static int check_algorithms(struct error *err)
{
	for (size_t i = 0; i < n_self_tests; i++)
		if (self_test_run(&self_tests[i], err) < 0)
			return -1;
	return 0;
}

static int check(const struct options *o, struct integrity_result *ret, struct error *err)
{
	const struct integrity in = {
		.root = o->root ? o->root : "",
		.vendor_key = MUSTER_VENDOR_KEY,
		.sets = (const char *const *)o->sets.items,
		.n_sets = o->sets.n,
	};

	return check_algorithms(err) < 0 ? -1 : integrity_check(&in, ret, err);
}

static int run(void *options, struct error *err)
{
	static const struct proc_profile profile = {
		.name = "selftest",
		.sets = PROC_SET_FILES | PROC_SET_CHANGE,
	};
	const struct options *o = options;
	struct integrity_result result;
	struct error unwritten = ERROR_INIT;

	if (proc_seal(&profile, err) < 0)
		return -1;
	if (check(o, &result, err) == 0) {
		log_info("self-test passed: %zu algorithms, %zu files of %zu packages",
			 n_self_tests, result.n_files, result.n_manifests);
		return 0;
	}
	if (o->note && file_replace(o->note, err->msg, strlen(err->msg), 0600, &unwritten) < 0)
		log_warning("%s", unwritten.msg);
	return error_wrap(err, "self-test failed, nothing is started");
}

static const char *const examples[] = {
	"muster-selftest common agent",
	"muster-selftest --root /mnt common server",
	NULL,
};
static const struct opt_command command = {
	.name = "",
	.doc = "Test the cryptography and the executables before they are used.",
	.details = "Started by the units of the agent and the server before them; where it fails, "
		   "they do not start.",
	.examples = examples,
	.options = &option_table,
	.run = run,
};
static const struct opt_command *const commands[] = { &command };
static const struct opt_program program = {
	.name = "muster-selftest",
	.doc = "Muster's self-test",
	.version = MUSTER_VERSION,
	.commands = commands,
	.n_commands = ARRAY_SIZE(commands),
};

int main(int argc, char **argv)
{
	log_init("muster-selftest");
	return opt_main_one(&program, argc, argv);
}
