/* SPDX-License-Identifier: Apache-2.0 */
/* A message to the users (FMT_SMF.1.1(1) 16). */
#include "function/behaviour.h"

#include "platform/terminals.h"

static int probe(struct platform *p, const void *args, struct error *err)
{
	auto_sessions struct sessions s = { 0 };

	(void)args;
	return logind_sessions(p, &s, err);
}

static int run(struct platform *p, const void *args, json_t **answer, struct error *err)
{
	const struct message *a = args;
	auto_sessions struct sessions s = { 0 };
	unsigned shown;

	if (logind_sessions(p, &s, err) < 0 || terminals_show(&s, a->text, &shown, err) < 0)
		return -1;
	*answer = json_pack("{s:i, s:i}", "sessions", (int)s.n, "shown", (int)shown);
	return *answer ? 0 : error_oom(err);
}

const struct behaviour message_behaviour = { .by = "the sessions' terminals",
					     .probe = probe,
					     .run = run };
