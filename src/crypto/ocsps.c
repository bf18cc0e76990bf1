/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of OCSP responses. */
#include "base/limits.h"
#include "crypto/ocsp_internal.h"

struct ocsps {
	struct ocsp **list; /* owned references */
	size_t n, cap;
};

int ocsps_new(struct ocsps **ret, struct error *err)
{
	struct ocsps *ocsps = calloc(1, sizeof(*ocsps));

	if (!ocsps)
		return error_oom(err);
	*ret = ocsps;
	return 0;
}

void ocsps_free(struct ocsps *ocsps)
{
	if (!ocsps)
		return;
	for (size_t i = 0; i < ocsps->n; i++)
		ocsp_free(ocsps->list[i]);
	free(ocsps->list);
	free(ocsps);
}

int ocsps_add(struct ocsps *ocsps, const struct ocsp *ocsp, struct error *err)
{
	if (ocsps->n >= LIMIT_OCSPS)
		return error_set(err, ERROR_LIMIT, "more than %u OCSP responses", LIMIT_OCSPS);
	if (ocsps->n == ocsps->cap) {
		size_t cap = ocsps->cap ? 2 * ocsps->cap : 4;
		struct ocsp **list = realloc(ocsps->list, cap * sizeof(struct ocsp *));

		if (!list)
			return error_oom(err);
		ocsps->list = list;
		ocsps->cap = cap;
	}
	ocsps->list[ocsps->n++] = ocsp_ref(ocsp);
	return 0;
}

int ocsps_add_all(struct ocsps *ocsps, const struct ocsps *from, struct error *err)
{
	for (size_t i = 0; i < ocsps_count(from); i++)
		if (ocsps_add(ocsps, ocsps_get(from, i), err) < 0)
			return -1;
	return 0;
}

size_t ocsps_count(const struct ocsps *ocsps)
{
	return ocsps ? ocsps->n : 0;
}

const struct ocsp *ocsps_get(const struct ocsps *ocsps, size_t i)
{
	return i < ocsps_count(ocsps) ? ocsps->list[i] : NULL;
}
