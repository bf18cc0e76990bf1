/* SPDX-License-Identifier: Apache-2.0 */
/* Devices as administrators see them, and how they leave. */
#include <string.h>

#include "base/limits.h"
#include "service/internal.h"
#include "store/delivery.h"
#include "store/setting.h"

/* Who was heard of since then counts as connected (FAU_NET_EXT.1). */
static int64_t fresh(const struct call *c)
{
	return c->now - LIMIT_CONNECTED_S;
}

int op_devices_list(struct call *c, struct error *err)
{
	struct admin_query q = *(const struct admin_query *)c->io.in;

	q.limit = page_limit(&q);
	return device_list(c->s->db, &q, fresh(c), c->io.out, err);
}

static int fill_detail(struct call *c, const char *id, struct admin_device_detail *ret,
		       struct error *err)
{
	auto_device struct device d = { 0 };
	struct db *db = c->s->db;

	if (device_get(db, id, &d, err) < 0 ||
	    device_summary(db, id, fresh(c), &ret->device, err) < 0 ||
	    setting_list(db, id, &ret->settings, err) < 0 ||
	    certificate_list(db, id, LIMIT_PAGE, &ret->certificates, err) < 0 ||
	    delivery_of_device(db, id, LIMIT_PAGE, &ret->deliveries, err) < 0 ||
	    device_get_status(db, id, &ret->status, err) < 0)
		return -1;
	ret->groups = d.groups;
	d.groups = (struct strings){ 0 };
	ret->ownership = STEAL(d.ownership);
	return 0;
}

int op_device_show(struct call *c, struct error *err)
{
	const struct admin_named *in = c->io.in;
	struct admin_device_detail detail = { 0 };
	char id[UUID_SIZE];

	if (device_resolve(c->s->db, in->id, id, err) < 0)
		return -1;
	memcpy(c->about, id, UUID_SIZE);
	if (fill_detail(c, id, &detail, err) < 0) {
		jmap_done(&admin_device_detail_table, &detail);
		return -1;
	}
	*(struct admin_device_detail *)c->io.out = detail;
	return 0;
}

int device_leave(struct service *s, const char *device, enum device_state state, struct error *err)
{
	const struct service_event e = {
		.event = AUDIT_DEVICE_REMOVED,
		.outcome = OUTCOME_SUCCESS,
		.device = device,
		.subject = device,
		.text = "the device unenrolled itself",
	};

	if (device_set_state(s->db, device, state, err) < 0 ||
	    certificate_revoke_all(s->db, device, service_now(s), err) < 0 ||
	    news_cut(s, device, err) < 0)
		return -1;
	s->news.revoked = true;
	/* An administrator's removal is the record of the call itself. */
	return state == DEVICE_UNENROLLED ? service_audit(s, &e, err) : 0;
}

int op_device_retire(struct call *c, struct error *err)
{
	const struct admin_named *in = c->io.in;
	auto_device struct device d = { 0 };
	char id[UUID_SIZE];

	if (device_resolve(c->s->db, in->id, id, err) < 0)
		return -1;
	memcpy(c->about, id, UUID_SIZE);
	if (device_get(c->s->db, id, &d, err) < 0)
		return -1;
	if (d.state != DEVICE_ENROLLED)
		return error_set(err, ERROR_CONFLICT, "the device has left already");
	return device_leave(c->s, id, DEVICE_RETIRED, err);
}
