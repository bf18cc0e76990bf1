/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Trying one TCP port of this device, as a stranger would: who answers, in the clear or not, and
 * whether it asks who is there. It changes nothing: it asks for pages, options and help. What
 * answers may be hostile, so every read is bounded in bytes and in time.
 */
#include <sys/socket.h>

#include "proto/endpoint.h"

enum {
	SCAN_WAIT_MS = 1000, /* for one answer: the peer is this device */
	SCAN_ANSWER_MAX = 16 * 1024,
};

struct target {
	struct sockaddr_storage address;
	socklen_t len;
};

/* ADDRESS PORT, numeric; an IPv6 address may have a scope. Errors: INVALID. */
MUST_USE int target_read(const char *address, const char *port, struct target *ret,
			 struct error *err);
/* A connection whose reads and writes end after SCAN_WAIT_MS. Errors: UNAVAILABLE, TIMEOUT. */
MUST_USE int target_connect(const struct target *t, int *ret, struct error *err);
/* Connect, send (NULL: only listen), and append what comes until it pauses, ends or is `max` long.
 * A peer that says nothing is no error. */
MUST_USE int target_ask(const struct target *t, const void *request, size_t len, size_t max,
			struct buf *answer, struct error *err);
/* What comes on a connection, likewise. */
MUST_USE int target_listen(int fd, size_t max, struct buf *answer, struct error *err);

/* All of it. */
MUST_USE int scan(const struct target *t, struct endpoint *ret, struct error *err);

/* ---- the parts: each fills what it understands of an answer, and leaves protocol NULL else ----
 */

/* An identification "SSH-…" was heard: the algorithms that are offered. */
MUST_USE int scan_ssh(const struct target *t, const struct buf *greeting, struct endpoint *ret,
		      struct error *err);
/* *tls: the port speaks it; then what it takes, and what its web server answers inside. */
MUST_USE int scan_tls(const struct target *t, struct endpoint *ret, struct error *err);

/* ---- pure readers of answers ---- */

/* SSH_MSG_KEXINIT (RFC 4253 7.1), the packet with its length; adds the weak names to e->weak.
 * Errors: INVALID. */
MUST_USE int ssh_read_offer(const void *data, size_t len, struct endpoint *e, struct error *err);
MUST_USE int http_read_answer(const struct buf *answer, struct endpoint *e, struct error *err);
MUST_USE int http_read_options(const struct buf *answer, struct endpoint *e, struct error *err);
/* What a line of text says by itself, or on "help". */
MUST_USE int text_read_greeting(const struct buf *answer, struct endpoint *e, struct error *err);
MUST_USE int text_read_help(const struct buf *answer, struct endpoint *e, struct error *err);
MUST_USE int rpc_read_answer(const struct buf *answer, struct endpoint *e, struct error *err);
MUST_USE int mqtt_read_answer(const struct buf *answer, struct endpoint *e, struct error *err);

/* What is asked. */
#define SCAN_HTTP(method) \
	method " / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: muster-probe\r\nAccept: */*\r\n" \
	       "Connection: close\r\n\r\n"

MUST_USE int endpoint_weak(struct endpoint *e, const char *what, struct error *err);
MUST_USE int endpoint_text(char **to, const void *text, size_t len, struct error *err);
/* Whether a text has a word, in any case. */
bool answer_has(const struct buf *answer, const char *word);
