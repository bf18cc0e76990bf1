/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/purpose.h"

#include <string.h>

static const struct {
	const char *name, *eku[2];
	bool others;
} purposes[] = {
#define X(id, name, eku, eku2, others) [id] = { name, { eku, eku2 }, others },
	X509_PURPOSES(X)
#undef X
};

static bool known(enum x509_purpose purpose)
{
	return purpose > X509_PURPOSE_NONE_ && purpose < X509_PURPOSE_MAX_;
}

const char *x509_purpose_name(enum x509_purpose purpose)
{
	return known(purpose) ? purposes[purpose].name : "?";
}

enum x509_purpose x509_purpose_find(const char *name)
{
	for (size_t i = 1; i < ARRAY_SIZE(purposes); i++)
		if (strcmp(purposes[i].name, name) == 0)
			return (enum x509_purpose)i;
	return X509_PURPOSE_NONE_;
}

const char *x509_purpose_eku(enum x509_purpose purpose, unsigned k)
{
	return known(purpose) && k < 2 ? purposes[purpose].eku[k] : NULL;
}

bool x509_purpose_shares(enum x509_purpose purpose)
{
	return known(purpose) && purposes[purpose].others;
}
