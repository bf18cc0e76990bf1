/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What `muster init` makes: both trees, in a directory that appears whole or not at all. */
#include "base/jmap.h"
#include "cli/home.h"
#include "crypto/issue.h"

struct init_options {
	char *home, *enterprise, *administrator;
	struct strings
		servers; /* DNS names and addresses of the server; the first is the reference */
	char *connect, *listen, *data, *profile;
	uint32_t device_port, enrollment_port, administration_port; /* 0: 8443, 8444, 8445 */
	struct strings online_may;
	char *key_store;		 /* of the channel tree's issuers and online signer */
	struct strings key_store_access; /* for server.conf */
	char *signing_key, *login_key;	 /* URIs of keys to be made; NULL: files */
	uint32_t destructive_delay;
	bool no_delay, json;
};

struct pair {
	struct key *key;
	struct cert *cert;
};

/* One run of init: what has been made so far. */
struct init {
	const struct init_options *o;
	char dir[HOME_PATH_SIZE]; /* where it is being made */
	bool cnsa;
	bool alone; /* the authority without a server */
	int64_t now;
	char enterprise[UUID_SIZE];
	struct pair root, signer, online;  /* the authority tree */
	struct pair server, device, login; /* the channel's issuers */
	struct crl *root_crl;
	struct pair administrator; /* the login certificate */
	struct buf trust;	   /* version 1, CMS DER */
	char trust_digest[SHA256_HEX_SIZE];
	struct strings made; /* URIs of the keys that were made */
};

void init_done(struct init *in);

/* Make it beside the home and move it over at the end: whole, or not there. *home: where it is.
 * Errors: CONFLICT (the directory is not empty), and of making. */
typedef int init_fn(struct init *in, struct error *err);
MUST_USE int init_place(struct init *in, init_fn *make, char home[HOME_PATH_SIZE],
			struct error *err);
MUST_USE int init_check_person(const char *person, struct error *err);

/* Make a key of the trees ("channel/issuers/device") where the options want it, and remember that
 * it was made. Errors: as key_create. */
MUST_USE int init_key(struct init *in, const char *name, enum key_type type, struct key **ret,
		      struct error *err);
/* Destroy what was made: for a run that failed. */
void init_keys_undo(struct init *in);
/* Keys, certificates and CRLs, written below in->dir. Errors: those of issue and of files. */
MUST_USE int init_authority(struct init *in, struct error *err);
MUST_USE int init_channel(struct init *in, struct error *err);
/* The documents and configuration files; after both of the above. */
MUST_USE int init_trust(struct init *in, struct error *err);
MUST_USE int init_bootstrap(struct init *in, struct error *err);
MUST_USE int init_confs(struct init *in, struct error *err);
/* "https://HOST:PORT" of the n-th listener (0 device, 1 enrollment, 2 administration). */
MUST_USE int init_url(const struct init_options *o, unsigned n, char *ret, size_t size,
		      struct error *err);
uint32_t init_port(const struct init_options *o, unsigned n);
bool is_address(const char *host);
