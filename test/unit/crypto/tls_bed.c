/* SPDX-License-Identifier: Apache-2.0 */
#include "tls_bed.h"

#include <stdio.h>
#include <sys/socket.h>

#include "../must.h"

int64_t bed_now(void *userdata)
{
	return PKI_NOW;
}

void bed_init(struct bed *b)
{
	*b = (struct bed){ .s.fd = -1, .c.fd = -1 };
	pki_init(&b->server, X509_TLS_SERVER, "DNS:" BED_HOST);
	pki_init(&b->client, X509_TLS_CLIENT, "URI:urn:uuid:1");
	b->server_chain = pki_certs(b->server.leaf.cert, b->server.issuer.cert, NULL);
	b->client_chain = pki_certs(b->client.leaf.cert, b->client.issuer.cert, NULL);
	b->so = (struct tls_options){
		.chain = b->server_chain,
		.key = b->server.leaf.key,
		.purpose = X509_TLS_CLIENT,
		.anchors = b->client.anchors,
		.crls = b->client.crls,
		.now = bed_now,
	};
	b->co = (struct tls_options){
		.chain = b->client_chain,
		.key = b->client.leaf.key,
		.purpose = X509_TLS_SERVER,
		.anchors = b->server.anchors,
		.crls = b->server.crls,
		.reference = BED_HOST,
		.now = bed_now,
	};
}

void bed_sockets(int fd[2])
{
	MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fd) == 0);
}

int bed_handshake(struct end *e, struct error *err)
{
	enum tls_want want;

	if (tls_handshake(e->tls, &want, err) < 0)
		return -1;
	e->done = want == TLS_DONE;
	return 0;
}

/* A byte each way shows a client what the server thinks of it. */
static int write_byte(struct end *e, struct error *err)
{
	enum tls_want want;
	size_t n;

	if (tls_write(e->tls, "x", 1, &n, &want, err) < 0)
		return -1;
	e->done = want == TLS_DONE;
	return 0;
}

static int read_byte(struct end *e, struct error *err)
{
	enum tls_want want;
	size_t n;
	char c;

	if (tls_read(e->tls, &c, 1, &n, &want, err) < 0)
		return -1;
	e->done = want == TLS_DONE;
	return 0;
}

static void step_end(struct end *e, int (*step)(struct end *e, struct error *err))
{
	if (e->done || e->failed)
		return;
	e->failed = step(e, &e->err) < 0;
	/* What a server does with a connection that failed. */
	if (e->failed)
		(void)shutdown(e->fd, SHUT_WR);
}

void bed_run(struct bed *b, int (*step)(struct end *e, struct error *err))
{
	/* A handshake is three flights; sockets in memory never lag. */
	enum { TURNS = 20 };

	b->s.done = b->c.done = false;
	for (int i = 0; i < TURNS; i++) {
		step_end(&b->c, step);
		step_end(&b->s, step);
	}
}

void bed_connect(struct bed *b)
{
	int fd[2];

	bed_sockets(fd);
	b->s = (struct end){ .fd = fd[0] };
	b->c = (struct end){ .fd = fd[1] };
	MUST(tls_config_server(&b->so, &b->s.config, &b->s.err) == 0);
	MUST(tls_config_client(&b->co, &b->c.config, &b->c.err) == 0);
	MUST(tls_new(b->s.config, b->s.fd, &b->s.tls, &b->s.err) == 0);
	MUST(tls_new(b->c.config, b->c.fd, &b->c.tls, &b->c.err) == 0);
	bed_run(b, bed_handshake);
	bed_run(b, write_byte);
	bed_run(b, read_byte);
}

static void end_done(struct end *e)
{
	tls_free(e->tls);
	tls_config_free(e->config);
	closep(&e->fd);
	*e = (struct end){ .fd = -1 };
}

void bed_disconnect(struct bed *b)
{
	end_done(&b->s);
	end_done(&b->c);
}

void bed_done(struct bed *b)
{
	bed_disconnect(b);
	pki_done(&b->server);
	pki_done(&b->client);
	certs_free(b->server_chain);
	certs_free(b->client_chain);
}

bool bed_connect_by(struct bed *b, struct key *key, struct pki_node *leaf)
{
	struct pki_node node = { .key = key };

	pki_make(&(struct pki_spec){ .name = "d",
				     .issuer = &b->client.issuer,
				     .same_key = &node,
				     PKI_END,
				     .eku = "clientAuth" },
		 leaf);
	certs_free(b->client_chain);
	b->client_chain = pki_certs(leaf->cert, b->client.issuer.cert, NULL);
	b->co.chain = b->client_chain;
	b->co.key = key;
	bed_connect(b);
	if (b->c.failed)
		printf("# %s\n", b->c.err.msg);
	return b->s.done && b->c.done && !b->s.failed && !b->c.failed;
}
