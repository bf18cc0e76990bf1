/* SPDX-License-Identifier: Apache-2.0 */
/* Properties of counting, over random trust documents and signers: whatever the roles, a person
 * counts once, a server's key never counts for one, and both quorums of a change must be there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "trust/quorum.h"

enum { ROUNDS = 20000, PERSONS = 5, KEYS = 12, ROLES = 3 };

/* A fixed seed: a failure is the same one every time. */
static uint32_t state = 20261123;
static unsigned below(unsigned n)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % n;
}

/* A trust document whose keys 0 … KEYS-1 are random persons' or the server's. */
struct world {
	struct trust_signer signers[ROLES][KEYS], online[KEYS];
	struct trust_role roles[ROLES];
	struct trust trust;
	int owner[KEYS]; /* person; -1: the server; -2: nobody */
};

static char names[PERSONS][8];

static void key_name(unsigned k, char ret[SHA256_HEX_SIZE])
{
	(void)snprintf(ret, SHA256_HEX_SIZE, "%064x", k);
}

static void list(struct jmap_list *to, unsigned k, char *person)
{
	struct trust_signer *s = (struct trust_signer *)to->items + to->n++;

	key_name(k, s->key);
	s->person = person;
}

static void make(struct world *w)
{
	const uint32_t want = 1 + below(3);

	memset(w, 0, sizeof(*w));
	for (unsigned r = 0; r < ROLES; r++)
		w->roles[r] =
			(struct trust_role){ .name = names[0], .signers = { w->signers[r], 0 } };
	w->trust.roles = (struct jmap_list){ w->roles, ROLES };
	w->trust.online.signers = (struct jmap_list){ w->online, 0 };
	w->trust.quorum = (struct trust_quorum){ want, want, want, want, want, want };
	for (unsigned k = 0; k < KEYS; k++) {
		w->owner[k] = (int)below(PERSONS + 2) - 2;
		if (w->owner[k] == -1)
			list(&w->trust.online.signers, k, (char *)"online");
		for (unsigned r = 0; w->owner[k] >= 0 && r < ROLES; r++)
			if (r == 0 || below(2)) /* one key in several roles */
				list(&w->roles[r].signers, k, names[w->owner[k]]);
	}
}

/* Random signers, some of them twice; what must come of it, counted the plain way. */
struct signing {
	unsigned keys[2 * KEYS], n, persons;
	bool online, unlisted;
};

static struct signing sign(const struct world *w)
{
	struct signing s = { .n = below(2 * KEYS) };
	bool seen[PERSONS] = { false };

	for (unsigned i = 0; i < s.n; i++) {
		int owner = w->owner[s.keys[i] = below(KEYS)];

		s.online |= owner == -1;
		s.unlisted |= owner == -2;
		if (owner >= 0 && !seen[owner])
			s.persons++;
		if (owner >= 0)
			seen[owner] = true;
	}
	return s;
}

static void add_all(const struct world *w, const struct signing *s, struct quorum *q)
{
	struct error err = ERROR_INIT;
	char key[SHA256_HEX_SIZE];

	for (unsigned i = 0; i < s->n; i++) {
		int r;

		key_name(s->keys[i], key);
		r = quorum_add(q, &w->trust, key, &err);
		CHECK((r == 0) == (w->owner[s->keys[i]] != -2));
		CHECK(r == 0 || err.reason == REASON_SIGNER_NOT_LISTED);
	}
}

static void persons_once(void)
{
	for (int round = 0; round < ROUNDS && !check_failures; round++) {
		struct world w;
		struct signing s;
		auto_quorum struct quorum q = { 0 };

		make(&w);
		s = sign(&w);
		add_all(&w, &s, &q);
		CHECK(q.persons.n == s.persons && q.online == s.online);
	}
}

/* For whatever effect: enough persons and no server, or it is refused. A routine command of the
 * list is all that the server may sign, and then it alone is enough. */
static void enough(void)
{
	char sync[] = "sync", *may[] = { sync };
	struct document d = { .type = DOCUMENT_COMMAND };

	d.command.command = sync;
	for (int round = 0; round < ROUNDS && !check_failures; round++) {
		const enum effect effect = (enum effect)below(EFFECT_MAX_);
		struct world w;
		struct signing s;
		auto_quorum struct quorum q = { 0 };
		struct error err = ERROR_INIT;
		bool want, routine = effect == EFFECT_ROUTINE;

		make(&w);
		w.trust.online.may = (struct strings){ may, below(2) };
		s = sign(&w);
		add_all(&w, &s, &q);
		want = s.online ? routine && w.trust.online.may.n
				: s.persons >= w.trust.quorum.authority;
		CHECK((quorum_check(&q, &w.trust, &d, effect, &err) == 0) == want);
		CHECK(want || err.reason == (s.online ? REASON_SIGNER_ONLINE : REASON_QUORUM));
	}
}

/* One more signature never makes a person's quorum smaller, and never two larger. */
static void rises_by_one(void)
{
	for (int round = 0; round < ROUNDS && !check_failures; round++) {
		struct world w;
		struct signing s;
		auto_quorum struct quorum q = { 0 };
		struct error err = ERROR_INIT;
		size_t before;
		char key[SHA256_HEX_SIZE];

		make(&w);
		s = sign(&w);
		add_all(&w, &s, &q);
		before = q.persons.n;
		key_name(below(KEYS), key);
		(void)!quorum_add(&q, &w.trust, key, &err);
		CHECK(q.persons.n == before || q.persons.n == before + 1);
	}
}

int main(void)
{
	static const struct check_case cases[] = {
		{ "quorum: a person counts once, in whatever roles, by whatever keys",
		  persons_once },
		{ "quorum: enough persons, and a server's key for none of them", enough },
		{ "quorum: one signature more is at most one person more", rises_by_one },
	};

	for (unsigned i = 0; i < PERSONS; i++)
		(void)snprintf(names[i], sizeof(names[i]), "p%u", i);
	return check_run(cases, ARRAY_SIZE(cases));
}
