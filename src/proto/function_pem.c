/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/function_pem.h"

#include <string.h>

#include "base/base64.h"
#include "base/limits.h"

#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"
enum { LINE = 64, DER_SEQUENCE = 0x30 };

/* Whether these bytes are one SEQUENCE in DER, whole, that begins with another: the frame of an
 * X.509 certificate. What is inside is judged by who uses it. */
static bool is_certificate_frame(const uint8_t *der, size_t len)
{
	size_t n_octets, body = 0;

	if (len < 4 || der[0] != DER_SEQUENCE)
		return false;
	if (der[1] < 0x80)
		return len == 2u + der[1] && der[2] == DER_SEQUENCE;
	n_octets = der[1] & 0x7fu;
	if (n_octets == 0 || n_octets > 3 || len < 3 + n_octets)
		return false;
	for (size_t i = 0; i < n_octets; i++)
		body = body << 8 | der[2 + i];
	/* The shortest form of the length, and no other. */
	if (der[2] == 0 || body < 0x80)
		return false;
	return len - 2 - n_octets == body && der[2 + n_octets] == DER_SEQUENCE;
}

int pem_write(const void *der, size_t len, struct buf *out, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;

	if (base64_encode(der, len, &text, err) < 0 || buf_puts(out, BEGIN "\n", err) < 0)
		return -1;
	for (size_t i = 0; i < text.len; i += LINE) {
		size_t n = text.len - i < LINE ? text.len - i : LINE;

		if (buf_append(out, text.data + i, n, err) < 0 || buf_puts(out, "\n", err) < 0)
			return -1;
	}
	return buf_puts(out, END "\n", err);
}

int pem_read(const char *text, size_t len, struct buf *der, struct error *err)
{
	static const size_t begin = sizeof(BEGIN) - 1, end = sizeof(END) - 1;
	size_t start = der->len;

	while (len && strchr(" \t\r\n", text[len - 1]))
		len--;
	if (len < begin + end || memcmp(text, BEGIN, begin) != 0 ||
	    memcmp(text + len - end, END, end) != 0)
		return error_set(err, ERROR_INVALID,
				 "not a certificate in PEM, from BEGIN to END CERTIFICATE");
	if (base64_decode(text + begin, len - begin - end, 1, der, err) < 0)
		return error_wrap(err, "PEM");
	if (der->len - start > LIMIT_CERT)
		return error_set(err, ERROR_LIMIT, "a certificate of more than %u bytes",
				 LIMIT_CERT);
	if (!is_certificate_frame(der->data + start, der->len - start))
		return error_set(err, ERROR_INVALID, "PEM of what is not a certificate");
	return 0;
}

/* ---- the list ---- */

static int read_item(const json_t *item, char **ret, struct error *err)
{
	auto_buf struct buf der = BUF_INIT, pem = BUF_INIT;
	size_t len = json_string_length(item);

	if (!json_is_string(item))
		return error_set(err, ERROR_INVALID, "not a string");
	if (len > 2 * LIMIT_CERT)
		return error_set(err, ERROR_LIMIT, "longer than %u bytes", 2 * LIMIT_CERT);
	if (pem_read(json_string_value(item), len, &der, err) < 0 ||
	    pem_write(der.data, der.len, &pem, err) < 0)
		return -1;
	*ret = strdup((char *)pem.data);
	return *ret ? 0 : error_oom(err);
}

static int pems_read(const json_t *v, const struct jmap *f, void *dst, struct error *err)
{
	struct strings *list = dst;
	size_t n = json_array_size(v), i;
	json_t *item;

	if (!json_is_array(v))
		return error_set(err, ERROR_INVALID, "not an array");
	if (n > (size_t)f->max)
		return error_set(err, ERROR_LIMIT, "more than %lld items", f->max);
	if (n < (size_t)f->min)
		return error_set(err, ERROR_INVALID, "fewer than %lld items", f->min);
	list->items = calloc(n + 1, sizeof(*list->items));
	if (!list->items)
		return error_oom(err);
	json_array_foreach (v, i, item) {
		if (read_item(item, &list->items[i], err) < 0)
			return error_wrap(err, "item %zu", i);
		list->n++;
	}
	return 0;
}

static int pems_write(const void *src, const struct jmap *f, json_t **ret, struct error *err)
{
	return jmap_strings.write(src, f, ret, err);
}

static json_t *pems_schema(const struct jmap *f)
{
	return json_pack("{s:s, s:I, s:I, s:{s:s, s:I, s:s}}", "type", "array", "minItems",
			 (json_int_t)f->min, "maxItems", (json_int_t)f->max, "items", "type",
			 "string", "maxLength", (json_int_t)2 * LIMIT_CERT, "pattern",
			 "^" BEGIN "[A-Za-z0-9+/=\\s]+" END "\\s*$");
}

static void pems_done(void *dst, const struct jmap *f)
{
	jmap_strings.done(dst, f);
}

const struct jmap_type jmap_pems = { "list of certificates in PEM", pems_read, pems_write,
				     pems_schema, pems_done };
