/* SPDX-License-Identifier: Apache-2.0 */
/* muster-server-front: started by muster-server; see ipc/supervisor_messages.h. */
#include <sys/resource.h>

#include "base/log.h"
#include "base/opt.h"
#include "server/front/front.h"
#include "server/profile.h"

struct options {
	char *listeners, *profile;
	bool tls12;
};

static const struct jmap option_fields[] = {
	{ .key = "listeners",
	  .type = &jmap_path,
	  .off = offsetof(struct options, listeners),
	  .flags = JMAP_REQUIRED,
	  .doc = "the listeners' certificates and keys",
	  .hint = "DIRECTORY" },
	{ .key = "profile",
	  .type = &jmap_str,
	  .off = offsetof(struct options, profile),
	  .flags = JMAP_REQUIRED,
	  .max = 20,
	  .doc = "of TLS: default or cnsa",
	  .hint = "PROFILE" },
	{ .key = "tls12",
	  .type = &jmap_bool,
	  .off = offsetof(struct options, tls12),
	  .doc = "speak TLS 1.2 with peers that have no 1.3" },
};
static const struct jmap_table option_table =
	JMAP_TABLE("options", "of muster-server-front", option_fields, struct options);

/* A descriptor a connection. */
static void raise_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int run(void *options, struct error *err)
{
	const struct options *o = options;
	int profile = tls_profile_find(o->profile);
	const struct front_options front = {
		.listeners = o->listeners,
		.profile = (enum tls_profile)profile,
		.tls12 = o->tls12,
	};

	if (profile < 0)
		return error_set(err, ERROR_INVALID, "no TLS profile '%.40s'", o->profile);
	raise_files();
	if (server_seal(SERVER_FRONT, err) < 0)
		return -1;
	return front_run(&front, err);
}

static const char *const examples[] = {
	"muster-server-front --listeners /etc/muster/channel/listeners --profile default", NULL
};
static const struct opt_command command = {
	.name = "",
	.doc = "Speak to devices and administrators. Started by muster-server.",
	.examples = examples,
	.options = &option_table,
	.run = run,
};
static const struct opt_command *const commands[] = { &command };
static const struct opt_program program = {
	.name = "muster-server-front",
	.doc = "the part of Muster's server that speaks to the network",
	.version = MUSTER_VERSION,
	.commands = commands,
	.n_commands = 1,
};

int main(int argc, char **argv)
{
	log_init("muster-server-front");
	return opt_main_one(&program, argc, argv);
}
