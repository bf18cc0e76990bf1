/* SPDX-License-Identifier: Apache-2.0 */
/* What each message of front does: between the channel's structs and the service's. */
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "proto/record.h"
#include "server/core/core.h"
#include "store/crl.h"
#include "store/delivery.h"

/* The device's messages begin with the same two members. */
static struct device_caller caller_of(const char *device, const char *certificate,
				      const char *address)
{
	struct device_caller c = { .address = address };

	memcpy(c.device, device, UUID_SIZE);
	memcpy(c.certificate, certificate, SHA256_HEX_SIZE);
	return c;
}

/* Have key asked after the commit. */
static int question(struct work *w, unsigned type, struct error *err)
{
	w->question_body = calloc(1, key_protocol.types[type].table->size);
	if (!w->question_body)
		return error_oom(err);
	w->question = type;
	return 0;
}

/* ---- enrollment ---- */

/* Answer with a certificate of before, or have one made. */
static int grant(struct work *w, struct error *err)
{
	struct server_enrolled *reply = w->reply;
	const struct enroll_grant *g = &w->grant;
	struct key_issue *q;

	memcpy(reply->device, g->device, UUID_SIZE);
	memcpy(reply->enrollment, g->enrollment, UUID_SIZE);
	if (g->issued.len) {
		memcpy(reply->certificate, g->digest, SHA256_HEX_SIZE);
		return buf_append(&w->reply_blob, g->issued.data, g->issued.len, err);
	}
	if (question(w, KEY_ISSUE, err) < 0)
		return -1;
	q = w->question_body;
	q->purpose =
		g->purpose == CERTIFICATE_IDENTITY ? KEY_PURPOSE_IDENTITY : KEY_PURPOSE_EVIDENCE;
	memcpy(q->device, g->device, UUID_SIZE);
	memcpy(q->key, g->key, SHA256_HEX_SIZE);
	w->question_blob = &w->message.blob;
	return 0;
}

static int enroll(struct core *c, struct work *w, struct error *err)
{
	const struct server_enroll *m = w->message.body;
	const struct server_attributes *a = &m->attributes;
	struct enroll_request in = {
		.token = m->token,
		.address = m->address,
		.hardware_id = a->hardware_id,
		.manufacturer = a->manufacturer,
		.model = a->model,
		.serial_number = a->serial_number,
		.hostname = a->hostname,
		.os = a->os,
		.os_version = a->os_version,
	};
	const struct service_io io = { .in = &in, .out = &w->grant };

	memcpy(in.secret, m->secret, SHA256_HEX_SIZE);
	memcpy(in.key, m->key, SHA256_HEX_SIZE);
	if (service_call(c->service, OP_ENROLL, &io, err) < 0)
		return -1;
	return grant(w, err);
}

static int reenroll(struct core *c, struct work *w, struct error *err)
{
	const struct server_reenroll *m = w->message.body;
	struct reenroll_request in = {
		.caller = caller_of(m->device, m->certificate, m->address),
		.purpose = m->kind == SERVER_REENROLL_IDENTITY ? CERTIFICATE_IDENTITY
							       : CERTIFICATE_EVIDENCE,
		.expired = m->expired,
	};
	const struct service_io io = { .in = &in, .out = &w->grant };

	memcpy(in.key, m->key, SHA256_HEX_SIZE);
	if (service_call(c->service, OP_REENROLL, &io, err) < 0)
		return -1;
	return grant(w, err);
}

static int enrolled(struct core *c, struct work *w, struct error *err)
{
	const struct key_issued *k = w->key_reply.body;
	const struct buf *k_blob = &w->key_reply.blob;
	struct server_enrolled *reply = w->reply;
	struct error other = ERROR_INIT;
	struct enroll_issued issued = { 0 };

	if (w->key_error.code) {
		if (enroll_abort(c->service, &w->grant, &other) < 0)
			log_error("an enrollment that failed: %s", other.msg);
		*err = w->key_error;
		return -1;
	}
	memcpy(issued.digest, k->certificate, SHA256_HEX_SIZE);
	issued.serial = k->serial;
	issued.not_before = k->not_before;
	issued.not_after = k->not_after;
	issued.der = &w->key_reply.blob;
	if (enroll_finish(c->service, &w->grant, &issued, err) < 0)
		return -1;
	memcpy(reply->certificate, k->certificate, SHA256_HEX_SIZE);
	/* A copy: a group that is rolled back is done again. */
	return buf_append(&w->reply_blob, k_blob->data, k_blob->len, err);
}

/* ---- the device's channel ---- */

static int connect_device(struct core *c, struct work *w, struct error *err)
{
	const struct server_connect *m = w->message.body;
	const struct device_caller in = caller_of(m->device, m->certificate, m->address);
	struct connect_answer out = { 0 };
	const struct service_io io = { .in = &in, .out = &out };

	if (service_call(c->service, OP_CONNECT, &io, err) < 0)
		return -1;
	memcpy(((struct server_connected *)w->reply)->enrollment, out.enrollment, UUID_SIZE);
	return 0;
}

/* Have a head made of the service's values; takes over the head's lists. */
static int ask_head(struct work *w, struct head *h, struct error *err)
{
	struct key_head *q;

	if (question(w, KEY_HEAD, err) < 0) {
		jmap_done(&head_table, h);
		return -1;
	}
	q = w->question_body;
	memcpy(q->device, h->device, UUID_SIZE);
	memcpy(q->nonce, h->nonce, SHA256_HEX_SIZE);
	q->trust_version = h->trust_version;
	/* One layout under two names: server/key/make.c asserts it. */
	q->streams = h->streams;
	q->crl_numbers = h->crl_numbers;
	q->cancelled = h->cancelled;
	return 0;
}

static int read_status(const struct buf *blob, struct device_status *ret, struct error *err)
{
	return jmap_read(blob->data, blob->len, LIMIT_IPC_BODY, &device_status_table, ret, err);
}

static int checkin_with(struct core *c, struct work *w, struct device_status *status,
			struct error *err)
{
	const struct server_checkin *m = w->message.body;
	struct checkin_request request = { .status = status };
	const struct checkin_call in = {
		.caller = caller_of(m->device, m->certificate, NULL),
		.request = &request,
	};
	struct checkin_answer out = { 0 };
	const struct service_io io = { .in = &in, .out = &out };
	struct server_checked_in *reply = w->reply;

	memcpy(request.nonce, m->nonce, SHA256_HEX_SIZE);
	memcpy(request.status_hash, m->status_hash, SHA256_HEX_SIZE);
	if (service_call(c->service, OP_CHECKIN, &io, err) < 0)
		return -1;
	memcpy(reply->enrollment, out.enrollment, UUID_SIZE);
	reply->need_status = out.need_status;
	reply->latest = out.latest;
	reply->trust_version = out.head.trust_version;
	return ask_head(w, &out.head, err);
}

static int checkin(struct core *c, struct work *w, struct error *err)
{
	struct device_status status = { 0 };
	bool with = w->message.blob.len > 0;
	int r = with ? read_status(&w->message.blob, &status, err) : 0;

	if (r == 0)
		r = checkin_with(c, w, with ? &status : NULL, err);
	jmap_done(&device_status_table, &status);
	return r;
}

static int head(struct core *c, struct work *w, struct error *err)
{
	const struct server_head *m = w->message.body;
	struct head_call in = { .caller = caller_of(m->device, m->certificate, NULL) };
	struct head out = { 0 };
	const struct service_io io = { .in = &in, .out = &out };

	memcpy(in.nonce, m->nonce, SHA256_HEX_SIZE);
	if (service_call(c->service, OP_HEAD, &io, err) < 0)
		return -1;
	return ask_head(w, &out, err);
}

static int fill_instructions(struct work *w, const struct jmap_list *list, struct error *err)
{
	struct server_instructions_are *reply = w->reply;
	struct delivery_document *from = list->items;
	struct server_instruction *to = calloc(list->n + 1, sizeof(*to));

	if (!to)
		return error_oom(err);
	reply->instructions = (struct jmap_list){ to, list->n };
	for (size_t i = 0; i < list->n; i++) {
		to[i].seq = from[i].seq;
		to[i].type = STEAL(from[i].type);
		memcpy(to[i].id, from[i].id, UUID_SIZE);
		to[i].size = (uint32_t)from[i].der.len;
		if (buf_append(&w->reply_blob, from[i].der.data, from[i].der.len, err) < 0)
			return -1;
	}
	return 0;
}

static int instructions(struct core *c, struct work *w, struct error *err)
{
	const struct server_instructions *m = w->message.body;
	const struct instructions_call in = {
		.caller = caller_of(m->device, m->certificate, NULL),
		.after = m->after,
	};
	struct instructions_answer out = { 0 };
	const struct service_io io = { .in = &in, .out = &out };
	int r = service_call(c->service, OP_INSTRUCTIONS, &io, err);

	if (r == 0)
		r = fill_instructions(w, &out.list, err);
	((struct server_instructions_are *)w->reply)->checkin = out.checkin;
	delivery_documents_done(&out.list);
	return r;
}

static int records(struct core *c, struct work *w, struct error *err)
{
	const struct server_records *m = w->message.body;
	struct records_request request = { 0 };
	const struct records_call in = {
		.caller = caller_of(m->device, m->certificate, NULL),
		.request = &request,
	};
	const struct service_io io = {
		.in = &in,
		.out = &((struct server_stored *)w->reply)->stored,
	};
	int r = jmap_read(w->message.blob.data, w->message.blob.len, LIMIT_IPC_BLOB,
			  &records_request_table, &request, err);

	if (r == 0)
		r = service_call(c->service, OP_RECORDS, &io, err);
	jmap_done(&records_request_table, &request);
	return r;
}

/* ---- what every front needs ---- */

static int trust(struct core *c, struct work *w, struct error *err)
{
	struct server_trust_is *reply = w->reply;
	struct trust_now now = { 0 };

	if (service_trust(c->service, &now, err) < 0)
		return -1;
	reply->version = now.version;
	memcpy(reply->digest, now.digest, SHA256_HEX_SIZE);
	w->reply_blob = now.der;
	return 0;
}

/* The lists are core's own: copied. */
static int pki(struct core *c, struct work *w, struct error *err)
{
	struct server_pki_is *reply = w->reply;
	const struct server_pki_item *from = c->pki.items.items;
	struct server_pki_item *to = calloc(c->pki.items.n + 1, sizeof(*to));

	if (!to)
		return error_oom(err);
	reply->items = (struct jmap_list){ to, c->pki.items.n };
	for (size_t i = 0; i < c->pki.items.n; i++) {
		to[i] = from[i];
		to[i].name = strdup(from[i].name);
		if (!to[i].name)
			return error_oom(err);
	}
	return buf_append(&w->reply_blob, c->pki_blob.data, c->pki_blob.len, err);
}

/* A listener's certificate may be one that the store has never heard of: the operator made it. What
 * counts is that nobody has revoked it. */
static int staple(struct core *c, struct work *w, struct error *err)
{
	const struct server_staple *m = w->message.body;
	struct jmap_list revoked = { 0 };
	const struct revoked *r;
	struct key_staple *q;

	if (question(w, KEY_STAPLE, err) < 0)
		return -1;
	q = w->question_body;
	q->serial = strdup(m->serial);
	if (!q->serial)
		return error_oom(err);
	if (crl_revoked(c->db, key_issuer_enum.names[KEY_ISSUER_SERVER], 0, LIMIT_CRL_ENTRIES,
			&revoked, err) < 0)
		return -1;
	r = revoked.items;
	for (size_t i = 0; i < revoked.n; i++)
		if (strcmp(r[i].serial, m->serial) == 0) {
			q->revoked = true;
			q->time = r[i].time;
		}
	crl_revoked_done(&revoked);
	return 0;
}

static int audit(struct core *c, struct work *w, struct error *err)
{
	const struct server_audit *m = w->message.body;
	const struct service_event e = {
		.event = (int)audit_find(m->event),
		.outcome = OUTCOME_FAILURE,
		.subject = m->subject ? m->subject : "anonymous",
		.reason = m->reason,
		.text = m->detail,
		.address = m->address,
		.object = m->object,
	};

	if (e.event == AUDIT_ADMINISTRATOR_LOGIN)
		return service_login(c->service, e.subject, e.address, err);
	return service_audit_refusal(c->service, &e, err);
}

#define ADMIN(type, reply, op) \
	{ \
		SERVER_##type, SERVER_##reply, OP_##op, NULL, NULL \
	}
static const struct handler handlers[] = {
	{ SERVER_ENROLL, SERVER_ENROLLED, OP_NONE, enroll, enrolled },
	{ SERVER_REENROLL, SERVER_ENROLLED, OP_NONE, reenroll, enrolled },
	{ SERVER_CONNECT, SERVER_CONNECTED, OP_NONE, connect_device, NULL },
	{ SERVER_CHECKIN, SERVER_CHECKED_IN, OP_NONE, checkin, NULL },
	{ SERVER_HEAD, SERVER_HEAD_IS, OP_NONE, head, NULL },
	{ SERVER_INSTRUCTIONS, SERVER_INSTRUCTIONS_ARE, OP_NONE, instructions, NULL },
	{ SERVER_RECORDS, SERVER_STORED, OP_NONE, records, NULL },
	{ SERVER_TRUST, SERVER_TRUST_IS, OP_NONE, trust, NULL },
	{ SERVER_PKI, SERVER_PKI_IS, OP_NONE, pki, NULL },
	{ SERVER_STAPLE, SERVER_STAPLE_IS, OP_NONE, staple, NULL },
	{ SERVER_AUDIT, SERVER_OK, OP_NONE, audit, NULL },
	ADMIN(WHOAMI, WHOAMI_IS, WHOAMI),
	ADMIN(VERSION, VERSION_IS, VERSION),
	ADMIN(TOKEN_CREATE, TOKEN_CREATED, TOKEN_CREATE),
	ADMIN(TOKEN_LIST, TOKENS_ARE, TOKEN_LIST),
	ADMIN(TOKEN_REVOKE, OK, TOKEN_REVOKE),
	ADMIN(DEVICE_LIST, DEVICES_ARE, DEVICE_LIST),
	ADMIN(DEVICE_SHOW, DEVICE_IS, DEVICE_SHOW),
	ADMIN(DEVICE_RETIRE, OK, DEVICE_RETIRE),
	ADMIN(RECORD_LIST, RECORDS_ARE, RECORD_LIST),
	ADMIN(PUBLISH, PUBLISHED, NONE), /* by the document's type */
	ADMIN(INSTRUCTION_LIST, INSTRUCTION_LIST_IS, INSTRUCTION_LIST),
	ADMIN(INSTRUCTION_SHOW, INSTRUCTION_IS, INSTRUCTION_SHOW),
	ADMIN(INSTRUCTION_CANCEL, CANCELLED, INSTRUCTION_CANCEL),
	ADMIN(PENDING_PUT, PUBLISHED, PENDING_PUT),
	ADMIN(PENDING_LIST, PENDING_ARE, PENDING_LIST),
	ADMIN(PENDING_SHOW, PENDING_IS, PENDING_SHOW),
	ADMIN(PENDING_REMOVE, OK, PENDING_REMOVE),
	ADMIN(PUBLISH_CRL, OK, PUBLISH_CRL),
};

const struct handler *handler_find(unsigned type)
{
	for (size_t i = 0; i < ARRAY_SIZE(handlers); i++)
		if (handlers[i].type == type)
			return &handlers[i];
	return NULL;
}
