/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calling off (FMT_SMF_EXT.3): a command that a device has not carried out yet is named by every
 * head that the device is given from now on, and the device is told at once to ask for one. It
 * takes no signature: calling off does nothing to a device that it would not be without it.
 */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "service/internal.h"
#include "store/delivery.h"
#include "store/instruction.h"

/* Errors: NOT_FOUND, INVALID (no command). */
static int check_command(struct call *c, const char *id, struct error *err)
{
	auto_instruction struct stored_instruction i = { 0 };

	if (instruction_get(c->s->db, id, &i, err) < 0) {
		if (err->code != ERROR_NOT_FOUND)
			return -1;
		return error_set(err, ERROR_NOT_FOUND, "no instruction '%.60s'", id);
	}
	call_detail(c, "instruction", i.id);
	call_detail(c, "type", i.type);
	call_detail(c, "name", i.name);
	if (strcmp(i.type, "command") != 0)
		return error_set(err, ERROR_INVALID,
				 "only a command can be cancelled: a newer document takes the "
				 "place of a %.20s",
				 i.type);
	return 0;
}

static int wake_all(struct call *c, const struct delivery_called_off *off, struct error *err)
{
	for (size_t i = 0; i < off->devices.n; i++)
		if (news_wake(c->s, off->devices.items[i], err) < 0)
			return -1;
	return 0;
}

static int conclude(struct call *c, const char *id, const struct delivery_called_off *off,
		    struct error *err)
{
	struct admin_cancelled *ret = c->io.out;

	if (off->devices.n == 0 && off->late > 0)
		return error_set(err, ERROR_CONFLICT,
				 "too late: %u device%s carried it out or failed to", off->late,
				 off->late == 1 ? " has" : "s have");
	if (off->devices.n == 0)
		return error_set(err, ERROR_CONFLICT, "no device was to carry it out any more");
	call_detail_int(c, "devices", (int64_t)off->devices.n);
	if (off->devices.n == 1)
		(void)snprintf(c->about, sizeof(c->about), "%s", off->devices.items[0]);
	memcpy(ret->id, id, UUID_SIZE);
	ret->devices = (uint32_t)off->devices.n;
	ret->late = off->late;
	if (off->changed > 0 && wake_all(c, off, err) < 0)
		return -1;
	return news_moved(c->s, id, err);
}

int op_instruction_cancel(struct call *c, struct error *err)
{
	const struct admin_named *in = c->io.in;
	struct delivery_called_off off = { 0 };
	char reason[LIMIT_NAME + 32];
	const struct delivery_step step = { .instruction = in->id,
					    .reason = reason,
					    .now = c->now };
	int r;

	if (check_command(c, in->id, err) < 0)
		return -1;
	(void)snprintf(reason, sizeof(reason), "called off by %.*s", LIMIT_NAME, c->admin.name);
	if (delivery_cancel(c->s->db, &step, &off, err) < 0)
		return -1;
	r = conclude(c, in->id, &off, err);
	db_texts_done(&off.devices);
	return r;
}
