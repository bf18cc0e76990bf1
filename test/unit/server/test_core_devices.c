/* SPDX-License-Identifier: Apache-2.0 */
/* Core and the devices: heads, whom it wakes, whom it cuts off. */
#include "core_bed.h"

#include "proto/record.h"

static void heads(void)
{
	struct core_bed b;
	struct applicant a;
	struct server_checkin body = { 0 };
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT, h = IPC_MESSAGE_INIT;
	struct server_head head = { 0 };
	const struct server_checked_in *out;
	struct error err = ERROR_INIT;

	core_bed_start(&b);
	applicant_make(&b, &a);
	CHECK_OK(applicant_enroll(&b, &a, &err), err);
	strcpy(body.device, a.device);
	strcpy(body.certificate, a.certificate);
	memset(body.nonce, 'a', SHA256_HEX_SIZE - 1);
	memset(body.status_hash, 'b', SHA256_HEX_SIZE - 1);
	CHECK_OK(core_bed_ask(&b, SERVER_CHECKIN, &body, NULL, &m, &err), err);
	out = m.body;
	CHECK(out->need_status && out->latest == 1 && out->trust_version == 1 && m.blob.len > 0);
	CHECK_STR(out->enrollment, a.enrollment);
	strcpy(head.device, a.device);
	strcpy(head.certificate, a.certificate);
	memset(head.nonce, 'c', SHA256_HEX_SIZE - 1);
	CHECK_OK(core_bed_ask(&b, SERVER_HEAD, &head, NULL, &h, &err), err);
	CHECK(h.type == SERVER_HEAD_IS && h.blob.len > 0);
	buf_done(&a.csr);
	bed_close(&b.p);
}

static void publish(struct core_bed *b, const struct applicant *a, struct admin_publish *p)
{
	static const struct buf cms = { .data = (uint8_t *)"cms", .len = 3 };
	struct admin_target t = { 0 };
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	struct error err = ERROR_INIT;

	*p = (struct admin_publish){ .caller = core_bed_caller(b),
				     .type = (char *)"command",
				     .name = (char *)"lock",
				     .targets = { &t, 1 } };
	uuid_new(p->id);
	hash_sha256_hex(p->id, UUID_SIZE, p->digest);
	strcpy(t.device, a->device);
	strcpy(t.enrollment, a->enrollment);
	CHECK_OK(core_bed_ask(b, SERVER_PUBLISH, p, &cms, &m, &err), err);
	CHECK(((struct admin_published *)m.body)->devices == 1);
}

static void events(void)
{
	struct core_bed b;
	struct applicant a;
	struct admin_publish p;
	struct admin_named named;
	struct server_instructions after = { .after = 1 };
	auto_ipc_message struct ipc_message wake = IPC_MESSAGE_INIT, cut = IPC_MESSAGE_INIT,
					    got = IPC_MESSAGE_INIT, ok = IPC_MESSAGE_INIT,
					    pki = IPC_MESSAGE_INIT, moved = IPC_MESSAGE_INIT;
	const struct server_devices *devices;
	const struct server_instructions_are *are;
	struct error err = ERROR_INIT;

	core_bed_start(&b);
	applicant_make(&b, &a);
	CHECK_OK(applicant_enroll(&b, &a, &err), err);
	publish(&b, &a, &p);
	bed_await(&b.p, SERVER_WAKE, &wake);
	devices = wake.body;
	CHECK(devices->devices.n == 1);
	CHECK_STR(devices->devices.items[0], a.device);
	strcpy(after.device, a.device);
	strcpy(after.certificate, a.certificate);
	CHECK_OK(core_bed_ask(&b, SERVER_INSTRUCTIONS, &after, NULL, &got, &err), err);
	are = got.body;
	CHECK(are->instructions.n == 1 && got.blob.len == 3);
	CHECK_STR(((struct server_instruction *)are->instructions.items)->id, p.id);
	bed_await(&b.p, SERVER_MOVED, &moved); /* it was sent: who waits for that is told */
	devices = moved.body;
	CHECK(devices->devices.n == 1);
	CHECK_STR(devices->devices.items[0], p.id);
	named = (struct admin_named){ .caller = core_bed_caller(&b), .id = a.device };
	CHECK_OK(core_bed_ask(&b, SERVER_DEVICE_RETIRE, &named, NULL, &ok, &err), err);
	CHECK(ok.type == SERVER_OK);
	bed_await(&b.p, SERVER_CUT, &cut);
	bed_await(&b.p, SERVER_PKI_IS, &pki); /* the device issuer's CRL names it at once */
	CHECK_ERROR(applicant_connect(&b, &a, &err), err, ERROR_DENIED);
	buf_done(&a.csr);
	bed_close(&b.p);
}

static const struct check_case cases[] = {
	{ "core: heads for check-ins", heads },
	{ "core: wakes who has instructions, cuts off who has left", events },
};
CHECK_MAIN(cases)
