/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/key_store.h"

#include <string.h>

#define IN_FILES "file"
/* What stands for the path or the object while the store is read: both are for us to say. */
#define ANY_PATH "/-"
#define ANY_OBJECT "object=-"

static const struct {
	const char *scheme, *placeholder;
	bool separated; /* from what is there already, by a semicolon */
} tokens[] = {
	{ "tpm2:", ANY_PATH, false },
	{ "pkcs11:", ANY_OBJECT, true },
};

static int find(const char *store)
{
	for (size_t i = 0; i < ARRAY_SIZE(tokens); i++)
		if (strncmp(store, tokens[i].scheme, strlen(tokens[i].scheme)) == 0)
			return (int)i;
	return -1;
}

bool key_store_is_token(const char *store)
{
	return store && find(store) >= 0;
}

/* The store's URI as that of a key, with a placeholder where the key's own part goes. */
static int parse(const char *store, struct key_uri *ret, struct error *err)
{
	struct buf text auto_buf = BUF_INIT;
	int i = find(store);
	size_t scheme, path;

	if (i < 0)
		return error_set(err, ERROR_INVALID,
				 "a key store: 'file', 'tpm2:' or a pkcs11: URI, not '%.40s'",
				 store);
	scheme = strlen(tokens[i].scheme);
	path = strcspn(store + scheme, "?");
	if (!tokens[i].separated && path > 0)
		return error_set(err, ERROR_INVALID, "a key store of a TPM names no file");
	if (buf_append(&text, store, scheme + path, err) < 0 ||
	    (tokens[i].separated && path > 0 && buf_puts(&text, ";", err) < 0) ||
	    buf_puts(&text, tokens[i].placeholder, err) < 0 ||
	    buf_puts(&text, store + scheme + path, err) < 0)
		return -1;
	if (key_uri_parse((const char *)text.data, ret, err) < 0)
		return error_wrap(err, "a key store");
	return 0;
}

static int set_object(struct key_uri *uri, const char *name, struct error *err)
{
	if (uri->id.len > 0)
		return error_set(err, ERROR_INVALID,
				 "a key store names a token, and no key of it (id)");
	uri->object.len = 0;
	if (buf_puts(&uri->object, "muster-", err) < 0 || buf_puts(&uri->object, name, err) < 0)
		return -1;
	for (size_t i = 0; i < uri->object.len; i++)
		if (uri->object.data[i] == '/')
			uri->object.data[i] = '-';
	return 0;
}

int key_store_uri(const char *store, const char *dir, const char *name, struct buf *ret,
		  struct error *err)
{
	struct key_uri uri auto_key_uri = { 0 };

	if (!store || strcmp(store, IN_FILES) == 0)
		return buf_printf(ret, err, "%s/%s.key", dir, name);
	if (parse(store, &uri, err) < 0)
		return -1;
	if (uri.store == KEY_STORE_PKCS11)
		return set_object(&uri, name, err) < 0 ? -1 : key_uri_format(&uri, ret, err);
	uri.path.len = 0;
	if (buf_printf(&uri.path, err, "%s/%s.key", dir, name) < 0)
		return -1;
	return key_uri_format(&uri, ret, err);
}
