/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The process that speaks to the network: TLS and HTTP of the three listeners, every parser of
 * what strangers send, the judging of documents before they are stored. It never sees the store or
 * a key that issues.
 */
#include <systemd/sd-event.h>

#include "crypto/tls.h"
#include "http/listener.h"
#include "ipc/supervisor_messages.h"
#include "proto/document.h"
#include "server/front/link.h"
#include "server/front/pki.h"
#include "server/front/staple.h"

struct front_options {
	const char *listeners; /* directory of their certificates and keys */
	enum tls_profile profile;
	bool tls12;
};

enum { FRONT_BUCKETS = 4096 };

struct front {
	struct front_options options;
	sd_event *loop;
	struct channel *supervisor;
	struct link *core;
	struct cache *sessions; /* of TLS, shared with the other fronts; NULL: none */
	struct pki pki;
	struct document trust; /* in force; DOCUMENT_NONE before core has said it */
	char trust_digest[SHA256_HEX_SIZE];
	int sockets[LISTENER_MAX_]; /* not yet listened at; -1 */
	struct http_listener *listeners[LISTENER_MAX_];
	struct staple staples[LISTENER_MAX_];
	sd_event_source *staple_timer;
	struct device_peer *devices[FRONT_BUCKETS]; /* connected, by id */
	struct api_wait *waits; /* held requests for what becomes of an instruction */
	bool ready, stopping;
	bool alone;	       /* core was lost, and none came in its place */
	uint64_t audit_second; /* and how many events were reported in it */
	unsigned n_audit;
};

/* Run until the supervisor says stop. Errors: UNAVAILABLE (the supervisor, or core for good, is
 * gone). */
MUST_USE int front_run(const struct front_options *o, struct error *err);

/* The process that an exchange belongs to; its peer must still be there: at the beginning. */
struct front *front_of(struct http_exchange *x);
/* Report something that front refused by itself; at most LIMIT_SERVER_AUDIT_RATE a second. The
 * event is a row of proto/audit.def. */
void front_audit(struct front *f, const char *event, const char *subject, const char *address,
		 const struct error *why);
/* Answer with a table's JSON. x is gone. */
void front_answer_json(struct http_exchange *x, int status, const void *body,
		       const struct jmap_table *table);
