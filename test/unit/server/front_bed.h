/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A real muster-server-front with its certificates in a directory of its own; the test is its
 * supervisor, its core and its clients, all on one loop.
 */
#include "../http/pki.h"
#include "../trust/authority.h"
#include "http/client.h"
#include "ipc/server_messages.h"
#include "ipc/supervisor_messages.h"

#define BED_DEVICE "11111111-2222-4333-8444-555555555555" /* of pki.h's client */
#define BED_ENROLLMENT "22222222-2222-4333-8444-555555555555"

enum { BED_CLIENTS = 3, BED_REPLIES = 6 };

struct bed_reply {
	int status;
	char type[64], header[64]; /* header: WWW-Authenticate or Allow */
	struct buf body;
};

struct bed_client {
	struct http_client *client;
	struct error error; /* why it ended */
	struct bed_reply replies[BED_REPLIES];
	size_t n;
};

struct bed {
	char directory[64];
	struct pki pki; /* client_root issues devices */
	struct pki_authority login_root;
	struct pki_end login;
	struct authority authority;
	sd_event *loop;
	pid_t pid;
	struct channel *control, *core;
	bool ready;
	uint16_t ports[LISTENER_MAX_];
	struct bed_client clients[BED_CLIENTS];
	/* core's behaviour, and what it saw */
	enum error_code fail[SERVER_MESSAGE_MAX_]; /* answer these with an error */
	unsigned n_seen[SERVER_MESSAGE_MAX_];
	struct ipc_message last; /* the last request but CONNECT, whole */
	struct buf last_json;	 /* its body as JSON */
	unsigned n_instructions; /* that core has for the device */
	uint32_t n_delivered;	 /* of the two deliveries of an instruction */
	char audit[64];		 /* the last event */
	unsigned n_logins;
};

void bed_init(struct bed *b);
void bed_done(struct bed *b);
/* Let another core take the place of the one before. */
void bed_core(struct bed *b);
/* Wake devices (NULL: all), or cut them. */
void bed_event(struct bed *b, unsigned type, const char *device);
/* Connect client i to a listener as somebody (NULL: no certificate). */
struct bed_client *bed_connect(struct bed *b, size_t i, enum server_listener l,
			       const struct pki_end *self);
void bed_ask(struct bed_client *c, enum http_method method, const char *target, const char *type,
	     const void *body, size_t len);
void bed_send(struct bed_client *c, const struct http_send *s);
void bed_get(struct bed_client *c, const char *target);

/* The i-th reply: its status (0: not there yet), its body ("" where it has none). */
int bed_status(const struct bed_client *c, size_t i);
const char *bed_body(const struct bed_client *c, size_t i);
/* Whether a text stands in the last request to core; it is shown where it does not. */
bool bed_said(const struct bed *b, const char *what);

/* A PKCS#10 in base64, and its key; both owned by the caller. */
void bed_csr(struct key **key, struct buf *text);

/* Turn the loop until the condition holds; a failed check where it does not within 5 s. */
#define UNTIL(b, cond) \
	do { \
		uint64_t begin_, now_; \
		bool in_time_ = true; \
		(void)sd_event_now((b)->loop, CLOCK_MONOTONIC, &begin_); \
		while (!(cond) && in_time_) { \
			(void)sd_event_run((b)->loop, 100000); \
			(void)sd_event_now((b)->loop, CLOCK_MONOTONIC, &now_); \
			in_time_ = now_ - begin_ < 5000000; \
		} \
		CHECK(cond); \
	} while (0)
