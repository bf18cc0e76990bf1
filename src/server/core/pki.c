/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is published under /pki/: the channel tree's certificates, and the CRLs of its issuers, made
 * from day one, anew every LIMIT_CRL_PERIOD_S and at once when something was revoked.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "proto/record.h"
#include "server/core/core.h"
#include "store/crl.h"

static void clear(struct core *c)
{
	jmap_done(&server_pki_is_table, &c->pki);
	buf_done(&c->pki_blob);
}

void pki_done(struct core *c)
{
	clear(c);
	jmap_done(&key_tree_is_table, &c->tree);
	buf_done(&c->tree_blob);
}

static int add(struct core *c, const struct server_pki_item *item, const void *der,
	       struct error *err)
{
	struct jmap_list *list = &c->pki.items;
	struct server_pki_item *items = reallocarray(list->items, list->n + 1, sizeof(*items));

	if (!items)
		return error_oom(err);
	list->items = items;
	items[list->n] = *item;
	items[list->n].name = strdup(item->name);
	if (!items[list->n].name)
		return error_oom(err);
	list->n++;
	return buf_append(&c->pki_blob, der, item->size, err);
}

static bool is_crl(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && strcmp(name + n - 4, ".crl") == 0;
}

static int add_certs(struct core *c, struct error *err)
{
	const struct key_tree_item *from = c->tree.items.items;
	size_t at = 0;

	for (size_t i = 0; i < c->tree.items.n; i++) {
		struct server_pki_item item = { .name = from[i].name, .size = from[i].size };

		if (from[i].size > c->tree_blob.len - at)
			return error_set(err, ERROR_INTERNAL, "key: the tree is not whole");
		memcpy(item.issuer, from[i].key, SHA256_HEX_SIZE);
		if (!is_crl(item.name) && add(c, &item, c->tree_blob.data + at, err) < 0)
			return -1;
		at += from[i].size;
	}
	return 0;
}

static int add_crls(struct core *c, struct error *err)
{
	struct jmap_list crls = { 0 };
	const struct stored_crl *from;
	char name[SHA256_HEX_SIZE + 8];
	int r = crl_list(c->db, true, &crls, err);

	from = crls.items;
	for (size_t i = 0; i < crls.n && r == 0; i++) {
		struct server_pki_item item = {
			.name = name,
			.number = from[i].number,
			.next_update = from[i].next_update,
			.size = (uint32_t)from[i].der.len,
		};

		(void)snprintf(name, sizeof(name), "%s.crl", from[i].issuer);
		memcpy(item.issuer, from[i].key, SHA256_HEX_SIZE);
		r = add(c, &item, from[i].der.data, err);
	}
	crl_list_done(&crls);
	return r;
}

void pki_publish(struct core *c)
{
	struct error err = ERROR_INIT;

	clear(c);
	if (add_certs(c, &err) < 0 || add_crls(c, &err) < 0) {
		log_error("what is published: %s", err.msg);
		clear(c);
		return;
	}
	core_tell(c, &(struct ipc_send){ .type = SERVER_PKI_IS,
					 .body = &c->pki,
					 .blob = c->pki_blob.data,
					 .blob_len = c->pki_blob.len });
}

/* ---- the tree ---- */

/* The authority's CRL is carried as bytes: it becomes the stored one where it is newer. */
static int keep_authority_crl(struct core *c, struct error *err)
{
	const struct key_tree_item *i = c->tree.items.items;
	size_t at = 0;

	for (size_t n = 0; n < c->tree.items.n; at += i[n].size, n++) {
		struct stored_crl crl = { .issuer = (char *)"authority",
					  .number = i[n].number,
					  .next_update = i[n].next_update };

		if (strcmp(i[n].name, "authority.crl") != 0)
			continue;
		if (i[n].size > c->tree_blob.len - at)
			return error_set(err, ERROR_INTERNAL, "key: the tree is not whole");
		memcpy(crl.key, i[n].key, SHA256_HEX_SIZE);
		crl.der = BUF_VIEW(c->tree_blob.data + at, i[n].size);
		if (crl_put_authority(c->db, &crl, err) < 0 && err->code != ERROR_CONFLICT)
			return -1;
		*err = (struct error)ERROR_INIT;
		return 0;
	}
	return 0;
}

static int import(struct core *c, struct error *err)
{
	const struct key_trust *t = &c->tree.trust;
	struct bootstrap_trust trust = { .version = t->version, .issued = t->issued };
	auto_bootstrap struct bootstrap b = { 0 };
	auto_buf struct buf text = BUF_INIT;
	bool imported;

	memcpy(trust.id, t->id, UUID_SIZE);
	if (file_read(c->options.bootstrap, LIMIT_CONF, &text, err) < 0 ||
	    bootstrap_read(text.data, text.len, &b, err) < 0 ||
	    service_import(c->service, &b, &trust, &imported, err) < 0)
		return -1;
	if (imported)
		log_notice("imported %s: %s", c->options.bootstrap, b.enterprise_name);
	return keep_authority_crl(c, err);
}

int pki_take_tree(struct core *c, struct ipc_message *m, struct error *err)
{
	jmap_done(&key_tree_is_table, &c->tree);
	buf_done(&c->tree_blob);
	c->tree = *(struct key_tree_is *)m->body;
	memset(m->body, 0, sizeof(struct key_tree_is));
	c->tree_blob = buf_steal(&m->blob);
	if (db_begin(c->db, err) < 0)
		return -1;
	if (import(c, err) < 0 || db_commit(c->db, err) < 0) {
		db_rollback(c->db);
		log_error("bootstrap: %s", err->msg);
		(void)sd_event_exit(c->loop, error_exit(err->code));
		return 0;
	}
	c->imported = true;
	pki_publish(c);
	pki_refresh(c);
	core_update(c);
	return 0;
}

/* ---- CRLs ---- */

static const char *key_of(const struct core *c, int issuer)
{
	const struct key_tree_item *i = c->tree.items.items;
	char name[40];

	(void)snprintf(name, sizeof(name), "%s.crt", key_issuer_enum.names[issuer]);
	for (size_t n = 0; n < c->tree.items.n; n++)
		if (strcmp(i[n].name, name) == 0)
			return i[n].key;
	return "";
}

/* Whether a new one is due, and the number of the stored one. */
static bool due(struct core *c, int issuer, const struct jmap_list *stored, uint64_t *number)
{
	const struct stored_crl *s = stored->items;

	*number = 0;
	for (size_t i = 0; i < stored->n; i++) {
		if (strcmp(s[i].issuer, key_issuer_enum.names[issuer]) != 0)
			continue;
		*number = s[i].number;
		return c->crl_wanted[issuer] || strcmp(s[i].key, key_of(c, issuer)) != 0 ||
		       s[i].next_update - LIMIT_CRL_S + LIMIT_CRL_PERIOD_S < clock_now();
	}
	return true;
}

/* Core itself refuses whom a CRL cannot name; others who read it would not. */
static int tell_full(struct core *c, int issuer, struct error *err)
{
	char text[160];
	const struct service_event e = {
		.event = AUDIT_CRL_FULL,
		.outcome = OUTCOME_FAILURE,
		.text = text,
	};

	(void)snprintf(text, sizeof(text),
		       "more than %d certificates of the %s issuer are revoked: its CRL names the "
		       "newest of them only",
		       LIMIT_CRL_ENTRIES, key_issuer_enum.names[issuer]);
	log_error("CRLs: %s", text);
	if (db_begin(c->db, err) < 0)
		return -1;
	if (service_audit(c->service, &e, err) < 0 || db_commit(c->db, err) < 0) {
		db_rollback(c->db);
		return -1;
	}
	return 0;
}

/* What a CRL names: certificates that have not ended, or so lately that a renewal may still be
 * asked for by one, or no CRL has named it since (RFC 5280 3.3). */
static int list_revoked(struct core *c, int issuer, struct jmap_list *ret, struct error *err)
{
	int64_t since = clock_now() - LIMIT_RENEWAL_GRACE_S - LIMIT_CRL_S;
	struct revoked *last;

	if (crl_revoked(c->db, key_issuer_enum.names[issuer], since, LIMIT_CRL_ENTRIES + 1, ret,
			err) < 0)
		return -1;
	if (ret->n <= LIMIT_CRL_ENTRIES)
		return 0;
	last = (struct revoked *)ret->items + --ret->n;
	free(last->serial);
	return tell_full(c, issuer, err);
}

static int ask(struct core *c, int issuer, uint64_t number, struct error *err)
{
	struct key_crl q = { .issuer = issuer, .number = number };
	int r;

	/* struct revoked of the store and struct key_revoked are one layout under two names. */
	_Static_assert(sizeof(struct revoked) == sizeof(struct key_revoked), "one layout");
	if (list_revoked(c, issuer, &q.revoked, err) < 0) {
		crl_revoked_done(&q.revoked);
		return -1;
	}
	r = channel_send(c->key, &(struct ipc_send){ .type = KEY_CRL, .body = &q }, err);
	crl_revoked_done(&q.revoked);
	if (r == 0) {
		c->crl_asked[issuer] = true;
		c->crl_wanted[issuer] = false;
	}
	return r;
}

void pki_refresh(struct core *c)
{
	struct jmap_list stored = { 0 };
	struct error err = ERROR_INIT;
	uint64_t number;
	int r;

	if (!c->key || !c->imported)
		return;
	r = crl_list(c->db, false, &stored, &err);
	for (int i = KEY_ISSUER_NONE + 1; i < KEY_ISSUER_MAX_ && r == 0; i++)
		if (!c->crl_asked[i] && due(c, i, &stored, &number))
			r = ask(c, i, number + 1, &err);
	crl_list_done(&stored);
	if (r < 0)
		log_error("CRLs: %s", err.msg);
}

void pki_take_crl(struct core *c, struct ipc_message *m)
{
	const struct key_crl_is *k = m->body;
	struct stored_crl crl = {
		.issuer = (char *)key_issuer_enum.names[k->issuer],
		.number = k->number,
		.next_update = k->next_update,
		.der = m->blob,
	};
	struct error err = ERROR_INIT;

	c->crl_asked[k->issuer] = false;
	memcpy(crl.key, k->key, SHA256_HEX_SIZE);
	if (crl_put(c->db, &crl, &err) < 0)
		log_error("CRL of %s: %s", crl.issuer, err.msg);
	pki_publish(c);
	if (c->crl_wanted[k->issuer])
		pki_refresh(c);
	core_update(c);
}
