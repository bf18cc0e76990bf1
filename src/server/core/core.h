/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The process with the store. It takes what has queued on the channels of all fronts, does it in
 * one transaction, and answers only after the commit (group commit); what needs a key is asked of
 * `key` after the commit too, and ended in a later group. Nothing here parses what strangers send.
 *
 * Parts: core.c the process and its channels; batch.c the groups; handlers.c what each message
 * does; keys.c questions to `key`; pki.c what is published.
 */
#include <systemd/sd-event.h>

#include "ipc/key_messages.h"
#include "ipc/server_messages.h"
#include "ipc/supervisor_messages.h"
#include "service/service.h"

struct core_options {
	const char *data;      /* directory of the store */
	const char *bootstrap; /* file */
};

/* Run until the supervisor says stop. Errors: UNAVAILABLE (the supervisor is gone), and those of
 * opening the store and of the bootstrap file. */
MUST_USE int core_run(const struct core_options *o, struct error *err);

/* ---- what the parts share ---- */

struct core;
struct work;

/* One front at the other end of a channel. */
struct front_peer {
	struct core *core;
	struct channel *channel;
	struct front_peer *next;
};

/* What a message type does. */
struct handler {
	unsigned type;	   /* enum server_message */
	unsigned reply;	   /* its answer; SERVER_ERROR: none, an event */
	enum operation op; /* of administrators: in and out are the message's bodies */
	int (*run)(struct core *c, struct work *w, struct error *err); /* of the others */
	/* After key has answered; in a transaction. NULL: its blob is the reply's blob. */
	int (*resume)(struct core *c, struct work *w, struct error *err);
};
/* NULL where front may not send it. */
const struct handler *handler_find(unsigned type);

/* One request, from its arrival to its answer. */
struct work {
	struct work *next;
	const struct handler *handler;
	struct front_peer *front; /* NULL: gone */
	struct ipc_message message;
	bool resumed; /* key has answered: key_reply or key_error */
	struct ipc_message key_reply;
	struct error key_error;
	struct enroll_grant grant; /* of enrollments */
	/* the outcome */
	bool failed;
	struct error error;
	void *reply; /* struct of the reply's table */
	struct buf reply_blob;
	/* a question to key, to be asked after the commit; 0 (KEY_ERROR): none */
	unsigned question;
	void *question_body;
	const struct buf *question_blob; /* within `message` */
	uint32_t question_id;
};
struct work *work_free(struct work *w);
DEFINE_CLEANUP(struct work *, work_free)

struct work_list {
	struct work *first, **last;
	size_t n;
};
void work_list_add(struct work_list *l, struct work *w);
struct work *work_list_take(struct work_list *l); /* the first; NULL: none */

struct core {
	struct core_options options;
	sd_event *loop;
	sd_event_source *group; /* runs when messages have queued and the channels are read */
	sd_event_source *timer;
	struct db *db;
	struct service *service;
	struct channel *supervisor, *key;
	struct front_peer *fronts;
	struct work_list queue;	  /* for the next group */
	struct work_list waiting; /* for key */
	struct key_tree_is tree;
	struct buf tree_blob;
	struct buf pki_blob; /* what is published: the tree's certificates and the newest CRLs */
	struct server_pki_is pki;
	bool imported;			 /* key has told its tree, the store is this enterprise's */
	bool crl_asked[KEY_ISSUER_MAX_]; /* key's answer is due */
	bool crl_wanted[KEY_ISSUER_MAX_]; /* something was revoked since */
	bool ready, stopping;
};

/* batch.c */
void batch_queue(struct core *c, struct work *w);
MUST_USE int batch_start(struct core *c, struct error *err);
/* Everything that has queued, in one transaction; then the answers. */
void batch_run(struct core *c);
/* Send a work's outcome to its front, and free it. */
void batch_answer(struct core *c, struct work *w);

/* keys.c */
/* Take a socket to key in place of what was there. Takes over fd. */
MUST_USE int keys_attach(struct core *c, int fd, struct error *err);
void keys_ask(struct core *c, struct work *w); /* takes w over */

/* pki.c */
MUST_USE int pki_take_tree(struct core *c, struct ipc_message *m, struct error *err);
void pki_take_crl(struct core *c, struct ipc_message *m);
/* Put together what is published, and tell every front. */
void pki_publish(struct core *c);
/* Ask for the CRLs that are missing, old or wanted. */
void pki_refresh(struct core *c);
void pki_done(struct core *c);

/* core.c */
/* Where key has told its tree and every CRL is there: say so to the supervisor, once. */
void core_update(struct core *c);
/* Send an event to every front. */
void core_tell(struct core *c, const struct ipc_send *s);
void core_tell_news(struct core *c);
/* Within a transaction of its own. */
MUST_USE int core_audit(struct core *c, int event, struct error *err);
