/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/token/key_open.h"

#include "crypto/token/store.h"

static const struct {
	int (*open)(const struct key_uri *uri, struct key **ret, struct error *err);
	int (*create)(const struct key_uri *uri, enum key_type type, struct error *err);
	int (*destroy)(const struct key_uri *uri, struct error *err);
	int (*prepare)(const struct key_uri *uri, struct error *err); /* NULL: nothing to load */
} stores[] = {
	[KEY_STORE_FILE] = { file_store_open, file_store_create, file_store_destroy, NULL },
	[KEY_STORE_PKCS11] = { pkcs11_open, pkcs11_create, pkcs11_destroy, pkcs11_prepare },
	/* Of a key that its TPM wrapped, the file is all that there is. */
	[KEY_STORE_TPM2] = { tpm2_open, tpm2_create, file_store_destroy, tpm2_prepare },
};
_Static_assert(ARRAY_SIZE(stores) == KEY_STORE_MAX_, "every store opens and makes keys");

int key_open(const char *uri, struct key **ret, struct error *err)
{
	struct key_uri where auto_key_uri = { 0 };

	if (key_uri_parse(uri, &where, err) < 0)
		return -1;
	return stores[where.store].open(&where, ret, err);
}

int key_create(const char *uri, enum key_type type, struct key **ret, struct error *err)
{
	struct key_uri where auto_key_uri = { 0 };

	if ((unsigned)type >= KEY_TYPE_MAX_)
		return error_set(err, ERROR_INVALID, "no key type %d", (int)type);
	if (key_uri_parse(uri, &where, err) < 0 ||
	    stores[where.store].create(&where, type, err) < 0)
		return -1;
	return stores[where.store].open(&where, ret, err);
}

int key_destroy(const char *uri, struct error *err)
{
	struct key_uri where auto_key_uri = { 0 };

	if (key_uri_parse(uri, &where, err) < 0)
		return -1;
	return stores[where.store].destroy(&where, err);
}

int key_prepare(const char *uri, struct error *err)
{
	struct key_uri where auto_key_uri = { 0 };

	if (key_uri_parse(uri, &where, err) < 0)
		return -1;
	return stores[where.store].prepare ? stores[where.store].prepare(&where, err) : 0;
}
