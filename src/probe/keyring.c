/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/keyring.h"

#include <stdio.h>
#include <string.h>

#include "base/base64.h"

enum { TAG_KEY = 6, TAG_SUBKEY = 14, RSA_LEAST = 2048 };

struct cursor {
	const uint8_t *at;
	size_t left;
};

static bool take(struct cursor *c, size_t n, const uint8_t **ret)
{
	if (n > c->left)
		return false;
	*ret = c->at;
	c->at += n;
	c->left -= n;
	return true;
}

/* The length behind a tag: old form by its two bits, new form by its first octet. Partial lengths
 * are not of key packets. */
static bool take_length(struct cursor *c, unsigned tag, size_t *ret)
{
	const uint8_t *b;
	size_t n;

	if (!(tag & 0x40)) {
		n = (size_t)1 << (tag & 3);
		if (n > 4 || !take(c, n, &b))
			return false;
		*ret = 0;
		for (size_t i = 0; i < n; i++)
			*ret = *ret << 8 | b[i];
		return true;
	}
	if (!take(c, 1, &b))
		return false;
	*ret = b[0];
	if (b[0] < 192)
		return true;
	n = b[0];
	if (n < 224 && take(c, 1, &b)) {
		*ret = ((n - 192) << 8) + b[0] + 192;
		return true;
	}
	if (n != 255 || !take(c, 4, &b))
		return false;
	*ret = (size_t)b[0] << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3];
	return true;
}

/* Version, time, algorithm, and the first number, whose length in bits is the key's. */
static void read_key(const uint8_t *body, size_t len, char *weak, size_t size)
{
	enum { HEAD = 1 + 4 + 1, RSA = 1, RSA_LAST = 3, DSA = 17 };
	unsigned bits;

	if (len < HEAD + 2 || body[0] != 4)
		return;
	bits = (unsigned)body[HEAD] << 8 | body[HEAD + 1];
	if (body[5] >= RSA && body[5] <= RSA_LAST && bits < RSA_LEAST)
		(void)snprintf(weak, size, "RSA with %u bits", bits);
	else if (body[5] == DSA)
		(void)snprintf(weak, size, "DSA with %u bits", bits);
}

static int read_packets(struct cursor c, char *weak, size_t size, struct error *err)
{
	bool any = false;

	while (c.left > 0) {
		const uint8_t *head, *body;
		size_t len;
		unsigned tag;

		if (!take(&c, 1, &head) || !(*head & 0x80) || !take_length(&c, *head, &len) ||
		    !take(&c, len, &body))
			return error_set(err, ERROR_INVALID, "no OpenPGP keyring, or cut off");
		tag = *head & 0x40 ? *head & 0x3f : *head >> 2 & 0xf;
		any = any || tag == TAG_KEY;
		if (tag == TAG_KEY || tag == TAG_SUBKEY)
			read_key(body, len, weak, size);
	}
	return any ? 0 : error_set(err, ERROR_INVALID, "a keyring without a key");
}

/* The base64 between the empty line and the checksum. */
static int dearmor(const struct buf *ring, struct buf *out, struct error *err)
{
	const char *text = (const char *)ring->data, *at = strstr(text, "\n\n"), *end;

	if (!at)
		at = strstr(text, "\n\r\n");
	end = at ? strstr(at, "\n=") : NULL;
	if (at && !end)
		end = strstr(at, "\n-----END");
	if (!end)
		return error_set(err, ERROR_INVALID, "an armored keyring that is cut off");
	return base64_decode(at, (size_t)(end - at), 1, out, err);
}

int keyring_weak(const struct buf *ring, char *weak, size_t size, struct error *err)
{
	auto_buf struct buf binary = BUF_INIT;
	static const char armor[] = "-----BEGIN PGP";

	*weak = '\0';
	if (ring->len < sizeof(armor) || memcmp(ring->data, armor, sizeof(armor) - 1) != 0)
		return read_packets((struct cursor){ ring->data, ring->len }, weak, size, err);
	if (dearmor(ring, &binary, err) < 0)
		return -1;
	return read_packets((struct cursor){ binary.data, binary.len }, weak, size, err);
}
