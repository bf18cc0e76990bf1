/* SPDX-License-Identifier: Apache-2.0 */
#include "server/front/device.h"

#include <string.h>

#include "base/hash.h"
#include "base/id.h"
#include "base/limits.h"
#include "proto/checkin.h"
#include "server/front/routes.h"

static const char uri_prefix[] = "urn:uuid:";

static size_t bucket_of(const char *device)
{
	/* UUIDs are random: their first 32 bits spread well enough. */
	return strtoul(device, NULL, 16) % FRONT_BUCKETS;
}

static struct device_peer *skip(struct device_peer *p, const char *device)
{
	while (p && strcmp(p->device, device) != 0)
		p = p->next;
	return p;
}

struct device_peer *device_first(const struct front *f, const char *device)
{
	return skip(f->devices[bucket_of(device)], device);
}

struct device_peer *device_next(const struct device_peer *p)
{
	return skip(p->next, p->device);
}

const char *device_id_of(const struct cert *cert)
{
	const char *uri;

	for (size_t i = 0; (uri = cert_san_uri(cert, i)) != NULL; i++)
		if (strncmp(uri, uri_prefix, sizeof(uri_prefix) - 1) == 0 &&
		    uuid_valid(uri + sizeof(uri_prefix) - 1))
			return uri + sizeof(uri_prefix) - 1;
	return NULL;
}

static void on_connected(struct ipc_message *m, const struct error *err, void *userdata)
{
	struct device_peer *p = userdata;

	p->connecting = false;
	if (!p->peer) {
		free(p);
		return;
	}
	if (!m && err->code != ERROR_UNAVAILABLE) {
		front_audit(p->peer->listener_data, "peer-refused", p->device, p->peer->address,
			    err);
		http_peer_close(p->peer);
	}
}

int device_welcome(struct http_peer *peer, void *userdata, struct error *err)
{
	struct front *f = userdata;
	struct server_connect body = { .address = (char *)peer->address };
	struct device_peer *p, **bucket;
	const char *id;

	if (!peer->cert)
		return 0; /* the enrollment listener */
	id = device_id_of(peer->cert);
	if (!id)
		return error_refuse(err, REASON_CERT_NAME, "the certificate names no device");
	p = calloc(1, sizeof(*p));
	if (!p)
		return error_oom(err);
	p->peer = peer;
	memcpy(p->device, id, sizeof(p->device));
	memcpy(p->certificate, cert_sha256(peer->cert), sizeof(p->certificate));
	bucket = &f->devices[bucket_of(id)];
	p->next = *bucket;
	*bucket = p;
	peer->data = p;
	memcpy(body.device, p->device, sizeof(body.device));
	memcpy(body.certificate, p->certificate, sizeof(body.certificate));
	p->connecting = true;
	link_call(f->core, &(struct ipc_send){ .type = SERVER_CONNECT, .body = &body },
		  SERVER_CONNECTED, on_connected, p);
	return 0;
}

void device_bye(struct http_peer *peer, void *userdata)
{
	struct front *f = userdata;
	struct device_peer *p = peer->data, **at;

	if (!p)
		return;
	for (at = &f->devices[bucket_of(p->device)]; *at != p; at = &(*at)->next)
		continue;
	*at = p->next;
	poll_orphan(p);
	p->peer = NULL;
	if (!p->connecting)
		free(p);
}

struct device_peer *device_of(struct http_exchange *x)
{
	struct device_peer *p = http_exchange_peer(x)->data;
	struct error err = ERROR_INIT;

	if (!p && error_set(&err, ERROR_DENIED, "a device's certificate is needed") < 0)
		http_exchange_error(x, &err);
	return p;
}

void device_wake(struct front *f, const struct server_devices *devices)
{
	struct device_peer *p, *next;

	for (size_t i = 0; i < devices->devices.n; i++)
		for (p = device_first(f, devices->devices.items[i]); p; p = next) {
			next = device_next(p);
			poll_wake(f, p);
		}
	for (size_t b = 0; devices->devices.n == 0 && b < FRONT_BUCKETS; b++)
		for (p = f->devices[b]; p; p = next) {
			next = p->next;
			poll_wake(f, p);
		}
}

void device_cut(struct front *f, const struct server_devices *devices)
{
	for (size_t i = 0; i < devices->devices.n; i++) {
		struct device_peer *p;

		/* From the start again each time: closing takes it out of its bucket. */
		while ((p = device_first(f, devices->devices.items[i])) != NULL)
			http_peer_close(p->peer);
	}
}

/* ---- check-in ---- */

static void on_checked_in(struct ipc_message *m, const struct error *err, void *userdata)
{
	struct http_exchange *x = userdata;
	struct checkin_reply reply = { 0 };
	const struct server_checked_in *body;

	if (!m) {
		http_exchange_error(x, err);
		return;
	}
	body = m->body;
	reply.head = m->blob;
	reply.latest = body->latest;
	reply.need_status = body->need_status;
	memcpy(reply.enrollment, body->enrollment, sizeof(reply.enrollment));
	front_answer_json(x, 200, &reply, &checkin_reply_table);
}

/* The status as canonical bytes, which must have the digest that the device says. */
static int take_status(const struct checkin_request *rq, struct buf *out, struct error *err)
{
	char digest[SHA256_HEX_SIZE];

	if (!rq->status)
		return 0;
	if (jmap_write(rq->status, &device_status_table, out, err) < 0)
		return -1;
	hash_sha256_hex(out->data, out->len, digest);
	if (strcmp(digest, rq->status_hash) != 0)
		return error_set(err, ERROR_INVALID, "statusHash is not that of the status");
	return 0;
}

static int read_checkin(const struct http_request *r, struct server_checkin *body,
			struct buf *status, struct error *err)
{
	struct checkin_request rq = { 0 };
	int rc = jmap_read(r->body.data, r->body.len, LIMIT_IPC_BODY, &checkin_request_table, &rq,
			   err);

	if (rc == 0)
		rc = take_status(&rq, status, err);
	if (rc == 0) {
		memcpy(body->nonce, rq.nonce, sizeof(body->nonce));
		memcpy(body->status_hash, rq.status_hash, sizeof(body->status_hash));
	}
	jmap_done(&checkin_request_table, &rq);
	return rc;
}

void device_checkin(struct http_exchange *x, const struct http_route *r)
{
	struct device_peer *p = device_of(x);
	auto_buf struct buf status = BUF_INIT;
	struct server_checkin body = { 0 };
	struct error err = ERROR_INIT;

	if (!p)
		return;
	memcpy(body.device, p->device, sizeof(body.device));
	memcpy(body.certificate, p->certificate, sizeof(body.certificate));
	if (read_checkin(http_exchange_request(x), &body, &status, &err) < 0) {
		http_exchange_error(x, &err);
		return;
	}
	link_call(front_of(x)->core,
		  &(struct ipc_send){ .type = SERVER_CHECKIN,
				      .body = &body,
				      .blob = status.data,
				      .blob_len = status.len },
		  SERVER_CHECKED_IN, on_checked_in, x);
}
