/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/core.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "proto/record.h"

enum { TICK_US = 10 * 1000000 };

/* ---- fronts ---- */

static void orphan(struct work_list *l, const struct front_peer *f)
{
	for (struct work *w = l->first; w; w = w->next)
		if (w->front == f)
			w->front = NULL;
}

static void front_gone(struct front_peer *f)
{
	struct front_peer **at = &f->core->fronts;

	while (*at != f)
		at = &(*at)->next;
	*at = f->next;
	orphan(&f->core->queue, f);
	orphan(&f->core->waiting, f);
	(void)channel_free(f->channel);
	free(f);
}

static void on_front_closed(struct channel *channel, const struct error *err, void *userdata)
{
	log_info("front: %s", err->msg);
	front_gone(userdata);
}

static int on_front(struct channel *channel, struct ipc_message *m, void *userdata,
		    struct error *err)
{
	struct front_peer *f = userdata;
	const struct handler *h = handler_find(m->type);
	struct work *w;

	if (!h)
		return error_set(err, ERROR_INVALID, "front may not send '%s'", m->def->name);
	w = calloc(1, sizeof(*w));
	if (!w)
		return error_oom(err);
	w->handler = h;
	w->front = f;
	w->message = *m;
	w->key_reply = (struct ipc_message)IPC_MESSAGE_INIT;
	*m = (struct ipc_message)IPC_MESSAGE_INIT;
	batch_queue(f->core, w);
	return 0;
}

/* One request that does not bind costs its sender that request, and nobody else anything. */
static int on_front_unbound(struct channel *channel, const struct ipc_message *m,
			    const struct error *why, void *userdata, struct error *err)
{
	struct error e = *why;

	log_warning("front: %s", why->msg);
	if (e.code == ERROR_LIMIT) /* a text too long: no fault of the server's */
		e.code = ERROR_INVALID;
	if (m->id == 0)
		return 0;
	return server_error_send(channel, SERVER_ERROR, m->id, &e, err);
}

static int attach_front(struct core *c, int fd, struct error *err)
{
	struct channel_handler h = { on_front, on_front_closed, NULL, on_front_unbound };
	struct front_peer *f = calloc(1, sizeof(*f));

	if (!f) {
		close(fd);
		return error_oom(err);
	}
	f->core = c;
	h.userdata = f;
	if (channel_new(c->loop, fd, &server_protocol, &h, &f->channel, err) < 0) {
		free(f);
		return -1;
	}
	f->next = c->fronts;
	c->fronts = f;
	return 0;
}

void core_tell(struct core *c, const struct ipc_send *s)
{
	struct error err = ERROR_INIT;

	for (struct front_peer *f = c->fronts; f; f = f->next)
		if (channel_send(f->channel, s, &err) < 0)
			log_warning("front: %s", err.msg);
}

static void tell_trust(struct core *c)
{
	struct trust_now now = { 0 };
	struct server_trust_is body = { 0 };
	struct error err = ERROR_INIT;

	if (service_trust(c->service, &now, &err) < 0) {
		log_error("trust: %s", err.msg);
		return;
	}
	body.version = now.version;
	memcpy(body.digest, now.digest, SHA256_HEX_SIZE);
	core_tell(c, &(struct ipc_send){ .type = SERVER_TRUST_IS,
					 .body = &body,
					 .blob = now.der.data,
					 .blob_len = now.der.len });
	buf_done(&now.der);
}

void core_tell_news(struct core *c)
{
	auto_service_news struct service_news news = { 0 };
	struct server_devices devices = { 0 };

	service_take_news(c->service, &news);
	if (news.trust_changed)
		tell_trust(c);
	if (!news.wake_all)
		devices.devices = news.wake;
	if (news.wake_all || news.wake.n)
		core_tell(c, &(struct ipc_send){ .type = SERVER_WAKE, .body = &devices });
	devices.devices = news.moved_all ? (struct strings){ 0 } : news.moved;
	if (news.moved_all || news.moved.n)
		core_tell(c, &(struct ipc_send){ .type = SERVER_MOVED, .body = &devices });
	devices.devices = news.cut;
	if (news.cut.n)
		core_tell(c, &(struct ipc_send){ .type = SERVER_CUT, .body = &devices });
	if (news.crl_changed)
		pki_publish(c);
	if (news.revoked) {
		c->crl_wanted[KEY_ISSUER_DEVICE] = true;
		pki_refresh(c);
	}
}

/* ---- life ---- */

int core_audit(struct core *c, int event, struct error *err)
{
	const struct service_event e = { .event = event, .outcome = OUTCOME_SUCCESS };

	if (db_begin(c->db, err) < 0)
		return -1;
	if (service_sweep(c->service, event == AUDIT_SERVER_STOPPED, err) < 0 ||
	    service_audit(c->service, &e, err) < 0 || db_commit(c->db, err) < 0) {
		db_rollback(c->db);
		return -1;
	}
	return 0;
}

/* What muster-selftest wrote down when it kept the server from starting (FPT_TST_EXT.1). The record
 * is there before the note is gone. */
static int record_self_test(struct core *c, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;
	struct service_event e = { .event = AUDIT_SERVER_SELF_TEST_FAILED,
				   .outcome = OUTCOME_FAILURE };
	char path[PATH_MAX];

	if (path_format(path, sizeof(path), err, "%s/selftest-failed", c->options.data) < 0)
		return -1;
	if (!file_exists(path))
		return 0;
	if (file_read(path, LIMIT_TEXT, &text, err) < 0 || db_begin(c->db, err) < 0)
		return -1;
	e.text = text.len ? (const char *)text.data : NULL;
	if (service_audit(c->service, &e, err) < 0 || db_commit(c->db, err) < 0) {
		db_rollback(c->db);
		return -1;
	}
	return unlink(path) < 0 ? error_errno(err, errno, "%s", path) : 0;
}

static bool has_item(const struct core *c, const char *name)
{
	const struct server_pki_item *items = c->pki.items.items;

	for (size_t i = 0; i < c->pki.items.n; i++)
		if (strcmp(items[i].name, name) == 0)
			return true;
	return false;
}

/* Every issuer of the tree has its CRL among what is published. */
static bool published(const struct core *c)
{
	char name[40];

	for (int i = KEY_ISSUER_NONE + 1; i < KEY_ISSUER_MAX_; i++) {
		(void)snprintf(name, sizeof(name), "%s.crl", key_issuer_enum.names[i]);
		if (!has_item(c, name))
			return false;
	}
	return true;
}

void core_update(struct core *c)
{
	struct error err = ERROR_INIT;

	if (c->ready || !c->imported || !published(c))
		return;
	c->ready = true;
	if (record_self_test(c, &err) < 0) {
		log_error("self-test's note: %s", err.msg);
		err = (struct error)ERROR_INIT;
	}
	if (core_audit(c, AUDIT_SERVER_STARTED, &err) < 0 ||
	    channel_send(c->supervisor, &(struct ipc_send){ .type = SUPERVISOR_READY }, &err) < 0)
		log_error("start: %s", err.msg);
	batch_run(c);
}

static int on_tick(sd_event_source *s, uint64_t usec, void *userdata)
{
	struct core *c = userdata;
	struct error err = ERROR_INIT;

	pki_refresh(c);
	if (c->ready && db_begin(c->db, &err) == 0) {
		if (service_sweep(c->service, false, &err) < 0 || db_commit(c->db, &err) < 0)
			log_error("sweep: %s", err.msg);
		db_rollback(c->db);
	}
	(void)sd_event_source_set_time_relative(s, TICK_US);
	(void)sd_event_source_set_enabled(s, SD_EVENT_ONESHOT);
	return 0;
}

/* What was taken in is answered before the end. */
static void stop(struct core *c)
{
	struct error err = ERROR_INIT;

	c->stopping = true;
	if (c->ready) {
		batch_run(c);
		if (core_audit(c, AUDIT_SERVER_STOPPED, &err) < 0)
			log_error("stop: %s", err.msg);
	}
	(void)sd_event_exit(c->loop, 0);
}

static int reload(struct core *c, struct error *err)
{
	return c->key ? channel_send(c->key, &(struct ipc_send){ .type = KEY_TREE }, err) : 0;
}

static int on_supervisor(struct channel *channel, struct ipc_message *m, void *userdata,
			 struct error *err)
{
	struct core *c = userdata;
	const struct supervisor_peer *peer = m->body;

	if (m->type == SUPERVISOR_PEER && peer->role == SERVER_KEY)
		return keys_attach(c, STEAL_FD(m->fds[0]), err);
	if (m->type == SUPERVISOR_PEER && peer->role == SERVER_FRONT)
		return attach_front(c, STEAL_FD(m->fds[0]), err);
	if (m->type == SUPERVISOR_RELOAD)
		return reload(c, err);
	if (m->type != SUPERVISOR_STOP)
		return error_set(err, ERROR_INVALID, "%s is not for core", m->def->name);
	stop(c);
	return 0;
}

static void on_supervisor_closed(struct channel *channel, const struct error *err, void *userdata)
{
	struct core *c = userdata;

	if (c->stopping)
		return;
	log_error("supervisor: %s", err->msg);
	(void)sd_event_exit(c->loop, error_exit(ERROR_UNAVAILABLE));
}

static void core_done(struct core *c)
{
	struct work *w;

	while (c->fronts)
		front_gone(c->fronts);
	(void)channel_free(c->key);
	(void)channel_free(c->supervisor);
	while ((w = work_list_take(&c->queue)) || (w = work_list_take(&c->waiting)))
		(void)work_free(w);
	pki_done(c);
	(void)service_free(c->service);
	db_free(c->db);
	sd_event_source_disable_unref(c->group);
	sd_event_source_disable_unref(c->timer);
	sd_event_unref(c->loop);
}

static int open_store(struct core *c, struct error *err)
{
	char path[PATH_MAX];
	struct service_options o = { 0 };

	if (path_format(path, sizeof(path), err, "%s/muster.db", c->options.data) < 0 ||
	    db_open_sqlite(path, &c->db, err) < 0)
		return -1;
	o.db = c->db;
	return service_new(&o, &c->service, err);
}

static int start(struct core *c, struct error *err)
{
	const struct channel_handler h = { on_supervisor, on_supervisor_closed, c };
	int r = sd_event_new(&c->loop);

	if (r >= 0)
		r = sd_event_add_time_relative(c->loop, &c->timer, CLOCK_BOOTTIME, TICK_US,
					       TICK_US / 10, on_tick, c);
	if (r < 0)
		return error_errno(err, -r, "event loop");
	if (batch_start(c, err) < 0 || open_store(c, err) < 0)
		return -1;
	return channel_new(c->loop, SUPERVISOR_FD, &supervisor_protocol, &h, &c->supervisor, err);
}

int core_run(const struct core_options *o, struct error *err)
{
	CLEANUP(core_done) struct core c = { .options = *o };
	int r;

	if (start(&c, err) < 0)
		return -1;
	r = sd_event_loop(c.loop);
	if (r < 0)
		return error_errno(err, -r, "event loop");
	return r == 0 ? 0 : error_set(err, ERROR_UNAVAILABLE, "core cannot go on");
}
