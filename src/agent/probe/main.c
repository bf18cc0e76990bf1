/* SPDX-License-Identifier: Apache-2.0 */
/* muster-probe: looks at the device and prints what it saw; with or without an agent. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/opt.h"
#include "probe/probe.h"

struct probe_options {
	char *root, *out, *fleet_key;
	int state;
	struct strings only;
};

static int put(const struct probe_options *o, const struct buf *text, struct error *err)
{
	if (o->out && strcmp(o->out, "-") != 0)
		return file_replace(o->out, text->data, text->len, 0600, err);
	return file_write_fd(STDOUT_FILENO, text->data, text->len, err);
}

enum { FLEET_KEY_MIN = 16, FLEET_KEY_MAX = 4096 };

static int read_key(const char *path, struct buf *key, struct error *err)
{
	if (!path)
		return 0;
	if (file_read(path, FLEET_KEY_MAX, key, err) < 0)
		return -1;
	return key->len >= FLEET_KEY_MIN
		       ? 0
		       : error_set(err, ERROR_INVALID, "%s: a fleet key has at least %d bytes",
				   path, FLEET_KEY_MIN);
}

static int run(void *options, struct error *err)
{
	const struct probe_options *o = options;
	auto_secret struct buf key = BUF_INIT;
	const struct probe_request rq = {
		.root = o->root,
		.state = o->state ? o->state : DEVICE_IN_USE,
		.only = o->only.n ? &o->only : NULL,
		.fleet_key = o->fleet_key ? &key : NULL,
		.scan = secure_getenv("MUSTER_PROBE_SCAN"),
	};
	auto_evidence struct evidence e = { 0 };
	auto_buf struct buf text = BUF_INIT;

	if (read_key(o->fleet_key, &key, err) < 0 || probe_device(&rq, &e, err) < 0 ||
	    evidence_write(&e, &text, err) < 0 || buf_puts(&text, "\n", err) < 0)
		return -1;
	return put(o, &text, err);
}

#define OPTION(m, k, t, h, d, ...) \
	{ \
		.key = (k), .type = &(t), .off = offsetof(struct probe_options, m), .hint = (h), \
		.doc = (d), ##__VA_ARGS__ \
	}
static const struct jmap fields[] = {
	OPTION(only, "only", jmap_strings, "NAME",
	       "a probe or a fact to look at; may be repeated (all)", .max = LIMIT_FACTS),
	OPTION(state, "state", jmap_enum, "STATE",
	       "the state that the device is in: factory, initialised, inUse or decommissioned "
	       "(inUse)",
	       .sub = &device_state_enum),
	OPTION(root, "root", jmap_path, "DIR",
	       "look at a tree that is not booted; what only a running device shows is unknown "
	       "then"),
	OPTION(fleet_key, "fleetKey", jmap_path, "FILE",
	       "a secret that the whole fleet has: with it, passwords, keys and the machine id are "
	       "shown as keyed digests, which a fleet compares; without it not at all"),
	OPTION(out, "out", jmap_path, "FILE", "write there (standard output)"),
};
static const struct jmap_table options = JMAP_TABLE("", "", fields, struct probe_options);

static const char *const examples[] = {
	"muster-probe --out evidence.json",
	"muster-probe --only sockets --only os.name",
	"muster-probe --root /mnt/image --state factory",
	NULL,
};
static const struct opt_command command = {
	.name = "",
	.doc = "look at this device, and print the facts as JSON",
	.details = "It never judges: what a fact means for a requirement is said in a catalogue "
		   "(muster assess). What it could not see is unknown, with the reason; as root it "
		   "sees more.",
	.examples = examples,
	.options = &options,
	.run = run,
};
static const struct opt_command *const commands[] = { &command };
static const struct opt_program program = {
	.name = "muster-probe",
	.doc = "facts about a device, for its assessment",
	.version = MUSTER_VERSION,
	.commands = commands,
	.n_commands = ARRAY_SIZE(commands),
};

int main(int argc, char **argv)
{
	return opt_main_one(&program, argc, argv);
}
