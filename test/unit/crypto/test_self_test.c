/* SPDX-License-Identifier: Apache-2.0 */
/* FPT_TST_EXT.1: every known answer is right, and none but that one is. */
#include <string.h>

#include "check.h"
#include "crypto/self_test.h"

static void known_answers(void)
{
	CHECK(n_self_tests >= 15);
	for (size_t i = 0; i < n_self_tests; i++) {
		struct error err = ERROR_INIT;

		CHECK_OK(self_test_run(&self_tests[i], &err), err);
	}
}

static const size_t texts[] = {
	offsetof(struct self_test, key),
	offsetof(struct self_test, input),
	offsetof(struct self_test, extra),
	offsetof(struct self_test, expected),
};

/* The row with the last digit of one of its texts changed. */
static void check_broken(const struct self_test *t, size_t at)
{
	const char *text = *(const char *const *)((const char *)t + at);
	struct self_test broken = *t;
	struct error err = ERROR_INIT;
	char changed[2048];
	size_t last = strlen(text) - 1;

	CHECK(last + 2 < sizeof(changed));
	memcpy(changed, text, last + 2);
	changed[last] = changed[last] == '0' ? '1' : '0';
	*(const char **)((char *)&broken + at) = changed;
	CHECK(self_test_run(&broken, &err) < 0);
	CHECK(err.code == ERROR_INTERNAL && strstr(err.msg, t->name) != NULL);
}

static void wrong_answers(void)
{
	size_t n = 0;

	for (size_t i = 0; i < n_self_tests; i++)
		for (size_t f = 0; f < ARRAY_SIZE(texts); f++)
			if (*(const char *const *)((const char *)&self_tests[i] + texts[f])) {
				check_broken(&self_tests[i], texts[f]);
				n++;
			}
	CHECK(n > 30);
}

int main(void)
{
	static const struct check_case cases[] = {
		{ "S-TST-1: every known answer is computed", known_answers },
		{ "S-TST-2: a digit of a vector changed is a failure that names the algorithm",
		  wrong_answers },
	};

	return check_run(cases, ARRAY_SIZE(cases));
}
