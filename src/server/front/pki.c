/* SPDX-License-Identifier: Apache-2.0 */
#include "server/front/pki.h"

#include <stdio.h>
#include <string.h>

void pki_done(struct pki *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->items[i].name);
		buf_done(&p->items[i].der);
		cert_free(p->items[i].cert);
		crl_free(p->items[i].crl);
	}
	free(p->items);
	*p = (struct pki){ 0 };
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n > m && strcmp(s + n - m, end) == 0;
}

static int read_item(const struct server_pki_item *from, const uint8_t *der, struct pki_item *to,
		     struct error *err)
{
	to->name = strdup(from->name);
	if (!to->name)
		return error_oom(err);
	memcpy(to->issuer, from->issuer, sizeof(to->issuer));
	if (buf_append(&to->der, der, from->size, err) < 0)
		return -1;
	if (ends_with(from->name, ".crt"))
		return cert_parse_der(der, from->size, &to->cert, err);
	if (ends_with(from->name, ".crl"))
		return crl_parse_der(der, from->size, &to->crl, err);
	return error_set(err, ERROR_INVALID, "of no known kind");
}

int pki_read(const struct server_pki_is *body, const struct buf *blob, struct pki *ret,
	     struct error *err)
{
	const struct server_pki_item *items = body->items.items;
	auto_pki struct pki p = { 0 };
	size_t at = 0;

	p.items = calloc(body->items.n + 1, sizeof(*p.items));
	if (!p.items)
		return error_oom(err);
	for (size_t i = 0; i < body->items.n; i++) {
		if (items[i].size > blob->len - at)
			return error_set(err, ERROR_INVALID, "%s: not whole", items[i].name);
		p.n++;
		if (read_item(&items[i], blob->data + at, &p.items[i], err) < 0)
			return error_wrap(err, "%s", items[i].name);
		at += items[i].size;
	}
	*ret = p;
	p = (struct pki){ 0 };
	return 0;
}

const struct pki_item *pki_find(const struct pki *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->items[i].name, name) == 0)
			return &p->items[i];
	for (size_t i = 0; i < p->n; i++)
		if (p->items[i].crl &&
		    strncmp(name, p->items[i].issuer, SHA256_HEX_SIZE - 1) == 0 &&
		    strcmp(name + SHA256_HEX_SIZE - 1, ".crl") == 0)
			return &p->items[i];
	return NULL;
}

int pki_cert(const struct pki *p, const char *name, const struct cert **ret, struct error *err)
{
	const struct pki_item *item;
	char file[64];

	(void)snprintf(file, sizeof(file), "%s.crt", name);
	item = pki_find(p, file);
	if (!item || !item->cert)
		return error_set(err, ERROR_NOT_FOUND, "core does not know %s", file);
	*ret = item->cert;
	return 0;
}

int pki_crls(const struct pki *p, struct crls **ret, struct error *err)
{
	auto_crls struct crls *crls = NULL;

	if (crls_new(&crls, err) < 0)
		return -1;
	for (size_t i = 0; i < p->n; i++)
		if (p->items[i].crl && crls_add(crls, p->items[i].crl, err) < 0)
			return -1;
	*ret = STEAL(crls);
	return 0;
}
