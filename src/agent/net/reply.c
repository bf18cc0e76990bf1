/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/net/reply.h"

#include <string.h>

#include "agent/net/est.h"
#include "base/limits.h"
#include "proto/checkin.h"

int reply_failed(struct channel *manager, uint32_t id, const struct error *why, struct error *err)
{
	struct agent_failed f = {
		.code = (char *)error_name(why->code),
		.reason = why->code == ERROR_REFUSED ? (char *)reason_name(why->reason) : NULL,
		.message = (char *)why->msg,
	};

	return channel_send(manager, &(struct ipc_send){ .type = NET_FAILED, .id = id, .body = &f },
			    err);
}

static int checked(const struct http_answer *a, struct ipc_send *s, struct buf *blob,
		   struct error *err)
{
	struct checkin_reply in = { 0 };
	int r = jmap_read(a->body.data, a->body.len, LIMIT_HTTP_REPLY, &checkin_reply_table, &in,
			  err);

	if (r == 0)
		r = jmap_write(&in, &checkin_reply_table, blob, err);
	jmap_done(&checkin_reply_table, &in);
	s->type = NET_CHECKED;
	return r;
}

static int stored(const struct http_answer *a, struct ipc_send *s, struct buf *blob,
		  struct error *err)
{
	static struct net_stored body;
	struct records_reply in = { 0 };

	if (jmap_read(a->body.data, a->body.len, LIMIT_HTTP_REPLY, &records_reply_table, &in, err) <
	    0)
		return -1;
	body.last = in.stored;
	s->type = NET_STORED;
	s->body = &body;
	return 0;
}

void reply_certified(const struct cert *cert, struct net_certified *ret)
{
	*ret = (struct net_certified){ cert_not_before(cert), cert_not_after(cert) };
}

static int certified(const struct http_answer *a, struct ipc_send *s, struct buf *blob,
		     struct error *err)
{
	static struct net_certified body;
	auto_certs struct certs *issued = NULL;

	if (est_answer(a, &issued, err) < 0)
		return -1;
	/* The end certificate comes first (RFC 7030 4.2.3 answers with it alone). */
	if (certs_count(issued) == 0)
		return error_set(err, ERROR_INVALID, "no certificate was issued");
	reply_certified(certs_get(issued, 0), &body);
	s->type = NET_CERTIFIED;
	s->body = &body;
	return buf_append(blob, cert_der(certs_get(issued, 0))->data,
			  cert_der(certs_get(issued, 0))->len, err);
}

static int fetched(const struct http_answer *a, struct ipc_send *s, struct buf *blob,
		   struct error *err)
{
	s->type = NET_FETCHED;
	return buf_append(blob, a->body.data, a->body.len, err);
}

static const struct {
	int (*take)(const struct http_answer *a, struct ipc_send *s, struct buf *blob,
		    struct error *err);
} takers[] = {
	[NET_CHECKIN] = { checked },
	[NET_RECORDS] = { stored },
	[NET_CERTIFY] = { certified },
	[NET_FETCH] = { fetched },
};

int reply_forward(struct channel *manager, unsigned type, uint32_t id, const struct http_answer *a,
		  struct error *err)
{
	auto_buf struct buf blob = BUF_INIT;
	struct ipc_send s = { .id = id };
	struct error why = ERROR_INIT;
	int r;

	r = a->status == 200 ? takers[type].take(a, &s, &blob, &why) : http_answer_error(a, &why);
	if (r < 0)
		return reply_failed(manager, id, &why, err);
	s.blob = blob.data;
	s.blob_len = blob.len;
	return channel_send(manager, &s, err);
}

static int send_each(struct channel *manager, const struct instructions_reply *in, uint64_t *after,
		     struct error *err)
{
	const struct instruction_item *items = in->instructions.items;

	for (size_t i = 0; i < in->instructions.n; i++) {
		struct net_instruction body = { .seq = items[i].seq, .type = items[i].type };

		if (items[i].seq <= *after)
			return error_set(err, ERROR_INVALID, "instructions are out of order");
		memcpy(body.id, items[i].id, sizeof(body.id));
		if (channel_send(manager,
				 &(struct ipc_send){ .type = NET_INSTRUCTION,
						     .body = &body,
						     .blob = items[i].document.data,
						     .blob_len = items[i].document.len },
				 err) < 0)
			return -1;
		*after = items[i].seq;
	}
	return 0;
}

int reply_instructions(struct channel *manager, const struct buf *body, uint64_t *after,
		       struct error *err)
{
	struct instructions_reply in = { 0 };
	int r = jmap_read(body->data, body->len, LIMIT_HTTP_REPLY, &instructions_reply_table, &in,
			  err);

	if (r == 0)
		r = send_each(manager, &in, after, err);
	if (r == 0 && in.checkin)
		r = channel_send(manager, &(struct ipc_send){ .type = NET_ASKED }, err);
	jmap_done(&instructions_reply_table, &in);
	return r;
}
