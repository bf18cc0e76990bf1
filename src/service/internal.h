/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the files of the service share. */
#include "service/quota.h"
#include "service/refusals.h"
#include "service/service.h"
#include "store/administrator.h"
#include "store/device.h"
#include "store/token.h"

enum actor_kind { ACTOR_ADMINISTRATOR = 1, ACTOR_DEVICE, ACTOR_ENROLLEE };

/* One request on its way through the decorators. */
struct call {
	struct service *s;
	const struct operation_row *row;
	enum operation op;
	struct service_io io;
	int64_t now;
	const char *who;	      /* login, device or token, as claimed; borrowed from io.in */
	const char *address;	      /* may be NULL */
	char source[SHA256_HEX_SIZE]; /* whom its rate counts: who, or an enrollee's host */
	bool limited;		      /* refused for its rate */
	/* set by auth, according to the row's actor */
	struct administrator admin;
	struct device device;
	struct certificate certificate;
	struct token token;
	/* for audit, set by the core of the operation */
	char about[UUID_SIZE]; /* device */
	json_t *detail;	       /* owned; NULL: none */
};

typedef int operation_fn(struct call *c, struct error *err);

struct operation_row {
	const char *name;
	enum actor_kind actor;
	unsigned roles;
	int event; /* enum audit_event */
	enum rate rate;
	operation_fn *run;
};

/* What is told after the commit; it grows during a call and is cut back when the call fails. */
struct service {
	struct db *db;
	int64_t (*now)(void *userdata);
	void *userdata;
	int64_t started;
	struct quota *quota;
	struct refusals *refusals;
	struct service_news news;
};

int64_t service_now(const struct service *s);
const struct operation_row *operation_row(enum operation op);

#define OPERATION(id, name, actor, roles, event, rate, run) operation_fn op_##run;
OPERATIONS(OPERATION)
#undef OPERATION

/* Auth: fill the actor. Errors: UNAUTHORIZED, DENIED. */
MUST_USE int auth_administrator(struct call *c, struct error *err);
MUST_USE int auth_device(struct call *c, struct error *err);
MUST_USE int auth_enrollee(struct call *c, struct error *err);

/* Add to the news. */
MUST_USE int news_wake(struct service *s, const char *device, struct error *err);
MUST_USE int news_moved(struct service *s, const char *instruction, struct error *err);
MUST_USE int news_cut(struct service *s, const char *device, struct error *err);

/* Put a text into the call's audit detail; what does not fit is left out. */
void call_detail(struct call *c, const char *key, const char *text);
void call_detail_int(struct call *c, const char *key, int64_t n);

/* A device leaves: its state, certificates and open connections. */
MUST_USE int device_leave(struct service *s, const char *device, enum device_state state,
			  struct error *err);
/* Everything that a newly enrolled device must have: the chain of trust documents. */
MUST_USE int publish_welcome(struct service *s, const char *device, struct error *err);
/* The values of a head for a device. */
MUST_USE int head_fill(struct service *s, const struct device *d, const char *nonce,
		       struct head *ret, struct error *err);

/* limit of a query, with its default */
uint32_t page_limit(const struct admin_query *q);
