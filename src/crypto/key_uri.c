/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/key_uri.h"

#include <stdbool.h>
#include <string.h>

#include "base/limits.h"

static const char *const schemes[] = {
#define X(id, scheme) [id] = scheme,
	KEY_STORES(X)
#undef X
};

enum place {
	IN_PATH,
	IN_QUERY,
};

/* One attribute of a URI: where its value goes, and what it may be. */
static const struct attribute {
	enum key_store store;
	const char *name;
	enum place place;
	size_t at, max; /* offset in struct key_uri; bytes, by CK_TOKEN_INFO's fields */
	bool binary, file;
} attributes[] = {
#define FIELD(name) offsetof(struct key_uri, name)
	{ KEY_STORE_TPM2, "tcti", IN_QUERY, FIELD(tcti), LIMIT_KEY_URI, false, false },
	{ KEY_STORE_PKCS11, "token", IN_PATH, FIELD(token), 32, false, false },
	{ KEY_STORE_PKCS11, "manufacturer", IN_PATH, FIELD(manufacturer), 32, false, false },
	{ KEY_STORE_PKCS11, "serial", IN_PATH, FIELD(serial), 16, false, false },
	{ KEY_STORE_PKCS11, "model", IN_PATH, FIELD(model), 16, false, false },
	{ KEY_STORE_PKCS11, "object", IN_PATH, FIELD(object), LIMIT_KEY_LABEL, false, false },
	{ KEY_STORE_PKCS11, "id", IN_PATH, FIELD(id), LIMIT_KEY_LABEL, true, false },
	{ KEY_STORE_PKCS11, "module-path", IN_QUERY, FIELD(module_path), LIMIT_KEY_URI, false,
	  true },
	{ KEY_STORE_PKCS11, "pin-source", IN_QUERY, FIELD(pin_source), LIMIT_KEY_URI, false, true },
#undef FIELD
};

static struct buf *field(struct key_uri *uri, const struct attribute *a)
{
	return (struct buf *)((char *)uri + a->at);
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* RFC 7512 2.3: what stands for itself in a value. */
static bool is_plain(char c, enum place place)
{
	if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
		return true;
	return c != '\0' &&
	       strchr(place == IN_PATH ? "-._~:[]@!$'()*+,=&" : "-._~:[]@!$'()*+,=/?|", c);
}

/* The path of file: and tpm2: has slashes, where pkcs11: has attributes. */
static bool stands(char c, enum place place, bool path)
{
	return is_plain(c, place) || (path && c == '/');
}

/* The octet of "%xy"; -1 where it is none. */
static int escaped(const char *text, size_t len)
{
	int high = len > 2 ? nibble(text[1]) : -1, low = len > 2 ? nibble(text[2]) : -1;

	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

static int decode(const char *text, size_t len, const struct attribute *a, bool path,
		  struct buf *ret, struct error *err)
{
	for (size_t i = 0; i < len; i++) {
		int c = (unsigned char)text[i];
		uint8_t octet;

		if (text[i] == '%') {
			c = escaped(text + i, len - i);
			i += 2;
		} else if (!stands(text[i], a->place, path)) {
			c = -1;
		}
		if (c < 0)
			return error_set(err, ERROR_INVALID, "%s: a character that must be escaped",
					 a->name);
		if (!a->binary && (c < 0x20 || c == 0x7f))
			return error_set(err, ERROR_INVALID, "%s: a control character", a->name);
		octet = (uint8_t)c;
		if (buf_append(ret, &octet, 1, err) < 0)
			return -1;
	}
	if (ret->len == 0 || ret->len > a->max)
		return error_set(err, ERROR_INVALID, "%s: %zu bytes; 1 to %zu", a->name, ret->len,
				 a->max);
	if (a->file && ret->data[0] != '/')
		return error_set(err, ERROR_INVALID, "%s: not an absolute path", a->name);
	return 0;
}

static const struct attribute *find(enum key_store store, enum place place, const char *name,
				    size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++) {
		const struct attribute *a = &attributes[i];

		if (a->store == store && a->place == place && strlen(a->name) == len &&
		    memcmp(a->name, name, len) == 0)
			return a;
	}
	return NULL;
}

/* "name=value", len bytes of it. */
static int read_attribute(struct key_uri *uri, enum place place, const char *text, size_t len,
			  struct error *err)
{
	static const char private[] = "type=private", pin[] = "pin-value=", file[] = "file:";
	const char *equals = memchr(text, '=', len);
	size_t n = equals ? (size_t)(equals - text) : len, rest = len - n - 1;
	const struct attribute *a = equals ? find(uri->store, place, text, n) : NULL;

	if (len == sizeof(private) - 1 && memcmp(text, private, len) == 0 && place == IN_PATH &&
	    uri->store == KEY_STORE_PKCS11)
		return 0; /* we open nothing else */
	if (len >= sizeof(pin) - 1 && memcmp(text, pin, sizeof(pin) - 1) == 0)
		return error_set(err, ERROR_INVALID,
				 "a PIN does not belong into a URI: use pin-source");
	if (!a)
		return error_set(err, ERROR_INVALID, "'%.*s' is not known in a %s: URI",
				 (int)(n > 40 ? 40 : n), text, schemes[uri->store]);
	if (field(uri, a)->len > 0)
		return error_set(err, ERROR_INVALID, "%s stands twice", a->name);
	text = equals + 1;
	if (a->at == offsetof(struct key_uri, pin_source) && rest >= sizeof(file) - 1 &&
	    memcmp(text, file, sizeof(file) - 1) == 0) {
		text += sizeof(file) - 1;
		rest -= sizeof(file) - 1;
	}
	return decode(text, rest, a, false, field(uri, a), err);
}

static int read_attributes(struct key_uri *uri, enum place place, const char *text, size_t len,
			   struct error *err)
{
	const char separator = place == IN_PATH ? ';' : '&';

	while (len > 0) {
		const char *end = memchr(text, separator, len);
		size_t n = end ? (size_t)(end - text) : len;

		if (read_attribute(uri, place, text, n, err) < 0)
			return -1;
		if (end && n + 1 == len)
			return error_set(err, ERROR_INVALID, "a key's URI ends in '%c'", separator);
		text += end ? n + 1 : n;
		len -= end ? n + 1 : n;
	}
	return 0;
}

static int read_uri(struct key_uri *uri, const char *text, struct error *err)
{
	static const struct attribute path = { .name = "path", .max = LIMIT_KEY_URI, .file = true };
	const char *query = strchr(text, '?');
	size_t n = query ? (size_t)(query - text) : strlen(text);

	if (uri->store != KEY_STORE_PKCS11) {
		/* file:///PATH is the same: the authority is empty (RFC 8089), and no other is. */
		size_t skip = strncmp(text, "//", 2) == 0 ? 2 : 0;

		if (skip && text[2] != '/')
			return error_set(err, ERROR_INVALID, "a key on another host");
		if (decode(text + skip, n - skip, &path, true, &uri->path, err) < 0)
			return -1;
	} else if (read_attributes(uri, IN_PATH, text, n, err) < 0) {
		return -1;
	}
	if (query && read_attributes(uri, IN_QUERY, query + 1, strlen(query + 1), err) < 0)
		return -1;
	if (uri->store == KEY_STORE_PKCS11 && ((uri->token.len == 0 && uri->serial.len == 0) ||
					       (uri->object.len == 0 && uri->id.len == 0)))
		return error_set(err, ERROR_INVALID,
				 "a pkcs11: URI must name a token (token or serial) and an object "
				 "(object or id)");
	return 0;
}

int key_uri_parse(const char *text, struct key_uri *ret, struct error *err)
{
	struct key_uri uri auto_key_uri = { .store = KEY_STORE_FILE };
	size_t len = strnlen(text, LIMIT_KEY_URI + 1);

	if (len > LIMIT_KEY_URI)
		return error_set(err, ERROR_LIMIT, "a key's URI of more than %u bytes",
				 LIMIT_KEY_URI);
	if (len == 0)
		return error_set(err, ERROR_INVALID, "an empty key's URI");
	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
		size_t n = strlen(schemes[i]);

		if (strncmp(text, schemes[i], n) != 0 || text[n] != ':')
			continue;
		uri.store = (enum key_store)i;
		if (read_uri(&uri, text + n + 1, err) < 0)
			return -1;
		*ret = uri;
		uri = (struct key_uri){ 0 };
		return 0;
	}
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return error_set(err, ERROR_INVALID, "a control character in a key's path");
	if (buf_append(&uri.path, text, len, err) < 0)
		return -1;
	*ret = uri;
	uri = (struct key_uri){ 0 };
	return 0;
}

static int encode(const struct buf *value, enum place place, bool path, struct buf *ret,
		  struct error *err)
{
	for (size_t i = 0; i < value->len; i++) {
		char c = (char)value->data[i];

		if (stands(c, place, path) ? buf_append(ret, &c, 1, err)
					   : buf_printf(ret, err, "%%%02X", value->data[i]))
			return -1;
	}
	return 0;
}

static int format_place(const struct key_uri *uri, enum place place, struct buf *ret,
			struct error *err)
{
	const char *before = place == IN_PATH ? "" : "?";

	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++) {
		const struct attribute *a = &attributes[i];
		const struct buf *value = field((struct key_uri *)uri, a);

		if (a->store != uri->store || a->place != place || value->len == 0)
			continue;
		if (buf_printf(ret, err, "%s%s=", before, a->name) < 0 ||
		    encode(value, place, false, ret, err) < 0)
			return -1;
		before = place == IN_PATH ? ";" : "&";
	}
	return 0;
}

int key_uri_format(const struct key_uri *uri, struct buf *ret, struct error *err)
{
	if (uri->store == KEY_STORE_FILE && (uri->path.len == 0 || uri->path.data[0] != '/'))
		return buf_append(ret, uri->path.data, uri->path.len, err);
	/* Two slashes at the beginning of a path would read as those before an authority. */
	if (buf_printf(ret, err, "%s:%s", schemes[uri->store],
		       uri->path.len > 1 && uri->path.data[1] == '/' ? "//" : "") < 0 ||
	    encode(&uri->path, IN_PATH, true, ret, err) < 0 ||
	    format_place(uri, IN_PATH, ret, err) < 0)
		return -1;
	return format_place(uri, IN_QUERY, ret, err);
}

void key_uri_done(struct key_uri *uri)
{
	buf_done(&uri->path);
	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++)
		buf_done(field(uri, &attributes[i]));
	*uri = (struct key_uri){ 0 };
}
