/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/proof.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "crypto/digest.h"
#include "proto/admin.h"
#include "proto/record.h"

enum proof {
#define X(id, name) id,
	PROOFS(X)
#undef X
};
static const char *const proof_names[] = {
#define X(id, name) [id] = name,
	PROOFS(X)
#undef X
};

struct entry {
	json_t *row; /* borrowed */
	struct admin_record record;
	char digest[SHA256_HEX_SIZE]; /* of its bytes, as they are here */
	bool proven, gap, broken;
};
struct entries {
	struct entry *items;
	size_t n;
};

static void entries_done(struct entries *e)
{
	for (size_t i = 0; i < e->n; i++)
		jmap_done(&admin_record_table, &e->items[i].record);
	free(e->items);
}

/* The canonical bytes that the device chained and sealed. */
static int take_digest(struct entry *e, struct error *err)
{
	const struct admin_record *a = &e->record;
	struct record r = {
		.sequence = a->device_seq,
		.time = a->time,
		.event = (int)audit_find(a->event),
		.outcome = OUTCOME_SUCCESS,
		.subject = a->subject,
		.reason = a->reason,
		.text = a->text,
		.detail = a->detail,
	};
	auto_buf struct buf bytes = BUF_INIT;

	if (a->outcome && strcmp(a->outcome, outcome_enum.names[OUTCOME_FAILURE]) == 0)
		r.outcome = OUTCOME_FAILURE;
	memcpy(r.id, a->id, sizeof(r.id));
	memcpy(r.previous, a->previous, sizeof(r.previous));
	if (record_write(&r, &bytes, err) < 0)
		return -1;
	return digest_sha256_hex(bytes.data, bytes.len, e->digest, err);
}

static int by_place(const void *a, const void *b)
{
	const struct admin_record *x = &((const struct entry *)a)->record;
	const struct admin_record *y = &((const struct entry *)b)->record;
	int r = strcmp(x->device, y->device);

	return r ? r : (x->device_seq > y->device_seq) - (x->device_seq < y->device_seq);
}

static int read_rows(json_t *rows, struct entries *ret, struct error *err)
{
	json_t *row;
	size_t i;

	ret->items = calloc(json_array_size(rows) + 1, sizeof(*ret->items));
	if (!ret->items)
		return error_oom(err);
	json_array_foreach (rows, i, row) {
		struct entry *e = &ret->items[ret->n];

		ret->n++; /* bound or not, it is released */
		*e = (struct entry){ .row = row };
		(void)json_object_del(row, "proof"); /* whoever said so */
		if (jmap_bind(row, &admin_record_table, &e->record, err) < 0)
			return error_wrap(err, "record %zu", i + 1);
		if (e->record.device_seq == 0) {
			jmap_done(&admin_record_table, &e->record);
			ret->n--;
		} else if (take_digest(e, err) < 0) {
			/* What cannot be written as a record was none. */
			e->broken = true;
			*err = (struct error)ERROR_INIT;
		}
	}
	qsort(ret->items, ret->n, sizeof(*ret->items), by_place);
	return 0;
}

/* The seal that names the record, over the digest that it has here. */
static bool seal_holds(const struct entry *e, const struct seal_judgement *j)
{
	const struct admin_record *a = &e->record;
	struct seal s = {
		.sequence = a->device_seq,
		.time = a->seal_time,
		.certificate = a->seal_certificate,
		.signature = a->seal_signature,
	};
	struct error err = ERROR_INIT;

	memcpy(s.device, a->device, sizeof(s.device));
	memcpy(s.enrollment, a->seal_enrollment, sizeof(s.enrollment));
	memcpy(s.digest, e->digest, sizeof(s.digest));
	return seal_judge(&s, j, &err) == 0;
}

/* From its end to its beginning: each record is proven by its seal, or by a proven one that names
 * its digest. */
static void judge_trail(struct entry *e, size_t n, const struct seal_judgement *j)
{
	for (size_t i = n; i-- > 0;) {
		const struct entry *next = i + 1 < n ? &e[i + 1] : NULL;
		uint64_t seq = e[i].record.device_seq;
		bool follows = next && next->record.device_seq == seq + 1;

		/* Two of one number: which of them was recorded is not known. */
		if ((next && next->record.device_seq == seq) ||
		    (i > 0 && e[i - 1].record.device_seq == seq))
			e[i].broken = true;
		if (e[i].record.seal_signature.len && !e[i].broken) {
			e[i].proven = seal_holds(&e[i], j);
			e[i].broken = !e[i].proven;
		}
		if (follows && !next->broken) {
			e[i].broken |= strcmp(next->record.previous, e[i].digest) != 0;
			e[i].proven |= next->proven;
		}
		e[i].proven &= !e[i].broken;
		e[i].gap = i ? e[i - 1].record.device_seq + 1 < seq : seq != 1;
	}
	/* The first names nothing before it. */
	e[0].broken |= e[0].record.device_seq == 1 && e[0].record.previous[0];
}

static enum proof proof_of(const struct entry *e)
{
	return e->broken   ? PROOF_BROKEN
	       : e->gap	   ? PROOF_GAP
	       : e->proven ? PROOF_VERIFIED
			   : PROOF_UNVERIFIED;
}

/* Sets each row's proof, and sums the trail up. */
static int sum_up(const struct entry *e, size_t n, json_t *trails, struct error *err)
{
	enum proof worst = PROOF_VERIFIED;
	json_int_t verified = 0, at = 0;
	char sealed[TIME_SIZE] = "";
	json_t *trail;

	for (size_t i = 0; i < n; i++) {
		enum proof p = proof_of(&e[i]);

		if (json_object_set_new(e[i].row, "proof", json_string(proof_names[p])) < 0)
			return error_oom(err);
		verified += e[i].proven;
		if (e[i].proven && e[i].record.seal_signature.len)
			time_format(e[i].record.seal_time, sealed);
		if (p > worst) {
			worst = p;
			at = (json_int_t)e[i].record.device_seq;
		}
	}
	trail = json_pack("{s:s, s:I, s:I, s:s, s:s*}", "device", e->record.device, "records",
			  (json_int_t)n, "verified", verified, "proof", proof_names[worst],
			  "sealed", sealed[0] ? sealed : NULL);
	if (trail && at)
		(void)json_object_set_new(trail, "at", json_integer(at));
	return json_array_append_new(trails, trail) < 0 ? error_oom(err) : 0;
}

int proof_judge(json_t *rows, const struct seal_judgement *j, json_t **ret, struct error *err)
{
	CLEANUP(entries_done) struct entries all = { 0 };
	auto_json json_t *trails = json_array();

	if (read_rows(rows, &all, err) < 0)
		return -1;
	for (size_t from = 0, to; from < all.n; from = to) {
		for (to = from + 1; to < all.n; to++)
			if (strcmp(all.items[to].record.device, all.items[from].record.device) != 0)
				break;
		judge_trail(&all.items[from], to - from, j);
		if (sum_up(&all.items[from], to - from, trails, err) < 0)
			return -1;
	}
	*ret = STEAL(trails);
	return 0;
}

bool proof_bad(const json_t *trail)
{
	const char *p = json_string_value(json_object_get(trail, "proof"));

	return p && (strcmp(p, proof_names[PROOF_GAP]) == 0 ||
		     strcmp(p, proof_names[PROOF_BROKEN]) == 0);
}
