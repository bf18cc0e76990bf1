/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int base64_encode(const void *data, size_t len, struct buf *out, struct error *err)
{
	const uint8_t *p = data;

	if (buf_reserve(out, (len / 3 + 1) * 4, err) < 0)
		return -1;
	for (; len >= 3; len -= 3, p += 3) {
		const char four[] = { alphabet[p[0] >> 2], alphabet[(p[0] & 3) << 4 | p[1] >> 4],
				      alphabet[(p[1] & 15) << 2 | p[2] >> 6], alphabet[p[2] & 63] };

		if (buf_append(out, four, 4, err) < 0)
			return -1;
	}
	if (len) {
		uint8_t second = len == 2 ? p[1] : 0;
		const char four[] = { alphabet[p[0] >> 2], alphabet[(p[0] & 3) << 4 | second >> 4],
				      len == 2 ? alphabet[(second & 15) << 2] : '=', '=' };

		return buf_append(out, four, 4, err);
	}
	return 0;
}

static int value_of(char c)
{
	const char *at = c ? strchr(alphabet, c) : NULL;

	return at ? (int)(at - alphabet) : -1;
}

/* Four characters to up to three bytes; 0 where they are not canonical. */
static size_t decode_four(const char four[4], uint8_t three[3])
{
	int v[4];
	size_t n = four[3] != '=' ? 3 : four[2] != '=' ? 2 : 1;

	for (size_t i = 0; i < 4; i++) {
		v[i] = i <= n ? value_of(four[i]) : 0;
		if (v[i] < 0)
			return 0;
	}
	if ((n == 1 && (v[1] & 15)) || (n == 2 && (v[2] & 3)))
		return 0;
	three[0] = (uint8_t)(v[0] << 2 | v[1] >> 4);
	three[1] = (uint8_t)(v[1] << 4 | v[2] >> 2);
	three[2] = (uint8_t)(v[2] << 6 | v[3]);
	return n;
}

int base64_decode(const char *text, size_t len, int wrapped, struct buf *out, struct error *err)
{
	char four[4];
	size_t n_four = 0, n_last = 3;

	if (buf_reserve(out, len / 4 * 3, err) < 0)
		return -1;
	for (size_t i = 0; i < len; i++) {
		uint8_t three[3];

		if (wrapped && text[i] && strchr(" \t\r\n", text[i]))
			continue;
		if (n_last != 3)
			return error_set(err, ERROR_INVALID, "base64 goes on after its padding");
		four[n_four++] = text[i];
		if (n_four < 4)
			continue;
		n_four = 0;
		n_last = decode_four(four, three);
		if (n_last == 0)
			return error_set(err, ERROR_INVALID, "not base64 at character %zu", i + 1);
		if (buf_append(out, three, n_last, err) < 0)
			return -1;
	}
	if (n_four)
		return error_set(err, ERROR_INVALID, "base64 ends within a group of four");
	return 0;
}

void hex_encode(const void *data, size_t len, char *text)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i++) {
		text[2 * i] = digits[p[i] >> 4];
		text[2 * i + 1] = digits[p[i] & 15];
	}
	text[2 * len] = 0;
}
