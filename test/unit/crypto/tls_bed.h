/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Two ends of TLS in one process, over a socket pair, driven in turns until both rest. */
#include "crypto/tls.h"
#include "pki.h"

struct end {
	struct tls_config *config;
	struct tls *tls;
	int fd;
	bool done, failed;
	struct error err; /* why it failed */
};

struct bed {
	struct pki server, client; /* PKIs of their own, unless a test says otherwise */
	struct tls_options so, co; /* changed before bed_connect */
	struct certs *server_chain, *client_chain;
	struct end s, c;
};

#define BED_HOST "server.example"

int64_t bed_now(void *userdata);
/* Good certificates at both ends, mutual authentication. */
void bed_init(struct bed *b);
/* Handshake, then one byte from each end, so that both have judged. Errors are in b->s and b->c. */
void bed_connect(struct bed *b);
/* The same with a key that was not made here: *leaf is the client's certificate for it, owned by
 * the caller. Whether both ends are done. */
bool bed_connect_by(struct bed *b, struct key *key, struct pki_node *leaf);
/* Only the connections and configurations, to connect again. */
void bed_disconnect(struct bed *b);
void bed_done(struct bed *b);
/* The pair of sockets, non-blocking. */
void bed_sockets(int fd[2]);
/* Step both ends until both are done or failed, or nothing moves. */
void bed_run(struct bed *b, int (*step)(struct end *e, struct error *err));
int bed_handshake(struct end *e, struct error *err);
