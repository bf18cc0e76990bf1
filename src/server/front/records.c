/* SPDX-License-Identifier: Apache-2.0 */
/* POST /device/v1/records: what a device recorded. Whether it follows what is stored is core's to
 * see. */
#include <string.h>

#include "base/limits.h"
#include "proto/checkin.h"
#include "server/front/device.h"
#include "server/front/routes.h"

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

static int read_records(const struct http_request *r, struct buf *out, struct error *err)
{
	struct records_request rq = { 0 };
	int rc = jmap_read(r->body.data, r->body.len, LIMIT_IPC_BLOB, &records_request_table, &rq,
			   err);

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
	if (read_records(http_exchange_request(x), &canonical, &err) < 0) {
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
