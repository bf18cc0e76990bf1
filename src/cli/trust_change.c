/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/trust_change.h"

#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/limits.h"
#include "proto/function.h"

int trust_next(const struct document *in_force, int64_t now, struct document *ret,
	       struct error *err)
{
	auto_buf struct buf bytes = BUF_INIT;

	if (document_write(in_force, &bytes, err) < 0 ||
	    document_read(bytes.data, bytes.len, ret, err) < 0)
		return -1;
	uuid_new(ret->header.id);
	ret->trust.version++;
	ret->trust.issued = now;
	return 0;
}

static bool lists_key(const struct jmap_list *signers, const char *key)
{
	const struct trust_signer *s = signers->items;

	for (size_t i = 0; i < signers->n; i++)
		if (strcmp(s[i].key, key) == 0)
			return true;
	return false;
}

static bool key_listed(const struct trust *t, const char *key)
{
	const struct trust_role *roles = t->roles.items;

	for (size_t i = 0; i < t->roles.n; i++)
		if (lists_key(&roles[i].signers, key))
			return true;
	return lists_key(&t->online.signers, key);
}

/* One more zeroed element. */
static void *grow(struct jmap_list *list, size_t size, struct error *err)
{
	char *items = reallocarray(list->items, list->n + 1, size);

	if (!items) {
		(void)!error_oom(err);
		return NULL;
	}
	list->items = items;
	memset(items + list->n * size, 0, size);
	list->n++;
	return items + (list->n - 1) * size;
}

static struct jmap_list *role_of(struct trust *t, const char *name, struct error *err)
{
	struct trust_role *roles = t->roles.items;

	for (size_t i = 0; i < t->roles.n; i++)
		if (strcmp(roles[i].name, name) == 0)
			return &roles[i].signers;
	roles = grow(&t->roles, sizeof(*roles), err);
	if (!roles)
		return NULL;
	roles->name = strdup(name);
	if (!roles->name) {
		(void)!error_oom(err);
		return NULL;
	}
	return &roles->signers;
}

int trust_add_member(struct trust *t, const struct trust_member *m, struct error *err)
{
	struct jmap_list *signers;
	struct trust_signer *s;

	if (key_listed(t, m->key))
		return error_set(err, ERROR_CONFLICT, "the key %.16s… is listed already", m->key);
	signers = m->role ? role_of(t, m->role, err) : &t->online.signers;
	s = signers ? grow(signers, sizeof(*s), err) : NULL;
	if (!s)
		return -1;
	memcpy(s->key, m->key, SHA256_HEX_SIZE);
	s->person = strdup(m->person);
	return s->person ? 0 : error_oom(err);
}

static size_t remove_from(struct jmap_list *signers, const char *person)
{
	struct trust_signer *s = signers->items;
	size_t n = 0;

	for (size_t i = 0; i < signers->n;) {
		if (strcmp(s[i].person, person) != 0) {
			i++;
			continue;
		}
		free(s[i].person);
		memmove(&s[i], &s[i + 1], (signers->n - i - 1) * sizeof(*s));
		signers->n--;
		n++;
	}
	return n;
}

static void remove_empty_roles(struct trust *t)
{
	struct trust_role *roles = t->roles.items;

	for (size_t i = 0; i < t->roles.n;) {
		if (roles[i].signers.n > 0) {
			i++;
			continue;
		}
		free(roles[i].name);
		free(roles[i].signers.items);
		memmove(&roles[i], &roles[i + 1], (t->roles.n - i - 1) * sizeof(*roles));
		t->roles.n--;
	}
}

int trust_remove_person(struct trust *t, const char *person, bool online, struct error *err)
{
	struct trust_role *roles = t->roles.items;
	size_t n = online ? remove_from(&t->online.signers, person) : 0;

	for (size_t i = 0; !online && i < t->roles.n; i++)
		n += remove_from(&roles[i].signers, person);
	if (n == 0)
		return error_set(err, ERROR_NOT_FOUND, "'%.60s' is no %s of trust %u", person,
				 online ? "online signer" : "signer", t->version - 1);
	remove_empty_roles(t);
	return 0;
}

int trust_set_quorum(struct trust *t, const char *text, struct error *err)
{
	uint32_t *const members[EFFECT_MAX_] = {
		[EFFECT_ROUTINE] = &t->quorum.routine,
		[EFFECT_CONFIG] = &t->quorum.configuration,
		[EFFECT_CHANNEL] = &t->quorum.channel,
		[EFFECT_DESTRUCTIVE] = &t->quorum.destructive,
		[EFFECT_CODE] = &t->quorum.code,
		[EFFECT_AUTHORITY] = &t->quorum.authority,
	};
	const char *is = strchr(text, '=');
	char *end = NULL;
	unsigned long n = is ? strtoul(is + 1, &end, 10) : 0;

	if (!is || end == is + 1 || *end || n < 1 || n > LIMIT_TRUST_SIGNERS)
		return error_set(err, ERROR_INVALID,
				 "--quorum: '%.60s' is not CLASS=PERSONS, as destructive=2", text);
	for (unsigned e = 0; e < EFFECT_MAX_; e++) {
		const char *name = effect_name((enum effect)e);

		if (strlen(name) == (size_t)(is - text) && strncmp(name, text, strlen(name)) == 0) {
			*members[e] = (uint32_t)n;
			return 0;
		}
	}
	return error_set(err, ERROR_INVALID, "--quorum: no effect class is a '%.*s'",
			 (int)(is - text < 60 ? is - text : 60), text);
}

int trust_set_may(struct trust *t, const struct strings *may, struct error *err)
{
	char **items = calloc(may->n + 1, sizeof(*items));

	if (!items)
		return error_oom(err);
	for (size_t i = 0; i < t->online.may.n; i++)
		free(t->online.may.items[i]);
	free(t->online.may.items);
	t->online.may = (struct strings){ items, 0 };
	for (size_t i = 0; i < may->n; i++) {
		const struct function *f = function_find(may->items[i], FUNCTION_COMMAND);

		if (!f || f->effect != EFFECT_ROUTINE)
			return error_set(err, ERROR_INVALID,
					 "--online-may: '%.60s' is no routine command",
					 may->items[i]);
		items[i] = strdup(may->items[i]);
		if (!items[i])
			return error_oom(err);
		t->online.may.n++;
	}
	return 0;
}

static bool is_anchor(const struct trust_anchor *a, const struct buf *der)
{
	return buf_is(&a->certificate, der->data, der->len);
}

int trust_add_anchor(struct trust *t, const struct buf *der, struct error *err)
{
	struct trust_anchor *a = t->anchors.items, added = { .certificate = BUF_INIT };

	for (size_t i = 0; i < t->anchors.n; i++)
		if (is_anchor(&a[i], der))
			return error_set(err, ERROR_CONFLICT, "this root is there already");
	if (t->anchors.n == LIMIT_TRUST_ANCHORS)
		return error_set(err, ERROR_LIMIT, "%d roots are there already: drop the old ones",
				 LIMIT_TRUST_ANCHORS);
	if (buf_append(&added.certificate, der->data, der->len, err) < 0)
		return -1;
	if (!grow(&t->anchors, sizeof(*a), err)) {
		buf_done(&added.certificate);
		return -1;
	}
	a = t->anchors.items;
	memmove(&a[1], &a[0], (t->anchors.n - 1) * sizeof(*a));
	a[0] = added;
	return 0;
}

int trust_keep_anchor(struct trust *t, const struct buf *der, struct error *err)
{
	struct trust_anchor *a = t->anchors.items, kept = { .certificate = BUF_INIT };
	size_t found = t->anchors.n;

	for (size_t i = 0; i < t->anchors.n; i++)
		if (is_anchor(&a[i], der))
			found = i;
	if (found == t->anchors.n)
		return error_set(err, ERROR_NOT_FOUND,
				 "authority/root.crt is no root of the trust in force");
	kept = a[found];
	a[found].certificate = (struct buf)BUF_INIT;
	for (size_t i = 0; i < t->anchors.n; i++)
		buf_done(&a[i].certificate);
	a[0] = kept;
	t->anchors.n = 1;
	return 0;
}
