/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of CRLs. */
#include "base/limits.h"
#include "crypto/ossl.h"

int crls_new(struct crls **ret, struct error *err)
{
	struct crls *crls = calloc(1, sizeof(*crls));

	if (!crls)
		return error_oom(err);
	*ret = crls;
	return 0;
}

void crls_free(struct crls *crls)
{
	if (!crls)
		return;
	for (size_t i = 0; i < crls->n; i++)
		crl_free(crls->list[i]);
	free(crls->list);
	free(crls);
}

int crls_add(struct crls *crls, const struct crl *crl, struct error *err)
{
	if (crls->n >= LIMIT_CRLS)
		return error_set(err, ERROR_LIMIT, "more than %u CRLs", LIMIT_CRLS);
	if (crls->n == crls->cap) {
		size_t cap = crls->cap ? 2 * crls->cap : 4;
		struct crl **list = realloc(crls->list, cap * sizeof(struct crl *));

		if (!list)
			return error_oom(err);
		crls->list = list;
		crls->cap = cap;
	}
	crls->list[crls->n++] = crl_ref(crl);
	return 0;
}

int crls_add_all(struct crls *crls, const struct crls *from, struct error *err)
{
	for (size_t i = 0; i < crls_count(from); i++)
		if (crls_add(crls, crls_get(from, i), err) < 0)
			return -1;
	return 0;
}

size_t crls_count(const struct crls *crls)
{
	return crls ? crls->n : 0;
}

const struct crl *crls_get(const struct crls *crls, size_t i)
{
	return i < crls_count(crls) ? crls->list[i] : NULL;
}
