/* SPDX-License-Identifier: Apache-2.0 */
/* An authority tree without a server's: for a machine that has nothing else. */
#include <stdio.h>

#include "base/clock.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "cli/init.h"

static int make_alone(struct init *in, struct error *err)
{
	if (init_authority(in, err) < 0 || init_trust(in, err) < 0)
		return -1;
	return init_confs(in, err);
}

static int init_run(void *options, struct error *err)
{
	CLEANUP(init_done) struct init in = { .o = options, .now = clock_now(), .alone = true };
	auto_json json_t *v = NULL;
	char home[HOME_PATH_SIZE];

	if (init_check_person(in.o->administrator, err) < 0 ||
	    init_place(&in, make_alone, home, err) < 0)
		return -1;
	if (in.o->json) {
		v = json_pack("{s:s, s:s, s:s}", "home", home, "enterprise", in.enterprise,
			      "trustDigest", in.trust_digest);
		return v ? print_json(v, true, err) : error_oom(err);
	}
	(void)printf("%s: enterprise \"%s\" (%s)\n\n"
		     "  authority/  signs instructions; nothing of it is for a server\n\n"
		     "A server's own key is let in with 'muster trust add online --online "
		     "--request FILE'.\n",
		     home, in.o->enterprise, in.enterprise);
	return 0;
}

static const struct jmap init_fields[] = {
	OPTION(init_options, enterprise, "enterprise", jmap_str, "NAME", "name of the enterprise",
	       .flags = JMAP_REQUIRED, .min = 1, .max = 44),
	OPTION(init_options, administrator, "administrator", jmap_str, "PERSON",
	       "who signs instructions: letters, digits and . _ - @", .flags = JMAP_REQUIRED,
	       .min = 1, .max = 60),
	OPTION(init_options, destructive_delay, "destructiveDelay", cli_duration, "DURATION",
	       "how long a destructive command waits on the device, and can be called off (10m)",
	       .max = 30 * 86400),
	OPTION_HOME(init_options),
	OPTION_JSON(init_options),
};
static const struct jmap_table init_table =
	JMAP_TABLE("trust init", "", init_fields, struct init_options);
static const char *const init_examples[] = {
	"muster trust init --enterprise 'Example Corp' --administrator ada --home ./offline",
	NULL,
};

const struct opt_command command_trust_init = {
	.name = "trust init",
	.doc = "make an authority tree alone: root, first signer, first trust document",
	.details =
		"What 'muster init' makes for a server as well. Without a server's key in it, the "
		"first trust document lets no server sign heads: 'muster trust add --online' "
		"does, once the server has one.",
	.examples = init_examples,
	.options = &init_table,
	.run = init_run,
};
