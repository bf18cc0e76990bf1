/* SPDX-License-Identifier: Apache-2.0 */
#include "function/behaviour.h"

#include "platform/logind.h"

/* Long enough for the agent to report that the command arrived. */
enum { LEAST_DELAY_S = 3 };

static int probe(struct platform *p, const void *args, struct error *err)
{
	auto_sessions struct sessions s = { 0 };

	(void)args;
	return logind_sessions(p, &s, err);
}

static int run(struct platform *p, const void *args, json_t **answer, struct error *err)
{
	const struct reboot *a = args;
	unsigned delay_s = a->delay_s < LEAST_DELAY_S ? LEAST_DELAY_S : a->delay_s;

	if (logind_reboot(p, delay_s, err) < 0)
		return -1;
	*answer = json_pack("{s:i}", "inSeconds", (int)delay_s);
	return *answer ? 0 : error_oom(err);
}

const struct behaviour reboot_behaviour = { .by = "systemd-logind", .probe = probe, .run = run };
