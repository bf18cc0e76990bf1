/* SPDX-License-Identifier: Apache-2.0 */
/*
 * muster-agent-net: the device's end of the trusted channel. It moves opaque documents and records
 * in order, and decides nothing: what it could forge fails the verifier, and the private key is in
 * another process.
 */
#include <sys/socket.h>
#include <sys/time.h>

#include "agent/net/enroll.h"
#include "agent/net/link.h"
#include "agent/net/renew.h"
#include "agent/net/reply.h"
#include "agent/profile.h"
#include "base/log.h"
#include "ipc/idle.h"

enum { KEY_TIMEOUT_S = 10 };

struct net {
	sd_event *loop;
	struct channel *manager;
	struct link *link; /* NULL: not told to connect */
	struct idle *idle;
};

static int answer_enroll(struct net *n, const struct ipc_message *m, struct error *err)
{
	CLEANUP(net_enrolled_done) struct net_enrolled out = { 0 };
	struct error why = ERROR_INIT;

	if (enroll(m->body, AGENT_FD_PEER, &out, &why) < 0)
		return reply_failed(n->manager, m->id, &why, err);
	return channel_send(n->manager,
			    &(struct ipc_send){ .type = NET_ENROLLED, .id = m->id, .body = &out },
			    err);
}

static int answer_renew(struct net *n, const struct ipc_message *m, struct error *err)
{
	auto_cert struct cert *issued = NULL;
	struct net_certified body;
	struct error why = ERROR_INIT;

	if (renew(m->body, &m->blob, AGENT_FD_PEER, &issued, &why) < 0)
		return reply_failed(n->manager, m->id, &why, err);
	reply_certified(issued, &body);
	return channel_send(n->manager,
			    &(struct ipc_send){ .type = NET_CERTIFIED,
						.id = m->id,
						.body = &body,
						.blob = cert_der(issued)->data,
						.blob_len = cert_der(issued)->len },
			    err);
}

static int answer_probe(struct net *n, const struct ipc_message *m, struct error *err)
{
	struct error why = ERROR_INIT;

	if (renew_probe(m->body, AGENT_FD_PEER, &why) < 0)
		return reply_failed(n->manager, m->id, &why, err);
	return channel_send(n->manager, &(struct ipc_send){ .type = NET_PROBED, .id = m->id }, err);
}

static int start_link(struct net *n, const struct ipc_message *m, struct error *err)
{
	n->link = link_free(n->link);
	return link_new(n->loop, n->manager, AGENT_FD_PEER, m->body, &n->link, err);
}

static int on_message(struct channel *c, struct ipc_message *m, void *userdata, struct error *err)
{
	struct net *n = userdata;
	struct error why = ERROR_INIT;

	switch (m->type) {
	case NET_ENROLL: return answer_enroll(n, m, err);
	case NET_CONNECT: return start_link(n, m, err);
	case NET_RENEW: return answer_renew(n, m, err);
	case NET_PROBE: return answer_probe(n, m, err);
	case NET_NEXT:
		if (n->link)
			link_next(n->link, ((const struct net_next *)m->body)->after);
		return 0;
	case NET_DISCONNECT: n->link = link_free(n->link); return 0;
	default:
		if (!n->link && error_set(&why, ERROR_UNAVAILABLE, "not connected") < 0)
			return reply_failed(c, m->id, &why, err);
		return link_request(n->link, m, &why) < 0 ? reply_failed(c, m->id, &why, err) : 0;
	}
}

static void on_closed(struct channel *c, const struct error *err, void *userdata)
{
	struct net *n = userdata;

	if (err->code != ERROR_UNAVAILABLE)
		log_warning("manager: %s", err->msg);
	(void)sd_event_exit(n->loop, 0);
}

static int run(struct net *n, struct error *err)
{
	const struct timeval patience = { .tv_sec = KEY_TIMEOUT_S };
	const struct channel_handler h = { on_message, on_closed, n };

	(void)setsockopt(AGENT_FD_PEER, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (sd_event_new(&n->loop) < 0)
		return error_oom(err);
	if (channel_new(n->loop, AGENT_FD_MANAGER, &net_protocol, &h, &n->manager, err) < 0 ||
	    idle_new(n->loop, &n->idle, err) < 0)
		return -1;
	return sd_event_loop(n->loop) < 0 ? error_set(err, ERROR_INTERNAL, "event loop") : 0;
}

int main(void)
{
	struct net n = { 0 };
	struct error err = ERROR_INIT;

	log_init("muster-agent-net");
	if (proc_seal(agent_profile(AGENT_NET, 0), &err) < 0 || run(&n, &err) < 0)
		log_error("%s", err.msg);
	n.link = link_free(n.link);
	n.manager = channel_free(n.manager);
	n.idle = idle_free(n.idle);
	sd_event_unref(n.loop);
	return error_exit(err.code);
}
