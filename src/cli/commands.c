/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the commands, and what the program says of itself as a whole. */
#include "cli/cli.h"

static const struct opt_group groups[] = {
	{ "token", "tokens and payloads that let devices enroll" },
	{ "device", "enrolled devices: what they are, what is enforced, and commands to them" },
	{ "policy", "policies: check, sign and publish what devices must enforce" },
	{ "instruction",
	  "signed documents: verify, publish, call off, and see where they arrived" },
	{ "pending", "documents that wait on the server for signatures" },
	{ "roster", "which device is which, as you have seen it yourself" },
	{ "catalog", "requirements, as data" },
	{ "cert", "certificates" },
	{ "trust", "the document that says whom devices obey, and its revocation list" },
};

static const struct opt_command *const commands[] = {
#define X(name) &command_##name,
	CLI_COMMANDS(X)
#undef X
};

const struct opt_program muster_program = {
	.name = "muster",
	.doc = "administer enrolled devices",
	.version = MUSTER_VERSION,
	.details = "Muster enrolls Linux devices, enforces an enterprise's signed policy on them, "
		   "and shows "
		   "what is really enforced. This program works on the operator's machine: it "
		   "makes the "
		   "keys, signs policies and commands with them, and speaks to the server's "
		   "administration "
		   "API. No key that devices obey is ever on the server."
		   "\n\nIt reads the operator's directory: --home, else $MUSTER_HOME, else "
		   "~/.config/muster. "
		   "MUSTER_HOME/client.conf says where the server is.",
	.groups = groups,
	.n_groups = ARRAY_SIZE(groups),
	.commands = commands,
	.n_commands = ARRAY_SIZE(commands),
};
