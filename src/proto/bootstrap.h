/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The channel tree, as `muster init` writes it on the operator's machine and the server reads it:
 *its files, its configuration (server.conf, YAML) and what the server imports once, on an empty
 *store (bootstrap.json). Nothing of the authority tree is in it.
 *
 *	issuers/{server,device,login}.{key,crt}		P-256 or better, one purpose each
 *	listeners/{device,enrollment,administration}.{key,crt}
 *	online.{key,crt}				the online signer, by the authority's root
 *	authority.crl					the root's CRL, carried as bytes (DER)
 *	authority.crt					the root: public
 *	bootstrap.json, server.conf
 */
#include "base/jmap.h"

#define BOOTSTRAP_FILE "bootstrap.json"
#define SERVER_CONF_FILE "server.conf"

/* Who may use the administration API from the first start on. */
struct bootstrap_administrator {
	char *name;
	char *role;
	char login[SHA256_HEX_SIZE]; /* of the login certificate's SubjectPublicKeyInfo */
};
struct bootstrap {
	char *type; /* "bootstrap" */
	char enterprise[UUID_SIZE];
	char *enterprise_name;
	struct jmap_list administrators; /* struct bootstrap_administrator; at least one */
	struct buf trust;		 /* trust v1, CMS DER */
	char *reference; /* the DNS name that the listeners' certificates carry first */
	char *device_url, *enrollment_url,
		*administration_url; /* as devices and the CLI use them */
};
extern const struct jmap_table bootstrap_table;

void bootstrap_done(struct bootstrap *b);
#define auto_bootstrap CLEANUP(bootstrap_done)
/* Errors: LIMIT, INVALID (names the key; another type). */
MUST_USE int bootstrap_read(const void *data, size_t len, struct bootstrap *ret, struct error *err);
/* Canonical bytes; appended. */
MUST_USE int bootstrap_write(const struct bootstrap *b, struct buf *out, struct error *err);

/* server.conf; bound through base/conf. What is absent has the default of its line. */
struct server_conf {
	char *tree;	      /* the channel tree; NULL: the directory of the file */
	char *data;	      /* the store and what else must last; NULL: /var/lib/muster-server */
	char *profile;	      /* of TLS: "default" (NULL) or "cnsa" */
	bool tls12;	      /* TLS 1.2 too, for peers without 1.3 */
	char *device;	      /* address and port to listen at: "[::]:8443" (NULL) */
	char *enrollment;     /* "[::]:8444" */
	char *administration; /* "[::]:8445" */
	char *key_store;      /* of the issuers and the online signer; NULL: files in the tree */
	struct strings key_store_access; /* what the store's driver opens */
	uint32_t fronts; /* processes that speak to the network; 0: one a processor */
};
extern const struct jmap_table server_conf_table;
