/* SPDX-License-Identifier: Apache-2.0 */
/* What listens, and with whose rights. */
#include <string.h>

#include "probe/probes.h"
#include "probe/world.h"

static int look_open(struct probe *p, const struct world *w, struct error *err)
{
	if (fact_items(p, FACT_NET_LISTENING, err) < 0 || fact_items(p, FACT_NET_LOCAL, err) < 0)
		return -1;
	for (size_t i = 0; i < w->n_listeners; i++) {
		const struct listener *l = &w->listeners[i];
		const struct process *o = l->owner != NO_OWNER ? &w->processes[l->owner] : NULL;
		char id[32];

		listener_id(l, id, sizeof(id));
		if (fact_item(p, l->loopback ? FACT_NET_LOCAL : FACT_NET_LISTENING, id, err,
			      "%s, user %u%s%s%s%s", l->address, l->uid, o ? ", " : "",
			      o ? o->name : "", o && *o->unit ? " of " : "", o ? o->unit : "") < 0)
			return -1;
	}
	return 0;
}

/* A socket without a process is the kernel's own. */
static int look_root(struct probe *p, const struct world *w, struct error *err)
{
	if (!w->owners)
		return fact_unknown(p, FACT_PRIVILEGE_ROOT_LISTENERS, FACT_NO_PRIVILEGE, err,
				    "only root sees which process holds a socket");
	if (fact_items(p, FACT_PRIVILEGE_ROOT_LISTENERS, err) < 0)
		return -1;
	for (size_t i = 0; i < w->n_listeners; i++) {
		const struct listener *l = &w->listeners[i];
		const struct process *o = l->owner != NO_OWNER ? &w->processes[l->owner] : NULL;
		char id[32];

		if (l->loopback || !o || o->euid != 0)
			continue;
		listener_id(l, id, sizeof(id));
		if (fact_item(p, FACT_PRIVILEGE_ROOT_LISTENERS, id, err, "%s%s%s", o->name,
			      *o->unit ? " of " : "", o->unit) < 0)
			return -1;
	}
	return 0;
}

int probe_sockets(struct probe *p, struct error *err)
{
	const struct world *w;

	if (world_get(p, &w, err) < 0)
		return -1;
	return look_open(p, w, err) < 0 ? -1 : look_root(p, w, err);
}
