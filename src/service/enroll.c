/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Enrollment (FIA_ENR_EXT.1, FIA_UAU.4, FMT_SAE_EXT.1, RFC 7030 4.2), in two steps around the
 * making of the certificate: a claim, committed before `key` is asked, that takes the token's
 * place and the hardware id; then the certificate, committed before the device is answered. Who
 * repeats a request with the same token, secret and key gets what the first one got.
 */
#include <string.h>

#include "base/id.h"
#include "base/limits.h"
#include "service/internal.h"

static bool listed(const struct strings *list, const char *value)
{
	if (list->n == 0)
		return true;
	for (size_t i = 0; value && i < list->n; i++)
		if (strcmp(list->items[i], value) == 0)
			return true;
	return false;
}

/* Expiry is looked at after the secret: who does not have it learns nothing of the token. */
static int check_token(const struct token *t, const struct enroll_request *r, int64_t now,
		       struct error *err)
{
	if (t->revoked)
		return error_set(err, ERROR_DENIED, "the token was revoked");
	if (now >= t->expires)
		return error_set(err, ERROR_DENIED, "the token has expired");
	if (now < t->not_before)
		return error_set(err, ERROR_DENIED, "the token is not valid yet");
	if (t->used >= t->count)
		return error_set(err, ERROR_DENIED, "the token was used already");
	if (!listed(&t->hardware_ids, r->hardware_id))
		return error_set(err, ERROR_DENIED, "the token is not for this hardware id");
	if (!listed(&t->models, r->model))
		return error_set(err, ERROR_DENIED, "the token is not for this model");
	return 0;
}

/* FIA_UAU.4(2): no two devices of one hardware id; FIA_X509_EXT.2.3: none of one key. */
static int check_unique(struct call *c, const struct enroll_request *r, struct error *err)
{
	char other[UUID_SIZE];
	bool used;

	if (r->hardware_id && r->hardware_id[0]) {
		if (device_by_hardware(c->s->db, r->hardware_id, other, err) == 0)
			return error_set(err, ERROR_CONFLICT,
					 "the hardware id belongs to device %s", other);
		if (err->code != ERROR_NOT_FOUND)
			return -1;
	}
	if (certificate_key_in_use(c->s->db, r->key, "", CERTIFICATE_IDENTITY, &used, err) < 0)
		return -1;
	return used ? error_set(err, ERROR_CONFLICT, "the key belongs to another certificate") : 0;
}

static int claim(struct call *c, const struct enroll_request *r, struct enroll_grant *g,
		 struct error *err)
{
	struct device d = {
		.state = DEVICE_PENDING,
		.hardware_id =
			(char *)(r->hardware_id && r->hardware_id[0] ? r->hardware_id : NULL),
		.manufacturer = (char *)r->manufacturer,
		.model = (char *)r->model,
		.serial_number = (char *)r->serial_number,
		.hostname = (char *)r->hostname,
		.os = (char *)r->os,
		.os_version = (char *)r->os_version,
		.ownership = c->token.ownership,
		.enrolled = c->now,
	};

	if (check_token(&c->token, r, c->now, err) < 0 || check_unique(c, r, err) < 0)
		return -1;
	uuid_new(d.id);
	/* The device computes it too: no server can give a device the enrollment of another, and
	 * with it the documents that were signed for that one. */
	uuid_of_digest(r->key, d.enrollment);
	memcpy(d.token, c->token.id, UUID_SIZE);
	memcpy(d.enroll_key, r->key, SHA256_HEX_SIZE);
	if (token_use(c->s->db, c->token.id, err) < 0 || device_put(c->s->db, &d, err) < 0)
		return -1;
	memcpy(g->device, d.id, UUID_SIZE);
	memcpy(g->enrollment, d.enrollment, UUID_SIZE);
	return 0;
}

/* The certificate that was issued before over the grant's key, if there is one in the first two
 * thirds of its life: later, the device wants a new one. */
static int find_issued(struct call *c, struct enroll_grant *g, struct error *err)
{
	auto_certificate struct certificate old = { 0 };

	if (certificate_by_key(c->s->db, g->device, g->key, g->purpose, &old, err) < 0)
		return err->code == ERROR_NOT_FOUND ? 0 : -1;
	if (c->now - old.not_before > (old.not_after - old.not_before) / 3 * 2)
		return 0;
	memcpy(g->digest, old.digest, SHA256_HEX_SIZE);
	g->issued = buf_steal(&old.der);
	return 0;
}

/* A repeated request: the first one's device, whatever has become of the token since. */
static int resume(struct call *c, const char *device, struct enroll_grant *g, struct error *err)
{
	auto_device struct device d = { 0 };

	if (device_get(c->s->db, device, &d, err) < 0)
		return -1;
	if (d.state != DEVICE_PENDING && d.state != DEVICE_ENROLLED)
		return error_set(err, ERROR_DENIED, "the token was used already");
	memcpy(g->device, d.id, UUID_SIZE);
	memcpy(g->enrollment, d.enrollment, UUID_SIZE);
	g->first = d.state == DEVICE_PENDING;
	if (g->first)
		return 0;
	if (find_issued(c, g, err) < 0)
		return -1;
	return g->issued.len ? 0 : error_set(err, ERROR_DENIED, "the token was used already");
}

int op_enroll(struct call *c, struct error *err)
{
	const struct enroll_request *r = c->io.in;
	struct enroll_grant *ret = c->io.out;
	auto_enroll_grant struct enroll_grant g = { .purpose = CERTIFICATE_IDENTITY,
						    .first = true };
	char device[UUID_SIZE];
	int found;

	call_detail(c, "key", r->key);
	call_detail(c, "hardwareId", r->hardware_id);
	call_detail(c, "model", r->model);
	memcpy(g.key, r->key, SHA256_HEX_SIZE);
	found = device_by_claim(c->s->db, c->token.id, r->key, device, err);
	if (found < 0 && err->code != ERROR_NOT_FOUND)
		return -1;
	if ((found == 0 ? resume(c, device, &g, err) : claim(c, r, &g, err)) < 0)
		return -1;
	*ret = g;
	g.issued = (struct buf)BUF_INIT;
	return 0;
}

int op_reenroll(struct call *c, struct error *err)
{
	const struct reenroll_request *r = c->io.in;
	struct enroll_grant *ret = c->io.out;
	auto_enroll_grant struct enroll_grant g = { .purpose = r->purpose };
	bool used;

	memcpy(g.device, c->device.id, UUID_SIZE);
	memcpy(g.enrollment, c->device.enrollment, UUID_SIZE);
	memcpy(g.key, r->key, SHA256_HEX_SIZE);
	if (certificate_key_in_use(c->s->db, r->key, c->device.id, r->purpose, &used, err) < 0)
		return -1;
	if (used)
		return error_set(err, ERROR_CONFLICT, "the key belongs to another certificate");
	/* The key in use may be certified anew; one that is certified but not in use yet was asked
	 * for before, and the answer was lost. */
	if (strcmp(r->key, c->certificate.key) != 0 && find_issued(c, &g, err) < 0)
		return -1;
	*ret = g;
	g.issued = (struct buf)BUF_INIT;
	return 0;
}

void enroll_grant_done(struct enroll_grant *g)
{
	buf_done(&g->issued);
}

/* The state that a new certificate starts in. */
static int keep(struct service *s, const struct enroll_grant *g, const struct enroll_issued *issued,
		struct error *err)
{
	struct certificate c = {
		.serial = (char *)issued->serial,
		.purpose = g->purpose,
		.state = g->first ? CERTIFICATE_CURRENT : CERTIFICATE_NEXT,
		.not_before = issued->not_before,
		.not_after = issued->not_after,
		.issued = service_now(s),
		.der = *issued->der,
	};

	memcpy(c.device, g->device, UUID_SIZE);
	memcpy(c.digest, issued->digest, SHA256_HEX_SIZE);
	memcpy(c.key, g->key, SHA256_HEX_SIZE);
	if (certificate_drop_next(s->db, g->device, g->purpose, err) < 0 ||
	    certificate_put(s->db, &c, err) < 0)
		return -1;
	/* The evidence key is never presented on a channel: it counts at once. */
	return g->purpose == CERTIFICATE_EVIDENCE ? certificate_promote(s->db, &c, err) : 0;
}

static int finish(struct service *s, const struct enroll_grant *g,
		  const struct enroll_issued *issued, struct error *err)
{
	auto_device struct device d = { 0 };
	struct service_event e = {
		.event = g->first ? AUDIT_DEVICE_ENROLLED : AUDIT_CERTIFICATE_ISSUED,
		.outcome = OUTCOME_SUCCESS,
		.device = g->device,
		.object = issued->digest,
	};

	if (g->first && device_set_enrolled(s->db, g->device, service_now(s), err) < 0)
		return -1;
	if (device_get(s->db, g->device, &d, err) < 0)
		return -1;
	if (d.state != DEVICE_ENROLLED)
		return error_set(err, ERROR_NOT_FOUND, "the device left");
	if (keep(s, g, issued, err) < 0)
		return -1;
	if (g->first && publish_welcome(s, g->device, err) < 0)
		return -1;
	e.subject = g->first ? d.token : d.id;
	return service_audit(s, &e, err);
}

int enroll_finish(struct service *s, const struct enroll_grant *g,
		  const struct enroll_issued *issued, struct error *err)
{
	struct error other = ERROR_INIT;

	if (db_mark(s->db, err) < 0)
		return -1;
	if (finish(s, g, issued, err) == 0)
		return db_release(s->db, err);
	if (db_undo(s->db, &other) < 0)
		*err = other;
	return -1;
}

static int forget(struct service *s, const char *device, struct error *err)
{
	auto_device struct device d = { 0 };

	if (device_get(s->db, device, &d, err) < 0)
		return -1;
	if (d.state != DEVICE_PENDING)
		return 0;
	if (device_delete_pending(s->db, device, err) < 0)
		return -1;
	return token_give_back(s->db, d.token, err);
}

int enroll_abort(struct service *s, const struct enroll_grant *g, struct error *err)
{
	return g->first ? forget(s, g->device, err) : 0;
}

int enroll_sweep(struct service *s, struct error *err)
{
	struct strings ids = { 0 };
	int r = device_ids_pending(s->db, service_now(s) - LIMIT_PENDING_S, &ids, err);

	for (size_t i = 0; i < ids.n && r == 0; i++)
		r = forget(s, ids.items[i], err);
	db_texts_done(&ids);
	return r;
}
