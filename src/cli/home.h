/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The operator's directory, as `muster init` makes it. The authority tree and the login key never
 *leave it; HOME/channel is what is deployed to the server.
 *
 *	authority/{root.key,root.crt,root.crl}	the instruction root and its CRL (DER)
 *	authority/signers/PERSON.{key,crt}	administrators' signing certificates
 *	authority/trust/VERSION.cms		the trust documents
 *	channel/				proto/bootstrap.h
 *	login.{key,crt}				the administrator's certificate for the API
 *	server.crt, client.conf			the server's anchor, and where the server is
 *	device.crt				the issuer of devices' certificates
 *	status/					CRLs fetched from the server
 */
#include "base/jmap.h"
#include "proto/document.h"

enum { HOME_PATH_SIZE = 1024 };

struct client_conf {
	char enterprise[UUID_SIZE];
	char *enterprise_name;
	char *person; /* whose signing key is used: authority/signers/PERSON */
	/* Of the server; NULL in a directory that has an authority alone. */
	char *administration;	   /* https://HOST:8445 */
	char *enrollment, *device; /* https://HOST:8444, https://HOST:8443 */
	char *connect;		   /* address to connect to instead; NULL: the URLs' hosts */
	char *reference;	   /* the DNS name in the server's certificates */
	char *anchor;		   /* file; NULL: HOME/server.crt */
	char *profile;		   /* "default" (NULL) or "cnsa" */
	bool tls12;		   /* TLS 1.2 too, with a server that has no 1.3 */
};
extern const struct jmap_table client_conf_table;

struct home {
	char dir[HOME_PATH_SIZE];
	struct client_conf conf;
};

void home_done(struct home *h);
#define auto_home CLEANUP(home_done)

/* Which directory: the option, $MUSTER_HOME, or ~/.config/muster. Errors: INVALID (no HOME), LIMIT.
 */
MUST_USE int home_find(const char *option, char ret[HOME_PATH_SIZE], struct error *err);
/* Find it and read client.conf. Errors: NOT_FOUND (says to run `muster init`), as conf_load. */
MUST_USE int home_open(const char *option, struct home *ret, struct error *err);
/* "HOME/…" into ret. Errors: LIMIT. */
MUST_USE PRINTF(4, 5) int home_path(const char *dir, char ret[HOME_PATH_SIZE], struct error *err,
				    const char *fmt, ...);
