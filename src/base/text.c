/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <stdint.h>
#include <string.h>

/* RFC 3629: by the first byte, how long a character is, and what the second byte may be (no
 * overlong form, no surrogate, nothing above U+10FFFF). */
static const struct {
	uint8_t first, last, len, from, to;
} leads[] = {
	{ 0x20, 0x7e, 1, 0, 0 },       { 0xc2, 0xdf, 2, 0x80, 0xbf }, { 0xe0, 0xe0, 3, 0xa0, 0xbf },
	{ 0xe1, 0xec, 3, 0x80, 0xbf }, { 0xed, 0xed, 3, 0x80, 0x9f }, { 0xee, 0xef, 3, 0x80, 0xbf },
	{ 0xf0, 0xf0, 4, 0x90, 0xbf }, { 0xf1, 0xf3, 4, 0x80, 0xbf }, { 0xf4, 0xf4, 4, 0x80, 0x8f },
};

/* The length of the plain character at s; 0 where there is none. A NUL ends every check. */
static size_t character(const char *s)
{
	const uint8_t *b = (const uint8_t *)s;
	size_t i = 0, n = 1;

	while (i < sizeof(leads) / sizeof(leads[0]) && (*b < leads[i].first || *b > leads[i].last))
		i++;
	if (i == sizeof(leads) / sizeof(leads[0]))
		return 0;
	if (leads[i].len > 1 && (b[1] < leads[i].from || b[1] > leads[i].to))
		return 0;
	while (n < leads[i].len && (n < 2 || (b[n] & 0xc0) == 0x80))
		n++;
	return n == leads[i].len ? n : 0;
}

bool text_plain(const char *s, size_t min, size_t max)
{
	size_t n;

	if (!s || strnlen(s, max + 1) > max || strlen(s) < min)
		return false;
	while ((n = character(s)) > 0)
		s += n;
	return *s == 0;
}

void text_clean(const char *from, char *to, size_t size)
{
	size_t at = 0;

	while (*from) {
		size_t n = character(from), wide = n ? n : 1;

		if (at + wide >= size)
			break;
		if (n)
			memcpy(to + at, from, n);
		else
			to[at] = '?';
		from += wide;
		at += wide;
	}
	to[at] = 0;
}
