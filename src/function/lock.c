/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lock now (FMT_SMF.1.1(1) 1): each session of a person is told by logind's signal, which its
 * locker obeys. That the screen is locked is only known when the locker has set LockedHint; the
 * read-back waits for that, and nothing of ours ever sets it.
 */
#include "function/behaviour.h"

#include <time.h>

#include "platform/logind.h"
#include "platform/terminals.h"

/* A locker takes well under a second; xss-lock and i3lock 0.1 s. */
enum { PROOF_MS = 5000, PROOF_STEP_MS = 20 };

static int probe(struct platform *p, const void *args, struct error *err)
{
	auto_sessions struct sessions s = { 0 };

	(void)args;
	return logind_sessions(p, &s, err);
}

static int run(struct platform *p, const void *args, json_t **answer, struct error *err)
{
	const struct lock *a = args;
	auto_sessions struct sessions s = { 0 };
	auto_json json_t *ids = json_array();
	unsigned shown = 0;

	if (logind_sessions(p, &s, err) < 0)
		return -1;
	for (size_t i = 0; i < s.n; i++)
		if (logind_lock(p, s.items[i].id, err) < 0 ||
		    json_array_append_new(ids, json_string(s.items[i].id)) < 0)
			return -1;
	if (a->message && terminals_show(&s, a->message, &shown, err) < 0)
		return -1;
	*answer = json_pack("{s:O}", "sessions", ids);
	return *answer ? 0 : error_oom(err);
}

static size_t count_locked(const struct sessions *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->items[i].locked;
	return n;
}

static int describe(const void *args, struct buf *out, struct error *err)
{
	(void)args;
	return buf_puts(out, "every session locked", err);
}

static int read_back(struct platform *p, const void *args, struct readback *ret, struct error *err)
{
	const struct timespec step = { .tv_nsec = PROOF_STEP_MS * 1000000L };
	size_t n = 0, locked = 0;

	(void)args;
	for (unsigned waited = 0; waited <= PROOF_MS; waited += PROOF_STEP_MS) {
		auto_sessions struct sessions s = { 0 };

		if (logind_sessions(p, &s, err) < 0)
			return -1;
		n = s.n;
		locked = count_locked(&s);
		if (locked == n)
			break;
		(void)nanosleep(&step, NULL);
	}
	/* Without a session there is nothing that a locker could prove. */
	ret->verdict = n ? READBACK_ENFORCED : READBACK_STORED;
	if (readback_say(ret, err, "%zu of %zu sessions say that they are locked", locked, n) < 0)
		return -1;
	return locked == n ? 0
			   : readback_differs(ret, err, "%zu sessions have no locker that says so",
					      n - locked);
}

const struct behaviour lock_behaviour = {
	.by = "the sessions' lockers, through logind",
	.describe = describe,
	.probe = probe,
	.read = read_back,
	.run = run,
};
