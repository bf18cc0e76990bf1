/* SPDX-License-Identifier: Apache-2.0 */
/* muster-agent: the manager (run), and the commands that talk to it. */
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

#include "agent/manager/agent.h"
#include "agent/manager/client.h"
#include "base/conf.h"
#include "base/field.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "ipc/idle.h"

#ifndef MUSTER_LIBEXEC
#define MUSTER_LIBEXEC "/usr/libexec/muster"
#endif

enum {
	CHECKIN_DEFAULT_S = 3600,
	WAIT_DEFAULT_S = 840, /* below the server's limit, LIMIT_HTTP_HOLD_S */
};

struct run_options {
	char *libexec;
};
static const struct jmap run_fields[] = {
	FIELD(run_options, libexec, "libexec", jmap_path, 0, 200,
	      "directory of the agent's other programs"),
};
static const struct jmap_table run_table = JMAP_TABLE("run", "", run_fields, struct run_options);

static const struct jmap conf_fields[] = {
	FIELD(agent_conf, checkin_s, "checkinS", jmap_u32, 5, 86400,
	      "seconds between check-ins, to which a tenth of jitter is added"),
	FIELD(agent_conf, wait_s, "waitS", jmap_u32, 1, LIMIT_HTTP_HOLD_S,
	      "seconds that a request for instructions is held by the server"),
	FIELD(agent_conf, profile, "profile", jmap_str, 0, LIMIT_NAME,
	      "TLS profile: default or cnsa (default)"),
	FIELD(agent_conf, tls12, "tls12", jmap_bool, 0, 0,
	      "speak TLS 1.2 with a server that has no 1.3 (false)"),
	FIELD(agent_conf, key_store, "keyStore", jmap_str, 0, LIMIT_KEY_URI,
	      "where the device's private keys are: file, tpm2:[?tcti=…] or a pkcs11: URI of a "
	      "token (file)"),
	FIELD(agent_conf, key_store_access, "keyStoreAccess", jmap_strings, 0, AGENT_KEY_PATHS,
	      "paths that the store's driver opens: a device, a socket, directories, the PIN's "
	      "file (the usual ones of its kind)"),
};
static const struct jmap_table conf_table =
	JMAP_TABLE("agent.conf", "configuration of the agent", conf_fields, struct agent_conf);

static int read_conf(struct agent_conf *conf, struct error *err)
{
	static const char path[] = AGENT_CONF "/agent.conf";
	auto_conf struct conf *c = NULL;

	if (file_exists(path) &&
	    (conf_load(path, &c, err) < 0 || conf_bind(c, "", &conf_table, conf, err) < 0))
		return -1;
	if (!conf->checkin_s)
		conf->checkin_s = CHECKIN_DEFAULT_S;
	if (!conf->wait_s)
		conf->wait_s = WAIT_DEFAULT_S;
	if (conf->profile && strcmp(conf->profile, "default") != 0 &&
	    strcmp(conf->profile, "cnsa") != 0)
		return error_set(err, ERROR_INVALID,
				 "%s: profile: 'default' or 'cnsa', not '%.40s'", path,
				 conf->profile);
	return 0;
}

static int on_signal(sd_event_source *s, const struct signalfd_siginfo *si, void *userdata)
{
	return sd_event_exit(sd_event_source_get_event(s), 0);
}

static int watch_signals(sd_event *loop, struct error *err)
{
	static const int stops[] = { SIGTERM, SIGINT };
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	for (size_t i = 0; i < ARRAY_SIZE(stops); i++)
		(void)sigaddset(&set, stops[i]);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return error_set(err, ERROR_INTERNAL, "signals");
	for (size_t i = 0; i < ARRAY_SIZE(stops); i++)
		if (sd_event_add_signal(loop, NULL, stops[i], on_signal, NULL) < 0)
			return error_oom(err);
	return 0;
}

static void loop_unref(sd_event **loop)
{
	*loop = sd_event_unref(*loop);
}

static int run(void *options, struct error *err)
{
	const struct run_options *o = options;
	CLEANUP(loop_unref) sd_event *loop = NULL;
	CLEANUP(idle_freep) struct idle *idle = NULL;
	struct agent a = { .libexec = o->libexec ? o->libexec : MUSTER_LIBEXEC };
	int r;

	log_init("muster-agent");
	(void)umask(077);
	if (geteuid() != 0)
		return error_set(err, ERROR_DENIED, "the agent runs as root");
	if (proc_seal(agent_profile(AGENT_MANAGER, 0), err) < 0)
		return -1;
	if (sd_event_new(&loop) < 0)
		return error_oom(err);
	if (read_conf(&a.conf, err) < 0) {
		jmap_done(&conf_table, &a.conf);
		return -1;
	}
	a.loop = loop;
	r = watch_signals(loop, err);
	if (r == 0)
		r = idle_new(loop, &idle, err);
	if (r == 0)
		r = agent_start(&a, err);
	if (r == 0) {
		(void)sd_notify(0, "READY=1");
		if (sd_event_loop(loop) < 0)
			r = error_set(err, ERROR_INTERNAL, "event loop");
		(void)sd_notify(0, "STOPPING=1");
	}
	agent_stop(&a);
	jmap_done(&conf_table, &a.conf);
	return r;
}

static const struct opt_command run_command = {
	.name = "run",
	.doc = "Run the agent; the service manager does this",
	.examples = (const char *const[]){ "muster-agent run", NULL },
	.options = &run_table,
	.run = run,
};

static const struct opt_command *const commands[] = {
	&client_status, &client_enroll, &client_unenroll, &client_sync, &client_renew, &run_command,
};

int main(int argc, char **argv)
{
	static const struct opt_program program = {
		.name = "muster-agent",
		.doc = "the management agent of this device",
		.version = MUSTER_VERSION,
		.commands = commands,
		.n_commands = ARRAY_SIZE(commands),
	};

	return opt_main(&program, argc, argv);
}
