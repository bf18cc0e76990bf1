/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What each open port says to a stranger: tried once, for all probes, by processes without rights.
 */
#include "probe/world.h"
#include "proto/endpoint.h"

enum { ENDPOINTS_MAX = 64 }; /* ports that are tried in one look */

struct tried {
	const struct listener *listener; /* of the world */
	char id[32];			 /* "tcp/22" */
	bool discovery; /* a protocol that cannot ask who is there, by its nature: DHCP, … */
	struct endpoint said;
};

struct endpoints {
	struct tried items[ENDPOINTS_MAX];
	size_t n;
};

/* The ports that more than this device reaches; the probe keeps the list. Takes seconds.
 * Errors: LIMIT (more ports), NOT_FOUND (no program to try them), TIMEOUT, INVALID. */
MUST_USE int endpoints_get(struct probe *p, const struct endpoints **ret, struct error *err);
void endpoints_free(struct endpoints *e);
