/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The rules of the server over its store: no network, no OpenSSL, no clock of its own. A request
 * passes audit → quota → auth → core (service.c), each operation being a row of operation.h. The
 * caller opens a transaction, makes any number of calls in it and commits; a refused call leaves
 * nothing behind but its audit record.
 */
#include "proto/admin.h"
#include "proto/bootstrap.h"
#include "proto/checkin.h"
#include "proto/document.h"
#include "service/operation.h"
#include "store/certificate.h"
#include "store/db.h"

struct service;

struct service_options {
	struct db *db;			/* stays the caller's */
	int64_t (*now)(void *userdata); /* NULL: the wall clock */
	void *userdata;
};
MUST_USE int service_new(const struct service_options *o, struct service **ret, struct error *err);
struct service *service_free(struct service *s);
DEFINE_CLEANUP(struct service *, service_free)
#define auto_service CLEANUP(service_freep)

/* ---- requests of devices (those of administrators are proto/admin.h) ---- */

/* How a device authenticated itself on its channel; the first member of each request below. */
struct device_caller {
	char device[UUID_SIZE];
	char certificate[SHA256_HEX_SIZE];
	const char *address; /* may be NULL */
};
/* OP_ENROLL. Errors: UNAUTHORIZED (no such token, or wrong secret: not told apart), DENIED
 * (expired, early, used up or revoked; hardware id or model not allowed), CONFLICT (the hardware id
 * or the key belongs to a device), LIMIT (too many failures from that address). */
struct enroll_request {
	const char *token;
	char secret[SHA256_HEX_SIZE]; /* SHA-256 of the secret */
	char key[SHA256_HEX_SIZE];    /* of the certificate request */
	const char *address;
	const char *hardware_id, *manufacturer, *model, *serial_number, *hostname, *os, *os_version;
};
/* OP_REENROLL. Errors: DENIED (not welcome, or the grace after expiry is over), CONFLICT (the key
 * is in use elsewhere). */
struct reenroll_request {
	struct device_caller caller;
	char key[SHA256_HEX_SIZE];
	enum certificate_purpose purpose;
	bool expired; /* by a renewal request that the expired certificate signed */
};
/* Out of both: either the certificate that was issued before for the same key (a lost answer,
 * repeated), or leave to have one made, which enroll_finish or enroll_abort ends. */
struct enroll_grant {
	char device[UUID_SIZE], enrollment[UUID_SIZE];
	char key[SHA256_HEX_SIZE];
	enum certificate_purpose purpose;
	bool first;		      /* of a new device */
	struct buf issued;	      /* DER; empty: one is to be made. Owned */
	char digest[SHA256_HEX_SIZE]; /* of `issued` */
};
/* OP_CONNECT, in: struct device_caller; out: */
struct connect_answer {
	char enrollment[UUID_SIZE];
};
/* OP_CHECKIN */
struct checkin_call {
	struct device_caller caller;
	const struct checkin_request *request;
};
struct checkin_answer {
	char enrollment[UUID_SIZE];
	bool need_status;
	uint64_t latest;
	struct head head; /* without type, enterprise, id and times: the signer's to say. Owned */
};
/* OP_HEAD; out: struct head, as above */
struct head_call {
	struct device_caller caller;
	char nonce[SHA256_HEX_SIZE];
};
/* OP_INSTRUCTIONS */
struct instructions_call {
	struct device_caller caller;
	uint64_t after;
};
struct instructions_answer {
	struct jmap_list list; /* struct delivery_document, as many as fit an answer */
	bool checkin;	       /* a head has something new for the device: told once */
};
/* OP_RECORDS; out: uint64_t, committed up to there once the transaction is */
struct records_call {
	struct device_caller caller;
	const struct records_request *request;
};

/* ---- calls ---- */

/* One request. `in` and `out` are the operation's structs, `blob` the document that comes with a
 * publication, `out_blob` (may be NULL) the one that goes with an answer. Errors: those of the
 * operation; UNAUTHORIZED, DENIED, LIMIT by the decorators; UNAVAILABLE by the store, after which
 * the transaction must be rolled back. */
struct service_io {
	const void *in;
	const struct buf *blob;
	void *out;
	struct buf *out_blob;
};
MUST_USE int service_call(struct service *s, enum operation op, const struct service_io *io,
			  struct error *err);
/* The operation that publishes a document of that type; OP_NONE where there is none. */
enum operation service_publish_operation(const char *type);
/* "token-create"; "?" out of range. */
const char *operation_name(enum operation op);

/* What core was answered by key about a grant. */
struct enroll_issued {
	char digest[SHA256_HEX_SIZE];
	const char *serial;
	int64_t not_before, not_after;
	const struct buf *der;
};
/* The certificate is made: keep it, and for a new device, make it enrolled and give it the trust
 * documents. Errors: NOT_FOUND (the device left meanwhile), CONFLICT (key in use meanwhile). */
MUST_USE int enroll_finish(struct service *s, const struct enroll_grant *g,
			   const struct enroll_issued *issued, struct error *err);
/* It could not be made: a new device is forgotten, and the token is whole again. */
MUST_USE int enroll_abort(struct service *s, const struct enroll_grant *g, struct error *err);
/* The same for those that nobody ended within LIMIT_PENDING_S. */
MUST_USE int enroll_sweep(struct service *s, struct error *err);
void enroll_grant_done(struct enroll_grant *g);
#define auto_enroll_grant CLEANUP(enroll_grant_done)

/* ---- of the server itself ---- */

/* What the first start imports (FMT_SMR.1). Where the store has this enterprise, nothing happens:
 * *imported says which. `trust`: what the first trust document says of itself. Errors: CONFLICT
 * (the store has another enterprise), INVALID (a role or a login). */
struct bootstrap_trust {
	char id[UUID_SIZE];
	uint32_t version;
	int64_t issued;
};
MUST_USE int service_import(struct service *s, const struct bootstrap *b,
			    const struct bootstrap_trust *trust, bool *imported, struct error *err);

/* The newest trust document: its version, digest and DER. Errors: NOT_FOUND. */
struct trust_now {
	uint32_t version;
	char digest[SHA256_HEX_SIZE];
	struct buf der;
};
MUST_USE int service_trust(struct service *s, struct trust_now *ret, struct error *err);

/* An event for the audit trail from outside a call: the server's own life, and what `front` refused
 * by itself. */
struct service_event {
	int event;   /* enum audit_event */
	int outcome; /* enum outcome */
	const char *subject, *reason, *text, *address, *object;
	const char *device; /* whom it is about, or NULL */
};
MUST_USE int service_audit(struct service *s, const struct service_event *e, struct error *err);
/* The same of what anybody can bring about as often as they like: beyond LIMIT_REFUSALS an hour it
 * is only counted. */
MUST_USE int service_audit_refusal(struct service *s, const struct service_event *e,
				   struct error *err);
/* An administrator's connection has made its first request (FAU_GEN.1): recorded, where the login
 * is an administrator's. */
MUST_USE int service_login(struct service *s, const char *login, const char *address,
			   struct error *err);
/* What is done now and then: enroll_sweep, and the record of what was only counted (`all`: also of
 * the minute that is not over yet, at the end). */
MUST_USE int service_sweep(struct service *s, bool all, struct error *err);

/* What others must be told once the transaction is committed; taking it empties it. Owned. */
struct service_news {
	struct strings moved; /* instructions of which a delivery changed its state */
	bool moved_all;	      /* too many to name */
	struct strings wake;  /* devices with new instructions */
	bool wake_all;
	struct strings cut; /* devices that are no longer welcome */
	bool trust_changed;
	bool revoked;	  /* the device issuer's CRL is out of date */
	bool crl_changed; /* a CRL of the authority was stored */
};
void service_take_news(struct service *s, struct service_news *ret);
void service_news_done(struct service_news *n);
#define auto_service_news CLEANUP(service_news_done)
