/* SPDX-License-Identifier: Apache-2.0 */
#include "server/front/listeners.h"

#include <stdio.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "server/front/device.h"
#include "server/front/routes.h"

/* A listener: its own purpose, and whom it lets in. */
static const struct {
	const char *peers; /* "<peers>.crt" of what is published is their anchor; NULL: nobody */
	enum tls_peer_mode mode;
	bool devices; /* a peer is a device */
} listeners[] = {
	[LISTENER_DEVICE] = { "device", TLS_PEER_REQUIRED, true },
	/* Asked for only: who enrolls has none, who renews at a stock client's pace has one. */
	[LISTENER_ENROLLMENT] = { "device", TLS_PEER_OPTIONAL, true },
	[LISTENER_ADMINISTRATION] = { "login", TLS_PEER_REQUIRED, false },
};
_Static_assert(ARRAY_SIZE(listeners) == LISTENER_MAX_, "every listener has a row");

static void on_refused(const char *address, const struct error *why, void *userdata)
{
	/* FCS_TLSS_EXT.1: whatever ends a handshake is an event with its reason: a certificate, a
	 * version, no TLS at all. Peers that just go away are the network's daily life, and our own
	 * troubles no fault of theirs. */
	if (why->code == ERROR_REFUSED || why->code == ERROR_DENIED || why->code == ERROR_INVALID ||
	    why->code == ERROR_UNAUTHORIZED)
		front_audit(userdata, "peer-refused", "anonymous", address, why);
	else
		log_debug("%s: %s", address, why->msg);
}

/* The listener's own certificate, and the server issuer behind it: a device that knows only the
 * anchor's digest finds it there. */
static int load_identity(const struct front *f, const char *name, struct certs **ret_chain,
			 struct key **ret_key, struct error *err)
{
	char key_path[4096], cert_path[4096];
	auto_certs struct certs *chain = NULL;
	auto_key struct key *key = NULL;
	const struct cert *issuer;

	if (path_format(key_path, sizeof(key_path), err, "%s/%s.key", f->options.listeners, name) <
		    0 ||
	    path_format(cert_path, sizeof(cert_path), err, "%s/%s.crt", f->options.listeners,
			name) < 0 ||
	    key_load(key_path, &key, err) < 0 || certs_load(cert_path, &chain, err) < 0 ||
	    pki_cert(&f->pki, "server", &issuer, err) < 0)
		return -1;
	if (!certs_find(chain, cert_sha256(issuer)) && certs_add(chain, issuer, err) < 0)
		return -1;
	*ret_chain = STEAL(chain);
	*ret_key = STEAL(key);
	return 0;
}

static int make_tls(struct front *f, enum server_listener l, struct tls_config **ret,
		    struct error *err)
{
	auto_certs struct certs *chain = NULL, *anchors = NULL;
	auto_crls struct crls *crls = NULL;
	auto_key struct key *key = NULL;
	const struct cert *anchor;

	if (load_identity(f, server_listener_name(l), &chain, &key, err) < 0 ||
	    staple_set(f, l, certs_get(chain, 0), err) < 0 ||
	    pki_cert(&f->pki, listeners[l].peers, &anchor, err) < 0 ||
	    pki_crls(&f->pki, &crls, err) < 0 || certs_new(&anchors, err) < 0 ||
	    certs_add(anchors, anchor, err) < 0)
		return -1;
	return tls_config_server(&(struct tls_options){ .profile = f->options.profile,
							.tls12 = f->options.tls12,
							.chain = chain,
							.key = key,
							.peer = listeners[l].mode,
							.purpose = X509_TLS_CLIENT,
							.anchors = anchors,
							.crls = crls,
							.staple = f->staples[l].ocsp,
							.cache = f->sessions },
				 ret, err);
}

static int start(struct front *f, enum server_listener l, struct tls_config *tls, struct error *err)
{
	struct http_listener_options o = {
		.name = server_listener_name(l),
		.tls = tls,
		.refused = on_refused,
		.userdata = f,
	};

	o.routes = routes_of(l, &o.n_routes);
	if (listeners[l].devices) {
		o.welcome = device_welcome;
		o.bye = device_bye;
	}
	return http_listener_new(f->loop, STEAL_FD(f->sockets[l]), &o, &f->listeners[l], err);
}

int listeners_update(struct front *f, struct error *err)
{
	for (int i = LISTENER_NONE + 1; i < LISTENER_MAX_; i++) {
		enum server_listener l = (enum server_listener)i;
		auto_tls_config struct tls_config *tls = NULL;

		if (make_tls(f, l, &tls, err) < 0)
			return error_wrap(err, "%s", server_listener_name(l));
		if (f->listeners[l])
			http_listener_set_tls(f->listeners[l], tls);
		else if (start(f, l, tls, err) < 0)
			return -1;
	}
	return 0;
}
