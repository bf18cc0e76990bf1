/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"
#include "base/field.h"
#include "base/opt.h"
#include "server/supervisor/supervisor.h"

struct options {
	char *config, *data;
};

static const struct jmap option_fields[] = {
	{ .key = "config",
	  .type = &jmap_path,
	  .off = offsetof(struct options, config),
	  .flags = JMAP_REQUIRED,
	  .doc = "server.conf, as 'muster init' wrote it beside the channel tree",
	  .hint = "FILE" },
	{ .key = "data",
	  .type = &jmap_path,
	  .off = offsetof(struct options, data),
	  .doc = "directory of the store, instead of the one that the file names",
	  .hint = "DIRECTORY" },
};
static const struct jmap_table option_table =
	JMAP_TABLE("options", "of muster-server", option_fields, struct options);

static int run(void *options, struct error *err)
{
	const struct options *o = options;
	auto_conf_file struct conf_file conf = { 0 };

	if (conf_file_read(o->config, o->data, &conf, err) < 0)
		return -1;
	return supervisor_run(&conf, err);
}

static const char *const examples[] = {
	"muster-server --config /etc/muster/channel/server.conf",
	"muster-server --config channel/server.conf --data /var/lib/muster-server",
	NULL,
};
static const struct opt_command command = {
	.name = "",
	.doc = "Serve devices and administrators.",
	.details = "Runs in the foreground, as any user but root. It writes the addresses that it "
		   "listens at and then 'ready' to standard output, tells systemd, and ends in "
		   "order at SIGTERM. SIGHUP makes it read its certificates anew.",
	.examples = examples,
	.options = &option_table,
	.run = run,
};
static const struct opt_command *const commands[] = { &command };
static const struct opt_program program = {
	.name = "muster-server",
	.doc = "the server of Muster",
	.version = MUSTER_VERSION,
	.commands = commands,
	.n_commands = ARRAY_SIZE(commands),
};

int main(int argc, char **argv)
{
	log_init("muster-server");
	return opt_main_one(&program, argc, argv);
}
