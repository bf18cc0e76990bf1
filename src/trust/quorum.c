/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/quorum.h"

#include <string.h>

#include "base/limits.h"

void quorum_done(struct quorum *q)
{
	for (size_t i = 0; i < q->persons.n; i++)
		free(q->persons.items[i]);
	free(q->persons.items);
	*q = (struct quorum){ 0 };
}

static const struct trust_signer *find_key(const struct jmap_list *signers, const char *key)
{
	const struct trust_signer *s = signers->items;

	for (size_t i = 0; i < signers->n; i++)
		if (strcmp(s[i].key, key) == 0)
			return &s[i];
	return NULL;
}

static int add_person(struct quorum *q, const char *person, struct error *err)
{
	for (size_t i = 0; i < q->persons.n; i++)
		if (strcmp(q->persons.items[i], person) == 0)
			return 0;
	if (!q->persons.items)
		q->persons.items = calloc(LIMIT_SIGNERS, sizeof(*q->persons.items));
	if (!q->persons.items)
		return error_oom(err);
	if (q->persons.n == LIMIT_SIGNERS)
		return error_refuse(err, REASON_CMS_FORM, "more than %u signers", LIMIT_SIGNERS);
	q->persons.items[q->persons.n] = strdup(person);
	if (!q->persons.items[q->persons.n])
		return error_oom(err);
	q->persons.n++;
	return 0;
}

int quorum_add(struct quorum *q, const struct trust *t, const char *key_sha256, struct error *err)
{
	const struct trust_role *roles = t->roles.items;

	for (size_t i = 0; i < t->roles.n; i++) {
		const struct trust_signer *s = find_key(&roles[i].signers, key_sha256);

		if (s)
			return add_person(q, s->person, err);
	}
	if (find_key(&t->online.signers, key_sha256)) {
		q->online = true;
		return 0;
	}
	return error_refuse(err, REASON_SIGNER_NOT_LISTED,
			    "the key %.16s… is not listed in trust %u", key_sha256, t->version);
}

unsigned quorum_needed(const struct trust *t, enum effect effect)
{
	const struct trust_quorum *q = &t->quorum;
	const uint32_t by_effect[EFFECT_MAX_] = {
		[EFFECT_ROUTINE] = q->routine, [EFFECT_CONFIG] = q->configuration,
		[EFFECT_CHANNEL] = q->channel, [EFFECT_DESTRUCTIVE] = q->destructive,
		[EFFECT_CODE] = q->code,       [EFFECT_AUTHORITY] = q->authority,
	};

	return by_effect[effect];
}

static bool online_may(const struct trust *t, const struct document *d, enum effect effect)
{
	if (d->type == DOCUMENT_HEAD)
		return true;
	if (d->type != DOCUMENT_COMMAND || effect != EFFECT_ROUTINE)
		return false;
	for (size_t i = 0; i < t->online.may.n; i++)
		if (strcmp(t->online.may.items[i], d->command.command) == 0)
			return true;
	return false;
}

int quorum_check(const struct quorum *q, const struct trust *t, const struct document *d,
		 enum effect effect, struct error *err)
{
	unsigned want;

	if (q->online && !online_may(t, d, effect))
		return error_refuse(err, REASON_SIGNER_ONLINE,
				    "a key that a server holds may not sign this %s (%s)",
				    document_type_name(d->type), effect_name(effect));
	if (q->online)
		return 0;
	/* Only the online signer answers nonces: a head that a person signed is not contact. */
	if (d->type == DOCUMENT_HEAD)
		return error_refuse(err, REASON_SIGNER_NOT_LISTED, "heads are the online signer's");
	want = quorum_needed(t, effect);
	if (q->persons.n < want)
		return error_refuse(err, REASON_QUORUM, "%zu of %u persons signed for a %s effect",
				    q->persons.n, want, effect_name(effect));
	return 0;
}
