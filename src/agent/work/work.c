/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/work/work.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "function/behaviour.h"

void work_done(struct work *w)
{
	for (size_t i = 0; i < w->n_wanted; i++)
		function_free(w->wanted[i].function, w->wanted[i].args);
	free(w->wanted);
	free(w->key_reason);
	w->key_reason = NULL;
	records_done(&w->before);
	records_done(&w->run);
	platform_done(&w->platform);
	w->wanted = NULL;
	w->n_wanted = 0;
}

/* ---- the order ---- */

static int bind_item(struct work *w, const struct work_item *item, struct error *err)
{
	const struct function *f = function_find(item->key, FUNCTION_SETTING);
	struct wanted *x = &w->wanted[w->n_wanted];

	if (!f)
		f = function_find(item->key, FUNCTION_COMMAND);
	if (!f)
		return error_set(err, ERROR_INVALID, "no function '%.60s'", item->key);
	if (w->kind == WORK_POLICY && f->kind != FUNCTION_SETTING)
		return error_set(err, ERROR_INVALID, "'%s' is no setting", f->key);
	if (w->kind == WORK_COMMAND && f->kind != FUNCTION_COMMAND)
		return error_set(err, ERROR_INVALID, "'%s' is no command", f->key);
	x->function = f;
	x->behaviour = behaviours[function_id_of(f)];
	if (item->wanted && function_bind(f, item->wanted, &x->args, err) < 0)
		return -1;
	if (!x->args && w->kind != WORK_QUERY)
		return error_set(err, ERROR_INVALID, "'%s' without arguments", f->key);
	w->n_wanted++;
	return 0;
}

static int bind_start(struct work *w, const struct work_start *s, struct error *err)
{
	const struct work_item *items = s->items.items;

	w->kind = (enum work_kind)s->kind;
	w->key_reason = s->key_reason ? strdup(s->key_reason) : NULL;
	w->platform.keys = (struct platform_keys){ s->key_level, w->key_reason };
	if (w->kind == WORK_COMMAND && s->items.n != 1)
		return error_set(err, ERROR_INVALID, "one command, not %zu", s->items.n);
	w->wanted = calloc(s->items.n + 1, sizeof(*w->wanted));
	if (!w->wanted)
		return error_oom(err);
	for (size_t i = 0; i < s->items.n; i++)
		if (bind_item(w, &items[i], err) < 0)
			return -1;
	return 0;
}

static int read_record(struct work *w, struct error *err)
{
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	const struct work_undo *u;

	if (ipc_read(w->fd, &work_protocol, &m, err) < 0)
		return -1;
	if (m.type != WORK_UNDO)
		return error_set(err, ERROR_INVALID, "an undo record was announced");
	u = m.body;
	return records_add(&w->before, u->key, u->object, &m.blob, err);
}

static void on_alarm(int signal)
{
	_exit(128 + signal);
}

/* The first process of a namespace is ended by no signal that it does not handle. */
static void limit_time(unsigned seconds)
{
	const struct sigaction end = { .sa_handler = on_alarm };

	(void)sigaction(SIGALRM, &end, NULL);
	(void)alarm(seconds);
}

int work_read(int fd, struct work *w, struct error *err)
{
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	const struct work_start *s;

	w->fd = fd;
	if (ipc_read(fd, &work_protocol, &m, err) < 0)
		return -1;
	if (m.type != WORK_START)
		return error_set(err, ERROR_INVALID, "the order comes first");
	s = m.body;
	limit_time(s->deadline_s);
	if (bind_start(w, s, err) < 0)
		return -1;
	for (uint32_t i = 0; i < s->n_undo; i++)
		if (read_record(w, err) < 0)
			return -1;
	return 0;
}

unsigned work_needs(const struct work *w)
{
	unsigned needs = 0;

	for (size_t i = 0; i < w->n_wanted; i++)
		needs |= w->wanted[i].function->needs;
	for (size_t i = 0; i < w->before.n; i++) {
		const struct function *f = w->before.items[i].function;

		needs |= f ? f->needs : ~0u; /* a row of another version: whatever it needs */
	}
	return needs;
}

/* ---- answers ---- */

int work_send(struct work *w, unsigned type, const void *body, const struct buf *blob,
	      struct error *err)
{
	struct ipc_send s = { .type = type,
			      .body = body,
			      .blob = blob ? blob->data : NULL,
			      .blob_len = blob ? blob->len : 0 };

	return ipc_write(w->fd, &work_protocol, &s, err);
}

int work_end(struct work *w, enum work_outcome outcome, const char *message, json_t *detail,
	     struct error *err)
{
	struct work_done done = { .outcome = (int)outcome,
				  .message = (char *)message,
				  .detail = detail };

	return work_send(w, WORK_DONE, &done, NULL, err);
}

/* One line of clean UTF-8 for a status: the platform may say anything. */
static void clean_line(struct buf *b)
{
	auto_json json_t *valid = NULL;

	if (b->len > LIMIT_STATE_LINE - 8) {
		b->len = LIMIT_STATE_LINE - 8;
		while (b->len && (b->data[b->len] & 0xc0) == 0x80)
			b->len--;
		b->data[b->len] = 0;
	}
	for (size_t i = 0; i < b->len; i++)
		if (b->data[i] < 0x20 || b->data[i] == 0x7f)
			b->data[i] = ' ';
	valid = b->len ? json_stringn((const char *)b->data, b->len) : NULL;
	for (size_t i = 0; !valid && i < b->len; i++)
		if (b->data[i] >= 0x80)
			b->data[i] = '?';
}

static char *text_of(struct buf *b)
{
	clean_line(b);
	return b->len ? (char *)b->data : NULL;
}

static const char *state_name(const struct readback *r, const char *different)
{
	return r->verdict == READBACK_ENFORCED ? "enforced"
	       : r->verdict == READBACK_STORED ? "configured"
					       : different;
}

int work_report(struct work *w, const struct wanted *x, const char *different, bool *holds,
		struct error *err)
{
	auto_readback struct readback r = { 0 };
	auto_buf struct buf wanted = BUF_INIT;
	struct error why = ERROR_INIT;
	struct work_state s;

	if (x->behaviour->describe && x->behaviour->describe(x->args, &wanted, err) < 0)
		return -1;
	/* What cannot be found out does not hold. */
	if (!x->behaviour->read)
		r.verdict = READBACK_ENFORCED;
	else if (x->behaviour->read(&w->platform, x->args, &r, &why) < 0 &&
		 readback_differs(&r, err, "%s", why.msg) < 0)
		return -1;
	*holds = r.verdict != READBACK_DIFFERENT;
	s = (struct work_state){ .key = (char *)x->function->key,
				 .state = (char *)state_name(&r, different),
				 .wanted = text_of(&wanted),
				 .read_back = text_of(&r.text),
				 .by = (char *)x->behaviour->by,
				 .reason = text_of(&r.reason) };
	return work_send(w, WORK_STATE, &s, NULL, err);
}

/* ---- the kinds of orders ---- */

static int probe_one(struct work *w, const struct wanted *x, struct error *why)
{
	if (!x->behaviour->probe)
		return 0;
	return x->behaviour->probe(&w->platform, x->args, why);
}

int work_probe(struct work *w, const char **missing, struct error *why, struct error *err)
{
	auto_free struct work_capability *items = calloc(w->n_wanted + 1, sizeof(*items));
	auto_free struct error *whys = calloc(w->n_wanted + 1, sizeof(*whys));
	struct work_capabilities c = { .items = { items, w->n_wanted } };

	if (!items || !whys)
		/* auto_free frees them. NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
		return error_oom(err);
	*missing = NULL;
	for (size_t i = 0; i < w->n_wanted; i++) {
		const struct wanted *x = &w->wanted[i];

		items[i] = (struct work_capability){ .key = (char *)x->function->key,
						     .supported = true,
						     .by = (char *)x->behaviour->by };
		if (probe_one(w, x, &whys[i]) == 0)
			continue;
		items[i].supported = false;
		items[i].reason = whys[i].msg;
		if (!*missing) {
			*missing = x->function->key;
			*why = whys[i];
		}
	}
	return work_send(w, WORK_CAPABILITIES, &c, NULL, err);
}

static int work_query(struct work *w, struct error *err)
{
	struct error why = ERROR_INIT;
	const char *missing;

	if (work_probe(w, &missing, &why, err) < 0)
		return -1;
	return work_end(w, WORK_OK, NULL, NULL, err);
}

static int work_command(struct work *w, struct error *err)
{
	const struct wanted *x = &w->wanted[0];
	auto_json json_t *answer = NULL;
	struct error why = ERROR_INIT;

	w->current = x->function;
	if (!x->behaviour->run)
		return work_end(w, WORK_UNSUPPORTED, "no worker carries this out", NULL, err);
	if (x->behaviour->run(&w->platform, x->args, &answer, &why) < 0)
		return work_end(w, why.code == ERROR_UNSUPPORTED ? WORK_UNSUPPORTED : WORK_FAILED,
				why.msg, NULL, err);
	return work_end(w, WORK_OK, NULL, answer, err);
}

static int work_readback(struct work *w, struct error *err)
{
	bool holds;

	for (size_t i = 0; i < w->n_wanted; i++)
		if (work_report(w, &w->wanted[i], "drifted", &holds, err) < 0)
			return -1;
	return work_end(w, WORK_OK, NULL, NULL, err);
}

/* Revert and recover: the announced records are newest first. */
static int work_put_back(struct work *w, struct error *err)
{
	struct error why = ERROR_INIT;

	if (records_put_back(&w->platform, &w->before, false, &why) < 0)
		return work_end(w, WORK_FAILED, why.msg, NULL, err);
	return work_end(w, WORK_OK, NULL, NULL, err);
}

/* An undo record is kept before the change that it undoes. */
static int keep(const char *object, const struct buf *record, void *userdata, struct error *err)
{
	struct work *w = userdata;
	struct work_undo u = { .seq = ++w->seq,
			       .key = (char *)w->current->key,
			       .object = (char *)object };
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;

	if (records_add(&w->run, u.key, object, record, err) < 0 ||
	    work_send(w, WORK_UNDO, &u, record, err) < 0 ||
	    ipc_read(w->fd, &work_protocol, &m, err) < 0)
		return -1;
	if (m.type != WORK_KEPT || ((const struct work_kept *)m.body)->seq != u.seq)
		return error_set(err, ERROR_INVALID, "the manager did not keep an undo record");
	return 0;
}

/* The base holds how each thing was before the first policy that has it. */
static bool made(const char *object, void *userdata)
{
	const struct work *w = userdata;

	for (size_t i = 0; i < w->before.n; i++)
		if (strcmp(w->before.items[i].object, object) == 0)
			return !w->before.items[i].undo.existed;
	return false;
}

int work_run(struct work *w, struct error *err)
{
	static int (*const kinds[])(struct work *, struct error *) = {
		[WORK_POLICY] = work_policy,	 [WORK_COMMAND] = work_command,
		[WORK_READBACK] = work_readback, [WORK_REVERT] = work_put_back,
		[WORK_RECOVER] = work_put_back,	 [WORK_QUERY] = work_query,
	};

	w->platform.keep = keep;
	w->platform.made = made;
	w->platform.userdata = w;
	return kinds[w->kind](w, err);
}
