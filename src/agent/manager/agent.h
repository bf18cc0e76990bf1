/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The manager: the device's one root process that stays, and what it knows while it runs. It
 * touches no raw network byte and links no TLS; it starts the others, keeps the spool and decides
 * by the verifier's canonical documents. Its parts are functions on one `struct agent`, a file
 * each; what is kept past a restart is in the spool alone.
 */
#include <systemd/sd-event.h>

#include "agent/manager/keyholder.h"
#include "agent/manager/membership.h"
#include "agent/manager/queue.h"
#include "agent/manager/uplink.h"
#include "agent/manager/verifier.h"
#include "agent/manager/worker.h"
#include "proto/checkin.h"
#include "proto/document.h"

#define EVIDENCE_CERTIFICATE "evidence-certificate" /* in the spool: DER */

/* /etc/muster/agent.conf (YAML); what is absent has the default. */
struct agent_conf {
	uint32_t checkin_s; /* between check-ins; the server may say otherwise */
	uint32_t wait_s;    /* life of a held instruction request */
	char *profile;	    /* of TLS */
	bool tls12;	    /* TLS 1.2 too */
	char *key_store;    /* where the device's keys are (crypto/key_store.h); NULL: files */
	struct strings key_store_access; /* what the store's driver opens */
};

struct agent;

/* An instruction that came and was not dealt with yet. */
struct pending {
	struct net_instruction head; /* head.type is owned */
	struct buf der;
	bool held; /* until the trust document that the device knows of has come */
	struct pending *next;
};

/* "The first" is the first that is not held. */
struct intake {
	struct pending *first, **last; /* in rising seq */
	size_t count, bytes;
	uint64_t received;	   /* seq of the last that came */
	uint64_t finished;	   /* the highest seq of those that are dealt with */
	struct verifier *verifier; /* judging the first */
	bool fetching;		   /* a CRL, because the first could not be judged without */
	bool fetched;		   /* once per instruction */
	unsigned retries,
		breaks; /* of the first: tries that failed, and of those by the verifier */
	sd_event_source *retry;
};

struct apply {
	struct worker *worker;
	enum work_kind kind; /* of the worker */
	int64_t run;	     /* of the journal; 0: none */
	unsigned attempts;   /* at the wanted policy */
	bool want_readback, want_query;
	int role;     /* enum document_role of the policy that the worker applies */
	bool drifted; /* the policy in force is to be enforced again */
	void (*reverted)(struct agent *a); /* after WORK_REVERT */
};

struct order;	  /* order.c */
struct proof;	  /* order.c */
struct crl_check; /* crl.c */

struct control;	  /* control.c */
struct enrolling; /* enroll.c */

struct agent {
	sd_event *loop;
	const char *libexec, *state_dir, *run_dir, *conf_dir;
	struct agent_conf conf;
	struct sqlite *db;
	enum phase phase;
	struct membership me;
	uint32_t trust_version; /* 0: none */
	uint32_t trust_wanted;	/* below it, no policy and no command is accepted */
	struct keyholder *keys;
	struct keyholder_store key_store;
	struct keyholder_level key_levels[AGENT_KEY_EVIDENCE + 1]; /* reason "": not asked yet */
	bool keys_rated;					   /* and all have answered */
	struct uplink *up;

	int64_t time;	  /* signed: trusted time is this, and the time that passed since… */
	uint64_t time_us; /* …CLOCK_BOOTTIME was this; 0: not in this life of the process */

	struct intake intake;
	struct apply apply;
	struct order *orders;
	struct proof *proof;
	struct enrolling *enrolling;
	struct control *control;
	sd_event_source *checkin_timer, *flush, *leave_timer, *reconnect, *due_timer, *seal_timer;
	uint64_t sent; /* sequence number of the last record of the batch that is under way */
	sd_event_source *renew_timer;
	bool renew_asked, renew_busy; /* by root; net is asked */
	bool renew_told;	      /* that it failed for good: recorded once */
	unsigned renew_tries;
	bool checking_in, flushing, flush_again;
	uint64_t sealing;  /* up to which record the seal goes that is on its way; 0: none is */
	bool asked;	   /* the server asked for a check-in while one was under way */
	uint64_t asked_us; /* when it did last; 0: never */
	bool told;	   /* leaving, and the server is told, or not to be reached */
	char nonce[SHA256_HEX_SIZE];
	uint64_t nonce_us;
	char status_hash[SHA256_HEX_SIZE]; /* as the server knows it; "": it does not */
	struct verifier *head_verifier;
	struct checked *head; /* the check-in's answer that is dealt with (report.c) */
	struct crl_check *crl_checks;
	uint64_t stale_us; /* since when the server holds back what it says there is; 0: it does not
			    */
	bool stale_told;
	struct strings capabilities; /* keys of functions.def; of this life of the process */
	int64_t last_contact;	     /* wall clock, for people */
	struct error channel;	     /* why the channel is down; code ERROR_NONE: it is up */
};

/* agent.c: from the spool to a running agent, and its end. */
MUST_USE int agent_start(struct agent *a, struct error *err);
void agent_stop(struct agent *a);
/* Forget, in memory, everything of an enrollment that has ended. */
void agent_forget(struct agent *a);
/* Where children run. */
struct host agent_host(const struct agent *a);
/* Trusted time: a signed time, moved on by the time that passed since. */
int64_t agent_now(const struct agent *a);
/* A time that somebody who is believed has signed, and a moment (CLOCK_BOOTTIME) that is not later.
 * 0, and what trusted time has passed already, change nothing. */
void agent_signed_time(struct agent *a, int64_t t, uint64_t at_us);
/* What is remembered of it: kept per enterprise, through unenrollment. It stands still until… */
MUST_USE int agent_load_time(struct agent *a, struct error *err);
/* …somebody signs a time, or something waits for it: then it goes on from where it stood. */
void agent_start_clock(struct agent *a);
/* The version of trust below which nothing of the enterprise's is accepted. */
MUST_USE int agent_load_trust(struct agent *a, struct error *err);
/* Record an event, and send it as soon as there is a channel. What cannot be recorded is logged. */
void agent_record(struct agent *a, const struct queue_entry *e);
/* What is wrong inside and has no one to be told to. */
void agent_complain(const struct agent *a, const struct error *err);
/* Connect to the server of the membership. */
void agent_connect(struct agent *a);
/* The same in a moment: a net process is not started as fast as it can end. */
void agent_reconnect(struct agent *a);
/* The verifier's question about a document, with what this device knows of itself. */
struct verifier_question agent_question(struct agent *a, const char *type, const struct buf *der,
					verifier_fn *fn);

/* intake.c: instructions, in order: judged, then dealt with. What was refused is not asked for
 * again; what only could not be judged now is tried again. Errors: LIMIT, INVALID (net does not
 * keep to what was agreed), UNAVAILABLE. */
MUST_USE int intake_add(struct agent *a, const struct net_instruction *i, struct buf *der,
			struct error *err);
void intake_wake(struct agent *a);	  /* there is a channel again */
void intake_release(struct agent *a);	  /* another trust is in force */
bool intake_holds(const struct agent *a); /* something waits for another trust */
void intake_done(struct agent *a);

/* crl.c: where the list of an anchor of trust is published, by its key; "": of the first one. */
#define AUTHORITY_CRL_SIZE (SHA256_HEX_SIZE + 8)
void crl_name(const char *issuer, char ret[AUTHORITY_CRL_SIZE]);
/* crl.c: judge a revocation list, and keep it; `then` is called after, whatever became of it. */
void crl_judge(struct agent *a, const struct buf *der, void (*then)(struct agent *a));
void crl_done(struct agent *a);

/* accept.c: whether a document of this type may come as an instruction… */
bool accept_knows(enum document_type type);
/* …and what follows from a believed one. Errors: the spool's; then nothing followed. */
MUST_USE int accept_document(struct agent *a, const struct document *d,
			     const struct verify_verdict *v, const struct buf *canonical,
			     const struct pending *p, struct error *err);

/* apply.c: policies: applied whole, undone whole, read back. */
void apply_resume(struct agent *a); /* go on with what the spool says is to be done */
void apply_readback(struct agent *a);
void apply_query(struct agent *a); /* what the platform can do, for the next check-in */
void apply_revert(struct agent *a, void (*then)(struct agent *a));
void apply_done(struct agent *a);

/*
 * order.c: commands. Prepared while the spool makes sure that the command is used once and is in
 * the ledger, begun after. NULL: no memory. order_drop: it is not to be carried out now.
 */
struct order *order_prepare(struct agent *a, const struct command *c);
void order_begin(struct order *o, const struct command *c);
void order_drop(struct order *o);
/* What an earlier life of the manager has left in the ledger: what was started is recorded, by what
 * can be proven of it; what was only accepted is begun, once a time that is signed in this life
 * says that its window is still open. */
void orders_recover(struct agent *a);
void orders_resume(struct agent *a);
void orders_done(struct agent *a);

/*
 * delay.c: commands that wait (trust.delays): kept in the spool until their time, by trusted time,
 * and called off by a head. In the caller's transaction: add and cancel (*hit: it did wait).
 */
MUST_USE int delay_add(struct agent *a, const struct command *c, const struct buf *canonical,
		       int64_t due, struct error *err);
MUST_USE int delay_cancel(struct agent *a, const char *id, bool *hit, struct error *err);
/* How long a destructive one has to wait by the trust in force. */
MUST_USE int delay_seconds(struct agent *a, uint32_t *ret, struct error *err);
/* Carry out what is due, and wait for the next. */
void delay_resume(struct agent *a);

/* report.c: check-ins. */
void report_checkin(struct agent *a);
/* The server asks for one: at once, but for one that asks again and again. */
void report_asked(struct agent *a);
void report_schedule(struct agent *a, uint32_t seconds);
MUST_USE int report_init(struct agent *a, struct error *err);
void report_forget(struct agent *a); /* what is under way, at the end of an enrollment */
void report_done(struct agent *a);

/* upload.c: records, and the seal that proves them. */
void report_flush(struct agent *a);
void upload_seal_soon(struct agent *a); /* there are records that no seal proves */
MUST_USE int upload_init(struct agent *a, struct error *err);
void upload_forget(struct agent *a); /* what is under way */
void upload_done(struct agent *a);

/* status.c: what the device says of itself, to the server and to its user. */
MUST_USE int status_fill(struct agent *a, struct device_status *s, struct error *err);
/* Hardware and system alone. */
void status_host(struct device_status *s);
void status_done(struct device_status *s);
/* Ask the key process how well each key is kept; once, unless it is to be asked anew. What it does
 * not answer is at level 0, with its reason, and is asked for again. */
void status_rate_keys(struct agent *a, bool anew);
struct keyholder_level status_weakest_key(const struct agent *a);
json_t *status_for_people(struct agent *a);

/* enroll.c: `progress` and `done` are told to whoever asked; both may be NULL. */
struct enroll_listener {
	void (*progress)(const char *text, void *userdata);
	void (*done)(const struct error *err, void *userdata);
	void *userdata;
};
struct enrollment;
/* Check a payload before anybody is asked. Errors: INVALID, DENIED (no digests), CONFLICT (enrolled
 * or enrolling), REFUSED with REASON_WINDOW (expired). */
MUST_USE int enroll_check(const struct agent *a, const struct enrollment *e, bool first_use,
			  struct error *err);
/* Begin; takes the payload's fields over. */
void enroll_begin(struct agent *a, struct enrollment *e, bool first_use,
		  const struct enroll_listener *l);
/* The first trust document is in force, or was refused. */
void enroll_settled(struct agent *a, const struct error *err);
/* The unattended payload, where root has put one. */
void enroll_unattended(struct agent *a);
/* A membership without a trust: the agent ended in the middle of an enrollment, which begins anew.
 */
void enroll_cut_short(struct agent *a);
/* No more calls to the listener with that userdata. */
void enroll_forget(struct agent *a, const void *userdata);

/*
 * renew.c: keys and certificates are renewed after a third of their life, in two slots: made,
 * certified, probed, put in use, and the ones before destroyed (docs/protocol.md "Renewal").
 */
/* Whether it is time, and whatever comes next. */
void renew_consider(struct agent *a);
/* Root asks for it now (`muster-agent renew`). Errors: CONFLICT (not enrolled), UNAVAILABLE. */
MUST_USE int renew_now(struct agent *a, struct error *err);
/* Which key is in use. */
enum agent_key renew_channel_key(const struct agent *a);
enum agent_key renew_evidence_key(const struct agent *a);
/* Where and as whom the channel is: nothing is owned. */
struct net_connect agent_identity(const struct agent *a);
void renew_forget(struct agent *a); /* what is under way is taken up again later */
void renew_done(struct agent *a);

/* leave.c: unenrollment: undone byte by byte, told, forgotten. */
void leave_begin(struct agent *a, const char *subject);
void leave_resume(struct agent *a);

/* control.c */
MUST_USE int control_start(struct agent *a, struct error *err);
void control_stop(struct agent *a);
