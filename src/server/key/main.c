/* SPDX-License-Identifier: Apache-2.0 */
/* muster-server-key: started by muster-server; see ipc/supervisor_messages.h. */
#include "base/limits.h"
#include "base/log.h"
#include "base/opt.h"
#include "crypto/key_store.h"
#include "ipc/key_messages.h"
#include "ipc/server_messages.h"
#include "ipc/supervisor_messages.h"
#include "server/key/serve.h"
#include "server/key/tree.h"
#include "server/profile.h"

struct options {
	char *tree, *key_store;
};
static const struct jmap option_fields[] = {
	{ .key = "tree",
	  .type = &jmap_path,
	  .off = offsetof(struct options, tree),
	  .flags = JMAP_REQUIRED,
	  .doc = "the channel tree",
	  .hint = "DIRECTORY" },
	{ .key = "keyStore",
	  .type = &jmap_str,
	  .off = offsetof(struct options, key_store),
	  .max = LIMIT_KEY_URI,
	  .doc = "where its keys are (files in the tree)",
	  .hint = "STORE" },
};
static const struct jmap_table option_table =
	JMAP_TABLE("options", "of muster-server-key", option_fields, struct options);

struct program {
	sd_event *loop;
	struct serve *serve;
	struct channel *supervisor, *core;
	sd_event_source *timer; /* until it has been without a core for too long */
	bool stopped;		/* the supervisor said so */
};

static void program_done(struct program *p)
{
	(void)channel_free(p->core);
	(void)channel_free(p->supervisor);
	sd_event_source_disable_unref(p->timer);
	(void)serve_free(p->serve);
	sd_event_unref(p->loop);
}

static int on_core(struct channel *c, struct ipc_message *m, void *userdata, struct error *err)
{
	struct program *p = userdata;

	return serve_answer(p->serve, c, m, err);
}

/* core may well live, with the channel gone: the supervisor pairs a new process of this with it. */
static int on_alone(sd_event_source *s, uint64_t usec, void *userdata)
{
	struct program *p = userdata;

	log_error("core is gone and none came in its place: ending");
	(void)sd_event_exit(p->loop, error_exit(ERROR_UNAVAILABLE));
	return 0;
}

static void on_core_closed(struct channel *c, const struct error *err, void *userdata)
{
	struct program *p = userdata;

	log_info("core: %s", err->msg);
	p->core = channel_free(c);
	p->timer = sd_event_source_disable_unref(p->timer);
	if (sd_event_add_time_relative(p->loop, &p->timer, CLOCK_MONOTONIC,
				       LIMIT_SERVER_ALONE_MS * 1000ull, 10000, on_alone, p) < 0)
		(void)on_alone(NULL, 0, p);
}

static int on_core_unbound(struct channel *c, const struct ipc_message *m, const struct error *why,
			   void *userdata, struct error *err)
{
	log_warning("core: %s", why->msg);
	return server_error_send(c, KEY_ERROR, m->id, why, err);
}

/* Another core takes the place of the one that died. */
static int attach(struct program *p, struct ipc_message *m, struct error *err)
{
	const struct supervisor_peer *peer = m->body;
	const struct channel_handler h = { on_core, on_core_closed, p, on_core_unbound };

	if (peer->role != SERVER_CORE)
		return error_set(err, ERROR_INVALID, "a peer that is not core");
	p->core = channel_free(p->core);
	p->timer = sd_event_source_disable_unref(p->timer);
	return channel_new(p->loop, STEAL_FD(m->fds[0]), &key_protocol, &h, &p->core, err);
}

static int on_supervisor(struct channel *c, struct ipc_message *m, void *userdata,
			 struct error *err)
{
	struct program *p = userdata;
	struct error e = ERROR_INIT;

	if (m->type == SUPERVISOR_PEER)
		return attach(p, m, err);
	if (m->type == SUPERVISOR_RELOAD) {
		if (serve_reload(p->serve, &e) < 0)
			log_error("the old keys stay: %s", e.msg);
		else
			log_notice("the channel tree was read anew");
		return 0;
	}
	if (m->type != SUPERVISOR_STOP)
		return error_set(err, ERROR_INVALID, "%s is not for key", m->def->name);
	p->stopped = true;
	(void)sd_event_exit(p->loop, 0);
	return 0;
}

static void on_supervisor_closed(struct channel *c, const struct error *err, void *userdata)
{
	struct program *p = userdata;

	if (!p->stopped)
		log_error("supervisor: %s", err->msg);
	(void)sd_event_exit(p->loop, p->stopped ? 0 : error_exit(ERROR_UNAVAILABLE));
}

static int run(void *options, struct error *err)
{
	const struct options *o = options;
	CLEANUP(program_done) struct program p = { 0 };
	const struct channel_handler h = { on_supervisor, on_supervisor_closed, &p };
	int r;

	r = sd_event_new(&p.loop);
	if (r < 0)
		return error_errno(err, -r, "event loop");
	if (tree_prepare(o->tree, o->key_store, err) < 0 ||
	    server_seal_key(key_store_is_token(o->key_store), err) < 0 ||
	    serve_new(o->tree, o->key_store, &p.serve, err) < 0 ||
	    channel_new(p.loop, SUPERVISOR_FD, &supervisor_protocol, &h, &p.supervisor, err) < 0 ||
	    channel_send(p.supervisor, &(struct ipc_send){ .type = SUPERVISOR_READY }, err) < 0)
		return -1;
	r = sd_event_loop(p.loop);
	if (r < 0)
		return error_errno(err, -r, "event loop");
	return r == 0 ? 0 : error_set(err, ERROR_UNAVAILABLE, "the supervisor or core is gone");
}

static const char *const examples[] = { "muster-server-key --tree /etc/muster/channel", NULL };
static const struct opt_command command = {
	.name = "",
	.doc = "Issue certificates and sign heads. Started by muster-server.",
	.examples = examples,
	.options = &option_table,
	.run = run,
};
static const struct opt_command *const commands[] = { &command };
static const struct opt_program program = {
	.name = "muster-server-key",
	.doc = "the part of Muster's server that holds the channel tree's keys",
	.version = MUSTER_VERSION,
	.commands = commands,
	.n_commands = 1,
};

int main(int argc, char **argv)
{
	log_init("muster-server-key");
	return opt_main_one(&program, argc, argv);
}
