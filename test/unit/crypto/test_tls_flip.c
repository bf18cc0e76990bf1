/* SPDX-License-Identifier: Apache-2.0 */
/* Someone on the wire changes one byte of the handshake: nobody gets application data. */
#include <sys/socket.h>

#include "check.h"
#include "tls_bed.h"

enum { TURNS = 30, STRIDE = 5 };

/* One direction of the wire: what went through, and which byte to change. */
struct wire {
	int from, to;
	size_t passed, flip; /* flip: offset, or SIZE_MAX */
	bool flipped;
};

static void relay(struct wire *w)
{
	uint8_t data[4096];
	ssize_t n;

	while ((n = recv(w->from, data, sizeof(data), 0)) > 0) {
		if (w->flip >= w->passed && w->flip < w->passed + (size_t)n) {
			data[w->flip - w->passed] ^= 0x01;
			w->flipped = true;
		}
		w->passed += (size_t)n;
		(void)!send(w->to, data, (size_t)n, MSG_NOSIGNAL);
	}
}

static void step(struct end *e)
{
	if (!e->done && !e->failed)
		e->failed = bed_handshake(e, &e->err) < 0;
}

/* Whether a byte sent after its handshake arrives at the other end. */
static bool delivers(struct end *from, struct end *to, struct wire *w)
{
	struct error err = ERROR_INIT;
	enum tls_want want;
	size_t n;
	char c;

	if (!from->done || tls_write(from->tls, "x", 1, &n, &want, &err) < 0)
		return false;
	relay(w);
	return to->done && tls_read(to->tls, &c, 1, &n, &want, &err) == 0 && want == TLS_DONE;
}

/*
 * A handshake through two wires; true where data went through either way afterwards, and a byte was
 * changed before if one was to be: signatures differ in length, so a flight may end earlier.
 */
static bool attempt(struct bed *b, struct wire *up, struct wire *down)
{
	int client[2], server[2];
	bool through;

	bed_sockets(client);
	bed_sockets(server);
	up->from = client[1];
	up->to = server[1];
	down->from = server[1];
	down->to = client[1];
	b->c.fd = client[0];
	b->s.fd = server[0];
	CHECK_OK(tls_new(b->c.config, b->c.fd, &b->c.tls, &b->c.err), b->c.err);
	CHECK_OK(tls_new(b->s.config, b->s.fd, &b->s.tls, &b->s.err), b->s.err);
	b->c.done = b->s.done = b->c.failed = b->s.failed = false;
	for (int i = 0; i < TURNS && !(b->c.done && b->s.done) && !b->s.failed; i++) {
		step(&b->c);
		relay(up);
		step(&b->s);
		relay(down);
	}
	through =
		(up->flip == SIZE_MAX || up->flipped) && (down->flip == SIZE_MAX || down->flipped);
	up->flip = down->flip = SIZE_MAX;
	through = through && (delivers(&b->c, &b->s, up) || delivers(&b->s, &b->c, down));
	tls_free(STEAL(b->c.tls));
	tls_free(STEAL(b->s.tls));
	closep(&b->c.fd);
	closep(&b->s.fd);
	closep(&client[1]);
	closep(&server[1]);
	return through;
}

static void flip_each(bool upwards)
{
	struct bed b CLEANUP(bed_done);
	struct error err = ERROR_INIT;
	struct wire up = { .flip = SIZE_MAX }, down = { .flip = SIZE_MAX };
	size_t total;

	bed_init(&b);
	CHECK_OK(tls_config_server(&b.so, &b.s.config, &err), err);
	CHECK_OK(tls_config_client(&b.co, &b.c.config, &err), err);
	CHECK(attempt(&b, &up, &down)); /* untouched, all is well */
	total = upwards ? up.passed : down.passed;
	CHECK(total > 1000);
	/* Past the first record's header, whose version nobody looks at (RFC 8446 5.1). */
	for (size_t at = 5; at < total; at += STRIDE) {
		up = down = (struct wire){ .flip = SIZE_MAX };
		*(upwards ? &up.flip : &down.flip) = at;
		if (attempt(&b, &up, &down)) {
			printf("# byte %zu of %zu changed, and data went through\n", at, total);
			CHECK(false);
		}
	}
	b.s.fd = b.c.fd = -1;
}

static void from_client(void)
{
	flip_each(true);
}

static void from_server(void)
{
	flip_each(false);
}

static const struct check_case cases[] = {
	{ "V-4, V-6: a changed byte of the client's flights lets nothing through", from_client },
	{ "T-5b: a changed byte of the server's flight lets nothing through", from_server },
};

CHECK_MAIN(cases)
