/* SPDX-License-Identifier: Apache-2.0 */
/* POST /device/v1/records: what a device recorded. Whether it follows what is stored is core's to
 * see. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "proto/checkin.h"
#include "server/front/device.h"
#include "server/front/routes.h"
#include "trust/seal.h"

static void on_stored(struct ipc_message *m, const struct error *err, void *userdata)
{
	struct http_exchange *x = userdata;
	struct records_reply reply = { 0 };

	if (!m) {
		http_exchange_error(x, err);
		return;
	}
	reply.stored = ((const struct server_stored *)m->body)->stored;
	front_answer_json(x, 200, &reply, &records_reply_table);
}

/* A seal that does not hold is told, and taken off: the records are kept all the same. */
static int check_seal(struct front *f, const struct device_peer *p, struct records_request *rq,
		      struct error *err)
{
	const struct cert *issuer;
	auto_certs struct certs *anchors = NULL;
	auto_crls struct crls *crls = NULL;
	struct seal_judgement j = { .time = clock_now(), .cnsa = f->options.profile == TLS_CNSA };
	struct error why = ERROR_INIT;

	if (!rq->seal)
		return 0;
	if (pki_cert(&f->pki, "device", &issuer, err) < 0 || certs_new(&anchors, err) < 0 ||
	    certs_add(anchors, issuer, err) < 0 || pki_crls(&f->pki, &crls, err) < 0)
		return -1;
	j.anchors = anchors;
	j.crls = crls;
	if (strcmp(rq->seal->device, p->device) != 0)
		(void)!error_refuse(&why, REASON_AUDIENCE, "the seal is another device's");
	else if (seal_judge(rq->seal, &j, &why) == 0)
		return 0;
	front_audit(f, "records-unproven", p->device, p->peer->address, &why);
	seal_done(rq->seal);
	free(rq->seal);
	rq->seal = NULL;
	return 0;
}

static int read_records(struct http_exchange *x, const struct device_peer *p, struct buf *out,
			struct error *err)
{
	const struct http_request *r = http_exchange_request(x);
	struct records_request rq = { 0 };
	int rc = jmap_read(r->body.data, r->body.len, LIMIT_IPC_BLOB, &records_request_table, &rq,
			   err);

	if (rc == 0)
		rc = check_seal(front_of(x), p, &rq, err);
	if (rc == 0)
		rc = jmap_write(&rq, &records_request_table, out, err);
	jmap_done(&records_request_table, &rq);
	return rc;
}

void device_records(struct http_exchange *x, const struct http_route *r)
{
	struct device_peer *p = device_of(x);
	auto_buf struct buf canonical = BUF_INIT;
	struct server_records body = { 0 };
	struct error err = ERROR_INIT;

	if (!p)
		return;
	memcpy(body.device, p->device, sizeof(body.device));
	memcpy(body.certificate, p->certificate, sizeof(body.certificate));
	if (read_records(x, p, &canonical, &err) < 0) {
		http_exchange_error(x, &err);
		return;
	}
	link_call(front_of(x)->core,
		  &(struct ipc_send){ .type = SERVER_RECORDS,
				      .body = &body,
				      .blob = canonical.data,
				      .blob_len = canonical.len },
		  SERVER_STORED, on_stored, x);
}
