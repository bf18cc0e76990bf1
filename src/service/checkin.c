/* SPDX-License-Identifier: Apache-2.0 */
/* What devices ask on their channel: connect, check-in, head, instructions. */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "service/internal.h"
#include "store/crl.h"
#include "store/delivery.h"
#include "store/instruction.h"
#include "store/setting.h"

int op_device_connect(struct call *c, struct error *err)
{
	struct connect_answer *ret = c->io.out;

	(void)err;
	memcpy(ret->enrollment, c->device.enrollment, UUID_SIZE);
	return 0;
}

/* ---- heads ---- */

static int fill_streams(struct service *s, const struct device *d, struct head *h,
			struct error *err)
{
	auto_instruction struct stored_instruction newest = { 0 };
	struct head_stream *item;

	if (!d->stream)
		return 0;
	if (instruction_newest(s->db, "policy", d->stream, &newest, err) < 0)
		return err->code == ERROR_NOT_FOUND ? 0 : -1;
	item = calloc(1, sizeof(*item));
	if (!item)
		return error_oom(err);
	h->streams = (struct jmap_list){ item, 1 };
	item->serial = newest.serial;
	item->stream = strdup(d->stream);
	return item->stream ? 0 : error_oom(err);
}

static int fill_numbers(struct service *s, struct head *h, struct error *err)
{
	struct jmap_list crls = { 0 };
	const struct stored_crl *from;
	struct head_issuer *to;

	if (crl_list(s->db, false, &crls, err) < 0)
		return -1;
	from = crls.items;
	to = calloc(crls.n + 1, sizeof(*to));
	for (size_t i = 0; to && i < crls.n && i < LIMIT_HEAD_ISSUERS; i++) {
		memcpy(to[i].issuer, from[i].key, SHA256_HEX_SIZE);
		to[i].number = from[i].number;
		h->crl_numbers.n++;
	}
	h->crl_numbers.items = to;
	crl_list_done(&crls);
	return to ? 0 : error_oom(err);
}

/* A device's trusted time may be behind: what has just ended is still named. */
static int fill_cancelled(struct service *s, const struct device *d, struct head *h,
			  struct error *err)
{
	const int64_t since = service_now(s) - 2 * LIMIT_HEAD_LIFE_S;

	return delivery_cancelled(s->db, d->id, since, LIMIT_HEAD_CANCELLED, &h->cancelled, err);
}

int head_fill(struct service *s, const struct device *d, const char *nonce, struct head *ret,
	      struct error *err)
{
	auto_instruction struct stored_instruction trust = { 0 };
	struct head h = { 0 };

	if (instruction_newest(s->db, "trust", NULL, &trust, err) < 0)
		return error_wrap(err, "no trust document");
	memcpy(h.device, d->id, UUID_SIZE);
	memcpy(h.nonce, nonce, SHA256_HEX_SIZE);
	h.trust_version = (uint32_t)trust.serial;
	if (fill_streams(s, d, &h, err) < 0 || fill_numbers(s, &h, err) < 0 ||
	    fill_cancelled(s, d, &h, err) < 0) {
		jmap_done(&head_table, &h);
		return -1;
	}
	*ret = h;
	return 0;
}

int op_device_head(struct call *c, struct error *err)
{
	const struct head_call *r = c->io.in;

	return head_fill(c->s, &c->device, r->nonce, c->io.out, err);
}

/* ---- check-in ---- */

/* FIA_UAU.4(2): who had a hardware id first keeps it, whatever another device says later. */
static int check_hardware(struct call *c, const struct checkin_request *in, struct error *err)
{
	const char *says = in->status->hardware_id, *own = c->device.hardware_id;
	char other[UUID_SIZE] = "", text[160];
	const struct service_event e = {
		.event = AUDIT_HARDWARE_CONFLICT,
		.outcome = OUTCOME_FAILURE,
		.subject = c->device.id,
		.device = c->device.id,
		.object = says,
		.text = text,
	};

	if (!says || !says[0] || (own && strcmp(own, says) == 0) ||
	    strcmp(in->status_hash, c->device.status_hash) == 0)
		return 0;
	if (device_by_hardware(c->s->db, says, other, err) < 0 && err->code != ERROR_NOT_FOUND)
		return -1;
	if (other[0])
		(void)snprintf(text, sizeof(text), "its hardware id is that of device %s", other);
	else if (own)
		(void)snprintf(text, sizeof(text),
			       "its hardware id is not the one it enrolled with");
	else
		return 0; /* the first to say it */
	return service_audit_refusal(c->s, &e, err);
}

static int keep_status(struct call *c, const struct checkin_request *in, struct error *err)
{
	struct db *db = c->s->db;

	if (check_hardware(c, in, err) < 0)
		return -1;
	if (device_set_status(db, c->device.id, in->status, in->status_hash, err) < 0)
		return -1;
	return setting_replace(db, c->device.id, &in->status->settings, c->now, err);
}

/* Unchanged by its own digest: what the store has was read back again now. */
static int confirm_status(struct call *c, struct error *err)
{
	return setting_touch(c->s->db, c->device.id, c->now, err);
}

int op_checkin(struct call *c, struct error *err)
{
	const struct checkin_call *r = c->io.in;
	struct checkin_answer *ret = c->io.out;
	const struct checkin_request *in = r->request;
	bool known = strcmp(in->status_hash, c->device.status_hash) == 0;
	struct head head = { 0 };

	if (in->status && in->status->enrollment[0] &&
	    strcmp(in->status->enrollment, c->device.enrollment) != 0)
		return error_set(err, ERROR_DENIED, "the device speaks of another enrollment");
	if (in->status && keep_status(c, in, err) < 0)
		return -1;
	if (!in->status && known && confirm_status(c, err) < 0)
		return -1;
	if (head_fill(c->s, &c->device, in->nonce, &head, err) < 0)
		return -1;
	memcpy(ret->enrollment, c->device.enrollment, UUID_SIZE);
	ret->need_status = !in->status && !known;
	ret->latest = c->device.last_seq;
	ret->head = head;
	return 0;
}

/* ---- instructions ---- */

/* As many from the front as fit one answer's blob; at least one always does. */
static size_t fitting(const struct jmap_list *list)
{
	const struct delivery_document *d = list->items;
	size_t total = 0, n;

	for (n = 0; n < list->n; n++) {
		total += d[n].der.len;
		if (n > 0 && total > LIMIT_IPC_BLOB)
			break;
	}
	return n;
}

static void cut(struct jmap_list *list, size_t n)
{
	struct delivery_document *d = list->items;

	for (size_t i = n; i < list->n; i++) {
		free(d[i].type);
		buf_done(&d[i].der);
	}
	list->n = n;
}

static int tell_sent(struct service *s, const struct jmap_list *list, struct error *err)
{
	const struct delivery_document *d = list->items;

	for (size_t i = 0; i < list->n; i++)
		if (news_moved(s, d[i].id, err) < 0)
			return -1;
	return 0;
}

int op_device_instructions(struct call *c, struct error *err)
{
	const struct instructions_call *r = c->io.in;
	struct instructions_answer *ret = c->io.out;
	struct jmap_list list = { 0 };
	const struct delivery_document *d;
	bool checkin;

	if (delivery_tell(c->s->db, c->device.id, c->now, &checkin, err) < 0 ||
	    delivery_after(c->s->db, c->device.id, r->after, LIMIT_INSTRUCTIONS, &list, err) < 0)
		return -1;
	cut(&list, fitting(&list));
	d = list.items;
	if (list.n > 0 &&
	    (delivery_sent(c->s->db, c->device.id, r->after, d[list.n - 1].seq, c->now, err) < 0 ||
	     tell_sent(c->s, &list, err) < 0)) {
		delivery_documents_done(&list);
		return -1;
	}
	*ret = (struct instructions_answer){ list, checkin };
	return 0;
}
