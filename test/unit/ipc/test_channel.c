/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "ipc/channel.h"
#include "ipc/frame.h"

struct ping {
	char *text;
	uint32_t n;
};
static const struct jmap ping_fields[] = {
	{ "text", &jmap_str, offsetof(struct ping, text), JMAP_REQUIRED, 0, 64, NULL, NULL, NULL },
	{ "n", &jmap_u32, offsetof(struct ping, n), JMAP_EMIT, 0, 0, NULL, NULL, NULL },
};
static const struct jmap_table ping_table = JMAP_TABLE("ping", NULL, ping_fields, struct ping);
enum { PING, BLOB, BARE };
static const struct ipc_type types[] = {
	[PING] = { "ping", &ping_table, 0, 0 },
	[BLOB] = { "blob", &ping_table, 1u << 20, 2 },
	[BARE] = { "bare", NULL, 0, 0 },
};
static const struct ipc_protocol protocol = { "test", types, ARRAY_SIZE(types) };

struct seen {
	sd_event *loop;
	unsigned n, closed;
	uint32_t last_n;
	size_t blob;
	char fd_text[8];
	struct channel *c;
	bool free_in_message;
};

static int on_message(struct channel *c, struct ipc_message *m, void *userdata, struct error *err)
{
	struct seen *s = userdata;

	(void)err;
	s->n++;
	if (m->body)
		s->last_n = ((struct ping *)m->body)->n;
	s->blob += m->blob.len;
	if (m->n_fds)
		(void)!pread(m->fds[0], s->fd_text, sizeof(s->fd_text) - 1, 0);
	if (s->free_in_message)
		s->c = channel_free(c);
	return 0;
}

static void on_closed(struct channel *c, const struct error *err, void *userdata)
{
	struct seen *s = userdata;

	(void)c;
	(void)err;
	s->closed++;
}

struct pair {
	sd_event *loop;
	int fds[2];
	struct seen seen[2];
	struct channel *c[2];
};

static void pair_up(struct pair *p, unsigned n_channels)
{
	struct error err = ERROR_INIT;

	memset(p, 0, sizeof(*p));
	CHECK(sd_event_new(&p->loop) >= 0);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, p->fds) == 0);
	for (unsigned i = 0; i < n_channels; i++) {
		struct channel_handler h = { on_message, on_closed, &p->seen[i] };

		CHECK_OK(channel_new(p->loop, p->fds[i], &protocol, &h, &p->c[i], &err), err);
		p->fds[i] = -1;
	}
}

static void pair_down(struct pair *p)
{
	for (int i = 0; i < 2; i++) {
		(void)channel_free(p->c[i]);
		closep(&p->fds[i]);
	}
	sd_event_unref(p->loop);
}

static void run_until(struct pair *p, const unsigned *counter, unsigned want)
{
	for (int i = 0; i < 10000 && *counter < want; i++)
		(void)sd_event_run(p->loop, 1000000);
	CHECK(*counter >= want);
}

static void many_in_order(void)
{
	struct error err = ERROR_INIT;
	static uint8_t blob[1u << 20];
	struct pair p;

	pair_up(&p, 2);
	for (uint32_t i = 1; i <= 12; i++) {
		struct ping ping = { (char *)"hello", i };
		struct ipc_send s = {
			.type = BLOB, .body = &ping, .blob = blob, .blob_len = sizeof(blob)
		};

		CHECK_OK(channel_send(p.c[0], &s, &err), err);
	}
	CHECK(channel_queued(p.c[0]) > 0);
	run_until(&p, &p.seen[1].n, 12);
	CHECK(p.seen[1].last_n == 12 && p.seen[1].blob == 12 * sizeof(blob));
	CHECK(channel_queued(p.c[0]) == 0);
	pair_down(&p);
}

static void descriptors(void)
{
	struct error err = ERROR_INIT;
	struct ping ping = { (char *)"fd", 1 };
	char path[] = "/tmp/muster-test-XXXXXX";
	auto_close int fd = mkstemp(path);
	struct ipc_send plain = { .type = PING, .body = &ping };
	struct ipc_send with = { .type = BLOB, .body = &ping, .fds = &fd, .n_fds = 1 };
	struct pair p;

	(void)unlink(path);
	CHECK(pwrite(fd, "inside", 6, 0) == 6);
	pair_up(&p, 2);
	CHECK_OK(channel_send(p.c[0], &plain, &err), err);
	CHECK_OK(channel_send(p.c[0], &with, &err), err);
	CHECK_OK(channel_send(p.c[0], &plain, &err), err);
	run_until(&p, &p.seen[1].n, 3);
	CHECK_STR(p.seen[1].fd_text, "inside");
	pair_down(&p);
}

static void blocking_peer(void)
{
	struct error err = ERROR_INIT;
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	struct ping ping = { (char *)"call", 7 };
	struct ipc_send s = { .type = PING, .id = 5, .body = &ping };
	struct pair p;

	pair_up(&p, 1);
	CHECK_OK(channel_send(p.c[0], &s, &err), err);
	CHECK_OK(ipc_read(p.fds[1], &protocol, &m, &err), err);
	CHECK(m.id == 5 && ((struct ping *)m.body)->n == 7);
	CHECK_OK(ipc_write(p.fds[1], &protocol, &(struct ipc_send){ .type = BARE }, &err), err);
	run_until(&p, &p.seen[0].n, 1);
	closep(&p.fds[1]);
	p.fds[1] = -1;
	run_until(&p, &p.seen[0].closed, 1);
	CHECK_ERROR(channel_send(p.c[0], &s, &err), err, ERROR_UNAVAILABLE);
	pair_down(&p);
}

/* Raw bytes that a broken peer might send; each ends the channel. */
static void bad_frames(void)
{
	static const struct {
		uint32_t body, blob, id;
		uint16_t type, fds;
	} heads[] = {
		{ 2, 0, 0, 9, 0 },	       /* no such type */
		{ 0xffffffff, 0, 0, PING, 0 }, /* a huge body */
		{ 2, 1, 0, PING, 0 },	       /* a blob where none may be */
		{ 2, 0, 0, PING, 1 },	       /* a descriptor where none may be */
		{ 2, 0, 0, BLOB, 1 },	       /* a descriptor that did not come */
		{ 2, 0, 0, BARE, 0 },	       /* a body where none may be */
		{ 2, 0, 0, PING, 0 },	       /* a body that does not bind */
	};

	for (size_t i = 0; i < ARRAY_SIZE(heads); i++) {
		struct pair p;

		pair_up(&p, 1);
		CHECK(write(p.fds[1], &heads[i], sizeof(heads[i])) == sizeof(heads[i]));
		CHECK(write(p.fds[1], "{}xx", 4) == 4);
		run_until(&p, &p.seen[0].closed, 1);
		CHECK(p.seen[0].n == 0);
		pair_down(&p);
	}
}

static void freed_inside(void)
{
	struct error err = ERROR_INIT;
	struct pair p;

	pair_up(&p, 1);
	p.seen[0].free_in_message = true;
	for (int i = 0; i < 3; i++)
		CHECK_OK(ipc_write(p.fds[1], &protocol, &(struct ipc_send){ .type = BARE }, &err),
			 err);
	run_until(&p, &p.seen[0].n, 1);
	p.c[0] = NULL;
	CHECK(p.seen[0].n == 1 && p.seen[0].closed == 0);
	pair_down(&p);
}

struct refused {
	unsigned n;
	uint32_t id;
	enum error_code code;
	bool end; /* the handler wants no more of this peer */
};

struct lenient {
	struct seen seen; /* first: on_message's */
	struct refused refused;
};

static int on_unbound(struct channel *c, const struct ipc_message *m, const struct error *why,
		      void *userdata, struct error *err)
{
	struct lenient *l = userdata;

	CHECK(m->body == NULL && m->type == PING);
	l->refused.n++;
	l->refused.id = m->id;
	l->refused.code = why->code;
	return l->refused.end ? error_set(err, ERROR_INVALID, "enough") : 0;
}

/* A frame of a PING whose body is `json`. */
static void write_raw(int fd, const char *json, uint32_t id)
{
	const struct frame_header h = { .body_len = (uint32_t)strlen(json), .id = id };

	CHECK(write(fd, &h, sizeof(h)) == sizeof(h));
	CHECK(write(fd, json, strlen(json)) == (ssize_t)strlen(json));
}

static void bad_bodies(void)
{
	struct lenient l = { 0 };
	struct channel_handler h = { on_message, on_closed, &l, on_unbound };
	auto_channel struct channel *c = NULL;
	struct error err = ERROR_INIT;
	struct pair p;

	pair_up(&p, 0);
	CHECK_OK(channel_new(p.loop, p.fds[1], &protocol, &h, &c, &err), err);
	p.fds[1] = -1;
	write_raw(p.fds[0], "{\"text\":\"a\\u0001\",\"n\":1}", 5);
	write_raw(p.fds[0], "{\"text\":\"good\",\"n\":7}", 6);
	run_until(&p, &l.seen.n, 1);
	CHECK(l.refused.n == 1 && l.refused.id == 5 && l.refused.code == ERROR_INVALID);
	CHECK(l.seen.last_n == 7 && l.seen.closed == 0);
	l.refused.end = true;
	write_raw(p.fds[0], "nonsense", 8);
	run_until(&p, &l.seen.closed, 1);
	CHECK(l.refused.n == 2);
	c = channel_free(c);
	pair_down(&p);
}

static void queue_limit(void)
{
	struct error err = ERROR_INIT;
	static uint8_t blob[1u << 20];
	struct ping ping = { (char *)"x", 0 };
	struct ipc_send s = { .type = BLOB, .body = &ping, .blob = blob, .blob_len = sizeof(blob) };
	struct pair p;
	int r = 0;

	pair_up(&p, 1);
	for (int i = 0; i < 64 && r == 0; i++)
		r = channel_send(p.c[0], &s, &err);
	CHECK(r < 0 && err.code == ERROR_LIMIT);
	s.type = ARRAY_SIZE(types);
	CHECK_ERROR(channel_send(p.c[0], &s, &err), err, ERROR_INVALID);
	pair_down(&p);
}

static const struct check_case cases[] = {
	{ "channel: large messages arrive whole and in order", many_in_order },
	{ "channel: descriptors arrive with their own message", descriptors },
	{ "channel: a blocking peer is understood, and its end is noticed", blocking_peer },
	{ "channel: a bad frame ends the channel", bad_frames },
	{ "channel: a body that does not bind costs its request, not the channel", bad_bodies },
	{ "channel: freed inside its own callback", freed_inside },
	{ "channel: a peer that does not read is noticed", queue_limit },
};
CHECK_MAIN(cases)
