/* SPDX-License-Identifier: Apache-2.0 */
/* What open ports tell and take, from what each said to a stranger. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "probe/endpoints.h"
#include "probe/probes.h"

/* "nginx/1.22.1", "lighttpd 1.4", "Dropbear_2022.83": a word, and behind it a number with a dot. */
static bool names_version(const char *text)
{
	for (const char *at = text; *at; at++) {
		const char *digit = at + 1;
		size_t n;

		if (!isalpha((unsigned char)*at))
			continue;
		digit += *digit && strchr("/_- (", *digit) != NULL;
		digit += *digit == 'v' || *digit == 'V';
		n = strspn(digit, "0123456789");
		if (n > 0 && digit[n] == '.' && isdigit((unsigned char)digit[n + 1]))
			return true;
	}
	return false;
}

static const char *name_of(const struct tried *t)
{
	return t->said.protocol ? t->said.protocol : t->said.tls ? "TLS" : "not understood";
}

static bool is_understood(const struct tried *t)
{
	return t->discovery || t->said.refused || t->said.access != ENDPOINT_ACCESS_NONE_;
}

static int join_weak(const struct endpoint *e, struct buf *out, struct error *err)
{
	for (size_t i = 0; i < e->weak.n; i++)
		if (buf_printf(out, err, "%s%s", i ? ", " : "", e->weak.items[i]) < 0)
			return -1;
	return buf_puts(out, "", err);
}

static int look_tls(struct probe *p, const struct tried *t, struct error *err)
{
	auto_buf struct buf weak = BUF_INIT;

	if (!t->said.tls)
		return 0;
	if (fact_item(p, FACT_NET_TLS, t->id, err, "%s", t->said.version ? t->said.version : "") <
		    0 ||
	    join_weak(&t->said, &weak, err) < 0)
		return -1;
	if (p->fleet_key && t->said.key[0] &&
	    fact_digest(p, FACT_NET_KEY_DIGEST, t->said.key, strlen(t->said.key), t->id, err) < 0)
		return -1;
	return t->said.weak.n == 0
		       ? 0
		       : fact_item(p, FACT_NET_WEAK_TLS, t->id, err, "%s", (char *)weak.data);
}

static int look_words(struct probe *p, const struct tried *t, struct error *err)
{
	const struct endpoint *e = &t->said;

	/* Of SSH only what stands behind the software's name, which the protocol wants, was kept.
	 */
	if (e->banner && (strncmp(e->banner, "SSH-", 4) == 0 || names_version(e->banner)) &&
	    fact_item(p, FACT_NET_BANNERS, t->id, err, "%s", e->banner) < 0)
		return -1;
	if (!e->encrypted && !e->refused && !t->discovery &&
	    fact_item(p, FACT_NET_CLEAR, t->id, err, "%s", name_of(t)) < 0)
		return -1;
	return is_understood(t) ? 0
				: fact_item(p, FACT_NET_UNIDENTIFIED, t->id, err, "%s", name_of(t));
}

static int look_access(struct probe *p, const struct tried *t, struct error *err)
{
	if (t->said.access == ENDPOINT_OPEN &&
	    fact_item(p, FACT_NET_UNAUTHENTICATED, t->id, err, "%s", name_of(t)) < 0)
		return -1;
	return t->said.access == ENDPOINT_OPEN && t->said.configures
		       ? fact_item(p, FACT_NET_CONFIG_OPEN, t->id, err, "%s", t->said.configures)
		       : 0;
}

/* Seen for every port: versions of TLS, words, clearness. Access only where each was understood. */
static const enum fact_id always[] = { FACT_NET_TLS, FACT_NET_WEAK_TLS, FACT_NET_CLEAR,
				       FACT_NET_BANNERS, FACT_NET_UNIDENTIFIED };
static const enum fact_id accesses[] = { FACT_NET_UNAUTHENTICATED, FACT_NET_CONFIG_OPEN };

/* "None" is only known where every port was understood; one that was found is found. */
static int doubt(struct probe *p, const struct endpoints *e, struct error *err)
{
	for (size_t i = 0; i < e->n; i++)
		for (size_t k = 0; !is_understood(&e->items[i]) && k < ARRAY_SIZE(accesses); k++)
			if (fact_items_n(p, accesses[k]) == 0 &&
			    fact_unknown(p, accesses[k], FACT_NO_MEANS, err,
					 "%s: what it speaks is not understood",
					 e->items[i].id) < 0)
				return -1;
	return 0;
}

int probe_network(struct probe *p, struct error *err)
{
	const struct endpoints *e;
	bool digests;

	if (endpoints_get(p, &e, err) < 0 ||
	    fact_digests(p, FACT_NET_KEY_DIGEST, &digests, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(always); i++)
		if (fact_items(p, always[i], err) < 0)
			return -1;
	for (size_t i = 0; i < ARRAY_SIZE(accesses); i++)
		if (fact_items(p, accesses[i], err) < 0)
			return -1;
	for (size_t i = 0; i < e->n; i++)
		if (look_tls(p, &e->items[i], err) < 0 || look_words(p, &e->items[i], err) < 0 ||
		    look_access(p, &e->items[i], err) < 0)
			return -1;
	return doubt(p, e, err);
}
