/* SPDX-License-Identifier: Apache-2.0 */
#include "manager_bed.h"

#include <stdlib.h>
#include <string.h>

#include "agent/manager/documents.h"
#include "agent/manager/known.h"
#include "agent/manager/spool.h"
#include "base/clock.h"
#include "base/limits.h"
#include "stub_child.h"

/* A bed that cannot be made is no finding. */
static void must(int r, const struct error *err)
{
	if (r < 0) {
		fprintf(stderr, "manager bed: %s\n", err->msg);
		abort();
	}
}

static const char head[] =
	"{\"cancelled\":[%s],\"crlNumbers\":[{\"issuer\":\"" ROOT "\",\"number\":%llu}],"
	"\"device\":\"" DEVICE "\",\"enterprise\":\"" ENTERPRISE "\","
	"\"id\":\"0b7a9f6e-0c55-4c2f-8d8e-1f2a3b4c5d64\",\"nonce\":\"" DIGEST "\","
	"\"notAfter\":\"2026-11-24T12:00:00Z\",\"streams\":[],"
	"\"time\":\"2026-11-23T12:00:00Z\",\"trustVersion\":%u,\"type\":\"head\"}";

static const struct net_event up = { .state = NET_UP };

static int on_instruction(const struct net_instruction *i, struct buf *der, void *userdata,
			  struct error *err)
{
	return intake_add(userdata, i, der, err);
}

static void on_event(const struct net_event *e, void *userdata)
{
	((struct agent *)userdata)->channel.code =
		e->state == NET_UP ? ERROR_NONE : ERROR_UNAVAILABLE;
}

void bed_begin(struct agent *a, uint32_t version, uint32_t delay_s)
{
	bed_open(a, ":memory:", version, delay_s);
}

static void on_asked(void *userdata)
{
	report_asked(userdata);
}

void bed_open(struct agent *a, const char *path, uint32_t version, uint32_t delay_s)
{
	const struct uplink_handler h = { on_instruction, on_event, on_asked, a };
	auto_buf struct buf json = BUF_INIT;
	struct error err = ERROR_INIT;

	*a = (struct agent){ .libexec = "/nonexistent", .conf = { 3600, 60 } };
	a->intake.last = &a->intake.first;
	must(sd_event_new(&a->loop), &err);
	must(spool_open(path, &a->db, &err), &err);
	memcpy(a->me.enterprise, ENTERPRISE, sizeof(ENTERPRISE));
	memcpy(a->me.device, DEVICE, sizeof(DEVICE));
	memcpy(a->me.enrollment, DEVICE, sizeof(DEVICE));
	memcpy(a->me.trust_digest, DIGEST, sizeof(DIGEST));
	a->me.device_url = strdup("https://mdm.example:8443");
	a->me.reference = strdup("mdm.example");
	must(buf_append(&a->me.certificate, "cert", 4, &err), &err);
	must(buf_append(&a->me.anchor, "cert", 4, &err), &err);
	a->me.evidence_from = clock_now();
	a->me.evidence_to = a->me.evidence_from + 365 * 86400;
	a->me.ownership = OWNERSHIP_ENTERPRISE;
	a->phase = PHASE_ENROLLED;
	a->trust_version = version;
	if (version) {
		must(buf_printf(&json, &err, BED_TRUST, delay_s, version), &err);
		must(documents_put(a->db, ROLE_TRUST, DEVICE, DIGEST, &json, &err), &err);
	}
	must(spool_set_data(a->db, "evidence-certificate", "c", 1, &err), &err);
	must(keyholder_new(a->loop, a->libexec, NULL, &a->keys, &err), &err);
	must(uplink_new(a->loop, a->libexec, NULL, &h, &a->up, &err), &err);
	must(report_init(a, &err), &err);
	agent_connect(a);
	stub_say(a->loop, stub_child(AGENT_NET),
		 &(struct ipc_send){ .type = NET_EVENT, .body = &up });
}

void bed_end(struct agent *a)
{
	agent_stop(a);
	sd_event_unref(a->loop);
}

void bed_give(struct agent *a, uint64_t seq, const char *type)
{
	struct net_instruction i = { .seq = seq, .type = (char *)type, .id = COMMAND };
	char bytes[32];

	(void)snprintf(bytes, sizeof(bytes), "%s %llu", type, (unsigned long long)seq);
	stub_say(a->loop, stub_child(AGENT_NET),
		 &(struct ipc_send){ .type = NET_INSTRUCTION,
				     .body = &i,
				     .blob = bytes,
				     .blob_len = strlen(bytes) });
}

static void judge_as(struct agent *a, struct verify_verdict *v, const char *json)
{
	if (!stub_child(AGENT_VERIFY)) {
		fprintf(stderr, "manager bed: no verifier was started\n");
		abort();
	}
	memcpy(v->sha256, ROOT, sizeof(ROOT));
	stub_say(a->loop, stub_child(AGENT_VERIFY),
		 &(struct ipc_send){ .type = VERIFY_VERDICT,
				     .body = v,
				     .blob = json,
				     .blob_len = json ? strlen(json) : 0 });
}

void bed_believe(struct agent *a, const char *json, const char *effect)
{
	struct verify_verdict v = { .code = (char *)"ok", .effect = (char *)effect, .time = NOON };

	judge_as(a, &v, json);
}

void bed_refuse(struct agent *a, const char *code, const char *reason)
{
	struct verify_verdict v = { .code = (char *)code, .reason = (char *)reason };

	judge_as(a, &v, NULL);
}

int64_t bed_after(struct agent *a)
{
	struct error err = ERROR_INIT;
	int64_t n = -1;

	must(spool_number(a->db, "after", &n, &err), &err);
	return n;
}

/* Read what net was told until one of that type comes. */
bool bed_told(struct agent *a, unsigned type, uint32_t *id)
{
	for (;;) {
		auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;

		if (!stub_hear(stub_child(AGENT_NET), &m))
			return false;
		if (id)
			*id = m.id;
		if (m.type == type)
			return true;
	}
}

unsigned bed_recorded(struct agent *a, const char *name)
{
	auto_buf struct buf out = BUF_INIT;
	struct error err = ERROR_INIT;
	unsigned found = 0;
	size_t n = 0;

	must(queue_batch(a->db, &(struct buf)BUF_INIT, &out, &n, &err), &err);
	for (const char *at = (char *)out.data; (at = strstr(at, name)); at++)
		found++;
	return found;
}

unsigned bed_interval_s;

/* A check-in whose head says that. */
void bed_check_in(struct agent *a, const char *cancelled, uint64_t number, uint32_t version,
		  uint64_t latest)
{
	char body[200], json[1000];
	uint32_t id = 0;

	report_checkin(a);
	if (!bed_told(a, NET_CHECKIN, &id)) {
		fprintf(stderr, "manager bed: no check-in\n");
		abort();
	}
	(void)snprintf(body, sizeof(body),
		       "{\"enrollment\":\"" DEVICE "\",\"head\":\"aGVhZA==\",\"latest\":%llu,"
		       "\"intervalSeconds\":%u}",
		       (unsigned long long)latest, bed_interval_s);
	stub_say(a->loop, stub_child(AGENT_NET),
		 &(struct ipc_send){
			 .type = NET_CHECKED, .id = id, .blob = body, .blob_len = strlen(body) });
	(void)snprintf(json, sizeof(json), head, cancelled, (unsigned long long)number, version);
	bed_believe(a, json, NULL);
}
