/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the device's processes say to each other: one table of messages per pair of processes
 * (docs/architecture.md, "Processes"). The manager starts all the others and is one end of every
 * channel but net—key. Direction is noted as m (manager), n (net), k (key), v (verify), w (work),
 * c (the command-line client). A reply carries the id of its request.
 *
 * Enums travel as names; structs are bound by the tables in agent_messages.c, and released by
 * ipc_message_done.
 */
#include "ipc/channel.h"

/* Descriptor on which a started process finds its channel to the manager, and key its second
 * channel, to net. */
enum { AGENT_FD_MANAGER = 3, AGENT_FD_PEER = 4 };

/* ---- any process: a request failed ---- */

struct agent_failed {
	char *code;    /* error_name */
	char *reason;  /* reason_name, or NULL */
	char *message; /* one line for a person */
	/* Identifier failures (FCS_TLSC_EXT.1, FIA_ENR_EXT.2): what was presented and wanted. */
	char *presented, *reference;
};

/* ---- manager and net: the trusted channel; net decides nothing ---- */

enum net_type {
	NET_ENROLL,	 /* m→n: enroll by EST; answered by NET_ENROLLED or NET_FAILED */
	NET_ENROLLED,	 /* n→m */
	NET_CONNECT,	 /* m→n: connect, stay connected, and hold instruction requests */
	NET_DISCONNECT,	 /* m→n: end the connection and forget everything; no reply */
	NET_EVENT,	 /* n→m: the channel's state changed */
	NET_CHECKIN,	 /* m→n: blob: request JSON; answered by NET_CHECKED or NET_FAILED */
	NET_CHECKED,	 /* n→m: blob: reply JSON, bound and written again by net */
	NET_INSTRUCTION, /* n→m: blob: the document's bytes, in order of seq */
	NET_RECORDS,	 /* m→n: blob: request JSON; answered by NET_STORED or NET_FAILED */
	NET_STORED,	 /* n→m */
	NET_CERTIFY,	 /* m→n: blob: PKCS#10 DER for the evidence key */
	NET_CERTIFIED,	 /* n→m: blob: certificate DER */
	NET_FETCH,	 /* m→n: a public file under /pki/ */
	NET_FETCHED,	 /* n→m: blob: its bytes */
	NET_FAILED,	 /* n→m: struct agent_failed */
	NET_NEXT,	 /* m→n: instructions are dealt with; until then no more are asked for */
	NET_ASKED,	 /* n→m: the server asks for a check-in; no body */
	NET_RENEW,	 /* m→n: blob: PKCS#10 DER by the next channel key; NET_CERTIFIED */
	NET_PROBE,	 /* m→n: does the server take this identity? NET_PROBED or NET_FAILED */
	NET_PROBED,	 /* n→m */
};

struct net_enroll {
	char *url;	 /* https://host:port of the enrollment listener */
	char *connect;	 /* IP:port to connect to instead of the URL's host, or NULL */
	char *reference; /* DNS name that the server's certificate must carry */
	char *profile;	 /* of TLS; NULL: default */
	bool tls12;	 /* TLS 1.2 too */
	char anchor_digest[SHA256_HEX_SIZE]; /* of the anchor's certificate; "": trust on first use
					      */
	char *token;			     /* id of the one-time secret */
	char *secret;
	/* What the device says of itself, by which a token may be limited; NULL: not known. */
	char *hardware_id, *manufacturer, *model, *serial_number, *hostname, *os, *os_version;
};
struct net_enrolled {
	char *device;		/* the certificate's common name: a UUID by the server */
	struct buf certificate; /* DER */
	struct buf issuers;	/* PEM: the certificate's chain */
	struct buf anchor;	/* DER: the server anchor, found by its digest or trusted anew */
	struct buf crl;		/* DER: of the anchor */
	char anchor_digest[SHA256_HEX_SIZE];
};
struct net_connect {
	char *url, *connect, *reference; /* of the device listener, as above */
	char *profile;			 /* as above */
	bool tls12;
	struct buf certificate, issuers, anchor, crl;
	int key;	 /* enum agent_key: the certificate's */
	uint64_t after;	 /* sequence number of the last instruction received */
	uint32_t wait_s; /* how long an instruction request is held */
};

enum net_state { NET_DOWN = 1, NET_UP };
struct net_event {
	int state;	/* enum net_state */
	char *protocol; /* "TLSv1.3", with NET_UP */
	char *peer;	/* address and name of the other end */
	/* Why it is down, as in struct agent_failed; NULL when told to disconnect. */
	char *code, *reason, *message, *presented, *reference;
	struct buf crl; /* a newer CRL of the server anchor, to be kept; may be empty */
	int64_t not_before, not_after; /* life of the device's own certificate */
};
struct net_instruction {
	uint64_t seq;
	char *type; /* document_type_name: a hint, the verifier judges */
	char id[UUID_SIZE];
};
struct net_stored {
	uint64_t last; /* sequence number up to which records are stored */
};
/* The certificate, and the key that it is for or is to be for. */
struct net_certified {
	int64_t not_before, not_after;
};
struct net_renew {
	struct net_connect now; /* identity, and the listener: device, or enrollment if expired */
	bool expired;		/* the old key signs CMS instead of a TLS handshake */
};
struct net_next {
	uint64_t after; /* sequence number of the last that came */
};
struct net_fetch {
	char *name; /* "authority.crl" */
};

extern const struct ipc_protocol net_protocol;

/* ---- key, with the manager and with net (which may use the channel key only) ---- */

enum agent_key_type {
	AGENT_KEY_MAKE, /* m→k: make the key unless it exists; answered by AGENT_KEY_PUBLIC */
	AGENT_KEY_SHOW, /* m,n→k: answered by AGENT_KEY_PUBLIC, or AGENT_KEY_FAILED "not-found" */
	AGENT_KEY_PUBLIC,    /* k→m,n: blob: SubjectPublicKeyInfo DER */
	AGENT_KEY_SIGN,	     /* n→k: blob: the digest of a TLS transcript; channel key only */
	AGENT_KEY_SIGNED,    /* k→m,n: blob: the signature, DER */
	AGENT_KEY_REQUEST,   /* m→k: make a PKCS#10; answered by AGENT_KEY_REQUESTED */
	AGENT_KEY_REQUESTED, /* k→m: blob: PKCS#10 DER */
	AGENT_KEY_DESTROY,   /* m→k: overwrite and remove; answered by AGENT_KEY_DESTROYED */
	AGENT_KEY_DESTROYED, /* k→m */
	AGENT_KEY_FAILED,    /* k→m,n: struct agent_failed */
	AGENT_KEY_RATE,	     /* m→k: how well is the key kept? Answered by AGENT_KEY_RATED */
	AGENT_KEY_RATED,     /* k→m */
	AGENT_KEY_SEAL, /* m→k: the evidence key signs this (proto/seal.h); AGENT_KEY_SIGNED */
};

/* Each key has two slots, so that a renewed one is proven before the one before goes. */
enum agent_key {
	AGENT_KEY_CHANNEL = 1,
	AGENT_KEY_EVIDENCE,
	AGENT_KEY_CHANNEL_B,
	AGENT_KEY_EVIDENCE_B,
	AGENT_KEY_MAX_
};
struct agent_key_select {
	int key;   /* enum agent_key */
	bool p384; /* AGENT_KEY_MAKE: for the cnsa profile */
};
struct agent_key_request {
	int key;       /* enum agent_key */
	char *subject; /* common name to ask for */
};

struct agent_key_rated {
	uint32_t level; /* 0 to 3 (crypto/key.h) */
	char *reason;
};

struct agent_key_seal {
	int key; /* enum agent_key: an evidence one */
	char device[UUID_SIZE], enrollment[UUID_SIZE];
	uint64_t sequence;
	char digest[SHA256_HEX_SIZE];
	int64_t time;
};

extern const struct ipc_protocol agent_key_protocol;

/* ---- manager and verify: one document a process ---- */

enum verify_type {
	VERIFY_START, /* m→v: fds: the document, then trust if has_trust, then CRLs if has_crls */
	VERIFY_ASK,   /* v→m: which document is proven to be signed; answered by VERIFY_KNOWN */
	VERIFY_KNOWN, /* m→v: what the manager knows of it */
	VERIFY_VERDICT, /* v→m: blob: canonical JSON when believed; the process ends */
};

struct verify_start {
	char *type;	/* document_type_name, or "crl": judge a revocation list */
	bool has_trust; /* canonical JSON of the trust in force */
	bool has_crls;	/* DER, one after the other */
	char first_trust[SHA256_HEX_SIZE]; /* given at enrollment; "" once there is a trust */
	int64_t now;			   /* trusted time */
	char enterprise[UUID_SIZE], device[UUID_SIZE], enrollment[UUID_SIZE];
	char *stream;
	char nonce[SHA256_HEX_SIZE];
	struct jmap_list floors; /* struct verify_floor: CRLs below these numbers do not count */
};
struct verify_floor {
	char issuer[SHA256_HEX_SIZE]; /* of the issuer's SubjectPublicKeyInfo */
	uint64_t number;
};
struct verify_ask {
	char *type;
	char id[UUID_SIZE];
	char *stream;
};
struct verify_known {
	uint64_t serial; /* of the last accepted one of this type and stream */
	bool used;	 /* a command of this id was carried out */
	bool cancelled;
};
struct verify_verdict {
	char *code;   /* "ok", or error_name */
	char *reason; /* reason_name when refused */
	char *message;
	char needs[SHA256_HEX_SIZE];  /* need-status: the issuer whose CRL is missing */
	char sha256[SHA256_HEX_SIZE]; /* of the whole document */
	char *effect;		      /* effect_name */
	struct strings persons;	      /* who signed */
	int64_t time;		      /* the largest signed time that is proven; 0: none */
	struct strings anchors;	      /* of a trust document: digests of the anchors' keys */
	/* For "crl": whose it is, its number and life. */
	char issuer[SHA256_HEX_SIZE];
	uint64_t number;
	int64_t not_before, not_after;
};

extern const struct ipc_protocol verify_protocol;

/* ---- manager and work: one policy, command, read-back or undoing a process ---- */

/*
 * m→w WORK_START, then as many WORK_UNDO as it announces, then the worker acts:
 *  policy:   w→m WORK_CAPABILITIES; where one wanted setting is unsupported, WORK_DONE
 *            "unsupported" and nothing was touched. Else before each change WORK_UNDO, which is
 *            durable when WORK_KEPT comes back; then WORK_STATE per setting, read back by another
 *            way than it was written; then WORK_DONE. The announced undo records say how things
 *            were before the first policy, newest first: settings that are in force but no longer
 *            wanted are put back from them. On a failure the worker undoes what it did in this
 *            run and says "failed"; where it cannot, or dies, the manager starts "recover".
 *  command:  WORK_DONE as soon as the platform has taken the command.
 *  readback: WORK_STATE per setting, WORK_DONE.
 *  revert:   put back all announced undo records (unenrollment), WORK_STATE for what failed, DONE.
 *  recover:  put back the announced records of a run that did not end, newest first, DONE.
 *  query:    WORK_CAPABILITIES, WORK_DONE.
 * Undoing is idempotent: it may be cut off and be done again from the start.
 */
enum work_type {
	WORK_START,
	WORK_UNDO, /* w→m to be kept, m→w to be put back; blob: the record, opaque to the manager */
	WORK_KEPT, /* m→w */
	WORK_CAPABILITIES,
	WORK_STATE,
	WORK_DONE,
};

enum work_kind {
	WORK_POLICY = 1,
	WORK_COMMAND,
	WORK_READBACK,
	WORK_REVERT,
	WORK_RECOVER,
	WORK_QUERY,
};
struct work_item {
	char *key;	/* of functions.def */
	json_t *wanted; /* the setting's object, or the command's arguments; canonical */
};
struct work_start {
	int kind;		/* enum work_kind */
	char id[UUID_SIZE];	/* of the document; "" for the rest */
	uint32_t deadline_s;	/* the manager kills the worker then */
	struct jmap_list items; /* struct work_item */
	uint32_t n_undo;	/* WORK_UNDO messages that follow */
	/* The weakest of the device's own keys, where an item asks for it. */
	uint32_t key_level;
	char *key_reason; /* NULL: nobody was asked */
};
struct work_undo {
	uint32_t seq; /* within the run, rising; order of the changes */
	char *key;    /* of functions.def */
	char *object; /* what was changed, one name a thing: "file:/etc/issue", "unit:ssh.service"
		       */
};
struct work_kept {
	uint32_t seq; /* this one and all before it are durable */
};
struct work_capability {
	char *key;
	bool supported;
	char *by;     /* what would enforce it: "pam_pwquality" */
	char *reason; /* why not */
};
struct work_capabilities {
	struct jmap_list items; /* struct work_capability */
};
struct work_state {
	char *key;
	char *state; /* enforced, configured, unsupported, failed, drifted */
	char *wanted, *read_back, *by, *reason;
};
enum work_outcome { WORK_OK = 1, WORK_UNSUPPORTED, WORK_FAILED };
struct work_done {
	int outcome; /* enum work_outcome */
	char *message;
	json_t *detail; /* what a command answers: facts, how many sessions */
};

extern const struct ipc_protocol work_protocol;

/* ---- manager and the command-line client ---- */

enum control_type {
	CONTROL_STATUS,	  /* c→m: anyone; answered by CONTROL_ANSWER */
	CONTROL_ANSWER,	  /* m→c */
	CONTROL_ENROLL,	  /* c→m: root; blob: the payload; answered by CONTROL_TERMS */
	CONTROL_TERMS,	  /* m→c: what the user is to agree to */
	CONTROL_AGREE,	  /* c→m: answered by CONTROL_DONE or CONTROL_FAILED */
	CONTROL_UNENROLL, /* c→m: root */
	CONTROL_SYNC,	  /* c→m: root: check in now */
	CONTROL_PROGRESS, /* m→c */
	CONTROL_DONE,	  /* m→c */
	CONTROL_FAILED,	  /* m→c: struct agent_failed */
	CONTROL_RENEW,	  /* c→m: root: renew the channel's key now */
};

struct control_enroll {
	bool trust_on_first_use;
};
struct control_terms {
	char *enterprise, *name, *ownership, *url, *reference;
	struct strings rights; /* one sentence each */
	bool trust_on_first_use;
};
struct control_progress {
	char *text;
};
struct control_answer {
	json_t *status;
};

extern const struct ipc_protocol control_protocol;
