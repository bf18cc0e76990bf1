/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of devices: sent at least once, stored once, in order; and what they say of the
 * instructions that the device was given (FAU_ALT_EXT, FAU_GEN.1, FMT_SMF_EXT.3).
 */
#include "store/record.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/id.h"
#include "base/limits.h"
#include "service/internal.h"
#include "store/delivery.h"
#include "store/seal.h"

/* What a record of an event makes of the delivery of the instruction that it names, and the key of
 * its detail that names it. */
static const struct effect_row {
	enum audit_event event;
	const char *key;
	enum delivery_state state;
} effects[] = {
	{ AUDIT_TRUST_ACCEPTED, "instruction", DELIVERY_DELIVERED },
	{ AUDIT_ASSIGNMENT_ACCEPTED, "instruction", DELIVERY_DELIVERED },
	{ AUDIT_POLICY_APPLIED, "policy", DELIVERY_DELIVERED },
	{ AUDIT_COMMAND_DELIVERED, "instruction", DELIVERY_DELIVERED },
	{ AUDIT_COMMAND_PROVEN, "instruction", DELIVERY_PROVEN },
	{ AUDIT_INSTRUCTION_REFUSED, "instruction", DELIVERY_REFUSED },
	{ AUDIT_POLICY_FAILED, "policy", DELIVERY_FAILED },
	{ AUDIT_COMMAND_FAILED, "instruction", DELIVERY_FAILED },
	{ AUDIT_COMMAND_CANCELLED, "instruction", DELIVERY_CANCELLED },
};

static const struct effect_row *effect_of(const struct record *r)
{
	for (size_t i = 0; i < ARRAY_SIZE(effects); i++)
		if ((int)effects[i].event == r->event)
			return &effects[i];
	return NULL;
}

static int advance(struct call *c, const struct record *r, struct error *err)
{
	const struct effect_row *e = effect_of(r);
	const char *id = e ? json_string_value(json_object_get(r->detail, e->key)) : NULL;
	struct delivery_step step = {
		.device = c->device.id,
		.instruction = id,
		.now = c->now,
	};
	bool changed;

	if (!id || !uuid_valid(id))
		return 0;
	step.state = e->state;
	/* What went well has no reason; the record's own text stays with the record. */
	if (e->state == DELIVERY_REFUSED || e->state == DELIVERY_FAILED ||
	    e->state == DELIVERY_CANCELLED)
		step.reason = r->reason ? r->reason : r->text;
	if (delivery_advance(c->s->db, &step, &changed, err) < 0)
		return -1;
	return changed ? news_moved(c->s, id, err) : 0;
}

static int note_left(struct call *c, struct error *err)
{
	return device_leave(c->s, c->device.id, DEVICE_UNENROLLED, err);
}

/* A gap, or a record that does not name the one before: the device's trail is not whole, which the
 * trail then says (FAU_STG_EXT.2). What came is kept all the same. */
static int note_gap(struct call *c, const struct record *r, struct error *err)
{
	char text[96];
	const struct service_event e = {
		.event = AUDIT_RECORDS_MISSING,
		.outcome = OUTCOME_FAILURE,
		.device = c->device.id,
		.subject = c->device.id,
		.text = text,
	};

	(void)snprintf(text, sizeof(text), "record %llu does not follow record %llu",
		       (unsigned long long)r->sequence, (unsigned long long)c->device.last_record);
	return service_audit(c->s, &e, err);
}

static bool follows(const struct device *d, const struct record *r)
{
	if (d->last_record == 0) /* the trail may have begun before this enrollment */
		return true;
	return r->sequence == d->last_record + 1 && strcmp(r->previous, d->record_digest) == 0;
}

static int keep(struct call *c, const struct record *r, struct error *err)
{
	auto_buf struct buf bytes = BUF_INIT;

	if (audit_row((enum audit_event)r->event)->source != AUDIT_DEVICE)
		return error_set(err, ERROR_INVALID, "record %llu is no device's event",
				 (unsigned long long)r->sequence);
	if (r->sequence - c->device.last_record > LIMIT_RECORD_GAP)
		return error_set(err, ERROR_INVALID, "record %llu is too far from record %llu",
				 (unsigned long long)r->sequence,
				 (unsigned long long)c->device.last_record);
	if (!follows(&c->device, r) && note_gap(c, r, err) < 0)
		return -1;
	if (record_put_device(c->s->db, c->device.id, r, c->now, err) < 0 ||
	    record_write(r, &bytes, err) < 0)
		return -1;
	c->device.last_record = r->sequence;
	hash_sha256_hex(bytes.data, bytes.len, c->device.record_digest);
	if (r->event == AUDIT_UNENROLLED && r->outcome == OUTCOME_SUCCESS)
		return note_left(c, err);
	return advance(c, r, err);
}

/* Why a seal, whose signature front has judged, is none on this trail; false: it is one. */
static bool misplaced(struct call *c, const struct seal *s, const char *certificate,
		      struct error *why)
{
	auto_certificate struct certificate known = { 0 };
	char digest[SHA256_HEX_SIZE];

	if (strcmp(s->device, c->device.id) != 0 ||
	    strcmp(s->enrollment, c->device.enrollment) != 0)
		return error_refuse(why, REASON_AUDIENCE, "the seal is for another enrollment") < 0;
	if (certificate_get(c->s->db, c->device.id, certificate, &known, why) < 0 ||
	    known.purpose != CERTIFICATE_EVIDENCE || known.state == CERTIFICATE_REVOKED)
		return error_refuse(why, REASON_CERT_UNTRUSTED,
				    "no evidence certificate of the device made the seal") < 0;
	if (record_digest(c->s->db, c->device.id, s->sequence, digest, why) < 0)
		return error_refuse(why, REASON_DIGEST,
				    "the seal is on a record that is not here") < 0;
	if (strcmp(digest, s->digest) != 0)
		return error_refuse(why, REASON_DIGEST,
				    "record %llu is not the one that was sealed",
				    (unsigned long long)s->sequence) < 0;
	return false;
}

/* FAU_STG_EXT.2: what proves the records is kept with them; what does not is itself recorded. */
static int keep_seal(struct call *c, const struct seal *s, struct error *err)
{
	char certificate[SHA256_HEX_SIZE];
	struct error why = ERROR_INIT;
	struct service_event e = {
		.event = AUDIT_RECORDS_UNPROVEN,
		.outcome = OUTCOME_FAILURE,
		.device = c->device.id,
		.subject = c->device.id,
		.text = why.msg,
	};

	hash_sha256_hex(s->certificate.data, s->certificate.len, certificate);
	if (!misplaced(c, s, certificate, &why))
		return seal_put(c->s->db, s, certificate, c->now, err);
	e.reason = reason_name(why.reason);
	return service_audit(c->s, &e, err);
}

int op_device_records(struct call *c, struct error *err)
{
	const struct records_call *q = c->io.in;
	const struct record *r = q->request->records.items;
	uint64_t before = c->device.last_record, last = 0;

	for (size_t i = 0; i < q->request->records.n; i++) {
		if (r[i].sequence <= last)
			return error_set(err, ERROR_INVALID, "records are not in order");
		last = r[i].sequence;
		if (last > before && keep(c, &r[i], err) < 0)
			return -1;
	}
	if (c->device.last_record != before &&
	    device_set_last_record(c->s->db, c->device.id, c->device.last_record,
				   c->device.record_digest, err) < 0)
		return -1;
	if (q->request->seal && keep_seal(c, q->request->seal, err) < 0)
		return -1;
	*(uint64_t *)c->io.out = c->device.last_record;
	return 0;
}
