/* SPDX-License-Identifier: Apache-2.0 */
/* What counts as a plain text, and what is made of one that is not. */
#include "base/text.h"

#include <string.h>

#include "check.h"

static void plain(void)
{
	static const char *const good[] = {
		"a", "token-1", "M\xc3\xbcller", "\xe2\x82\xac", "\xf0\x9f\x94\x92", "\xef\xbf\xbd"
	};
	static const char *const bad[] = {
		"\x01",	    "a\nb",	    "a\x7f",	    "\xff\xfe",		"\xc3",
		"\xc0\xaf", "\xed\xa0\x80", "\xe2\x82\x20", "\xf4\x90\x80\x80", "\x80",
	};

	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		CHECK(text_plain(good[i], 1, 128));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK(!text_plain(bad[i], 1, 128));
	CHECK(!text_plain(NULL, 0, 128) && !text_plain("", 1, 128) && text_plain("", 0, 128));
	CHECK(text_plain("abc", 3, 3) && !text_plain("abcd", 1, 3));
}

static void clean(void)
{
	char to[8];

	text_clean("a\x01\xff"
		   "b",
		   to, sizeof(to));
	CHECK_STR(to, "a??b");
	text_clean("123456\xc3\xbc", to, sizeof(to)); /* not cut inside a character */
	CHECK_STR(to, "123456");
	text_clean("12345\xc3\xbc"
		   "6",
		   to, sizeof(to));
	CHECK_STR(to, "12345\xc3\xbc");
	text_clean("x", to, 1);
	CHECK_STR(to, "");
	CHECK(text_plain(to, 0, 8));
}

static const struct check_case cases[] = {
	{ "text: UTF-8 without control characters, and nothing else", plain },
	{ "text: cleaned, never cut inside a character", clean },
};
CHECK_MAIN(cases)
