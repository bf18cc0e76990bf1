/* SPDX-License-Identifier: Apache-2.0 */
/* Software version, hardware model, state (FMT_SMF.1.1(1) 5, 6, 7). */
#include "function/behaviour.h"

#include "platform/host.h"

static int probe(struct platform *p, const void *args, struct error *err)
{
	auto_json json_t *facts = NULL;

	(void)args;
	return host_facts(p, &facts, err);
}

static int run(struct platform *p, const void *args, json_t **answer, struct error *err)
{
	(void)args;
	return host_facts(p, answer, err);
}

const struct behaviour query_behaviour = { .by = "systemd-hostnamed", .probe = probe, .run = run };
