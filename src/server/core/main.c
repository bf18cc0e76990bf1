/* SPDX-License-Identifier: Apache-2.0 */
/* muster-server-core: started by muster-server; see ipc/supervisor_messages.h. */
#include "base/log.h"
#include "base/opt.h"
#include "server/core/core.h"
#include "server/profile.h"

struct options {
	char *data, *bootstrap;
};
static const struct jmap option_fields[] = {
	{ .key = "data",
	  .type = &jmap_path,
	  .off = offsetof(struct options, data),
	  .flags = JMAP_REQUIRED,
	  .doc = "the directory of the store",
	  .hint = "DIRECTORY" },
	{ .key = "bootstrap",
	  .type = &jmap_path,
	  .off = offsetof(struct options, bootstrap),
	  .flags = JMAP_REQUIRED,
	  .doc = "what a first start imports",
	  .hint = "FILE" },
};
static const struct jmap_table option_table =
	JMAP_TABLE("options", "of muster-server-core", option_fields, struct options);

static int run(void *options, struct error *err)
{
	const struct options *o = options;
	const struct core_options core = { .data = o->data, .bootstrap = o->bootstrap };

	if (server_seal(SERVER_CORE, err) < 0)
		return -1;
	return core_run(&core, err);
}

static const char *const examples[] = {
	"muster-server-core --data /var/lib/muster-server "
	"--bootstrap /etc/muster/channel/bootstrap.json",
	NULL,
};
static const struct opt_command command = {
	.name = "",
	.doc = "Keep the store and apply the service's rules. Started by muster-server.",
	.examples = examples,
	.options = &option_table,
	.run = run,
};
static const struct opt_command *const commands[] = { &command };
static const struct opt_program program = {
	.name = "muster-server-core",
	.doc = "the part of Muster's server that holds the store",
	.version = MUSTER_VERSION,
	.commands = commands,
	.n_commands = 1,
};

int main(int argc, char **argv)
{
	log_init("muster-server-core");
	return opt_main_one(&program, argc, argv);
}
