/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "platform/edit.h"
#include "platform/pam_try.h"

static const struct pam_line deny = { "auth", "pam_deny.so" };
static const struct edit edits[] = {
	{ EDIT_TOP, NULL, NULL, "auth\trequired\tpam_faillock.so preauth\n" },
	{ EDIT_REPLACE, pam_line_matches, &deny,
	  "auth\t[default=die]\tpam_faillock.so authfail\n" },
	{ EDIT_AFTER, pam_line_matches, &deny, "auth\trequired\tx.so\n" },
	{ EDIT_BEFORE, pam_line_matches, &deny, "auth\trequired\ty.so\n" },
	{ EDIT_OFF, pam_line_matches, &deny, NULL },
	{ EDIT_BOTTOM, NULL, NULL, "auth\trequired\tz.so\n" },
};

static const char *const texts[] = {
	"",
	"\n",
	"auth\trequisite\tpam_deny.so\n",
	"auth\trequisite\tpam_deny.so",
	"# top\nauth [success=1 default=ignore] pam_unix.so\nauth requisite pam_deny.so\nauth "
	"required "
	"pam_permit.so\n",
	"one\r\nauth requisite pam_deny.so\r\n\n\n",
	"auth requisite pam_deny.so\nauth requisite pam_deny.so\nend without a line feed",
};

/* strip(insert(x)) is x, for every edit and every text. */
static void gives_back(void)
{
	for (size_t t = 0; t < ARRAY_SIZE(texts); t++) {
		for (size_t e = 0; e < ARRAY_SIZE(edits); e++) {
			struct error err = ERROR_INIT;
			auto_buf struct buf in = BUF_INIT, back = BUF_INIT;
			size_t len = strlen(texts[t]);

			if (edit_apply(&BUF_VIEW(texts[t], len), "X", &edits[e], 1, &in, &err) <
			    0) {
				CHECK(err.code == ERROR_NOT_FOUND);
				continue;
			}
			CHECK_OK(edit_strip(&in, "X", &back, &err), err);
			CHECK(back.len == len &&
			      (len == 0 || memcmp(back.data, texts[t], len) == 0));
		}
	}
}

static void twice_is_as_once(void)
{
	const char *text = texts[4];
	struct error err = ERROR_INIT;
	auto_buf struct buf once = BUF_INIT, twice = BUF_INIT;

	CHECK_OK(edit_apply(&BUF_VIEW(text, strlen(text)), "X", edits, 2, &once, &err), err);
	CHECK_OK(edit_apply(&once, "X", edits, 2, &twice, &err), err);
	CHECK_STR((char *)once.data, (char *)twice.data);
	CHECK_STR((char *)once.data, "# muster X begin\n"
				     "auth\trequired\tpam_faillock.so preauth\n"
				     "# muster X end\n"
				     "# top\n"
				     "auth [success=1 default=ignore] pam_unix.so\n"
				     "# muster X begin\n"
				     "# muster was: auth requisite pam_deny.so\n"
				     "auth\t[default=die]\tpam_faillock.so authfail\n"
				     "# muster X end\n"
				     "auth required pam_permit.so\n");
}

/* Two settings share a file, and go in either order. */
static void owners(void)
{
	const char *text = texts[4];
	struct error err = ERROR_INIT;
	auto_buf struct buf a = BUF_INIT, both = BUF_INIT, b = BUF_INIT, back = BUF_INIT;

	CHECK_OK(edit_apply(&BUF_VIEW(text, strlen(text)), "A", &edits[0], 1, &a, &err), err);
	CHECK_OK(edit_apply(&a, "B", &edits[5], 1, &both, &err), err);
	CHECK_OK(edit_strip(&both, "A", &b, &err), err);
	CHECK_OK(edit_strip(&b, "B", &back, &err), err);
	CHECK_STR((char *)back.data, text);
}

static void foreign_marks(void)
{
	static const char begin_only[] = "# muster X begin\nauth required x.so\n";
	struct error err = ERROR_INIT;
	auto_buf struct buf out = BUF_INIT;

	CHECK_OK(edit_strip(&BUF_VIEW(begin_only, strlen(begin_only)), "X", &out, &err), err);
	CHECK_STR((char *)out.data, begin_only);
}

static void no_line(void)
{
	struct error err = ERROR_INIT;
	auto_buf struct buf out = BUF_INIT;

	CHECK_ERROR(edit_apply(&BUF_VIEW("x\n", 2), "X", &edits[1], 1, &out, &err), err,
		    ERROR_NOT_FOUND);
}

static const struct {
	const char *line;
	bool matches;
} pam_lines[] = {
	{ "auth requisite pam_deny.so", true },
	{ "auth\trequisite\t\t\tpam_deny.so", true },
	{ "  auth requisite pam_deny.so nullok", true },
	{ "-auth requisite pam_deny.so", true },
	{ "AUTH requisite pam_deny.so", true },
	{ "auth [success=1 default=ignore] pam_deny.so", true },
	{ "account requisite pam_deny.so", false },
	{ "auth requisite pam_deny.so.old", false },
	{ "# auth requisite pam_deny.so", false },
	{ "auth requisite", false },
	{ "auth [success=1", false },
	{ "", false },
	{ "-", false },
};

static void pam(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(pam_lines); i++)
		if (pam_line_matches(pam_lines[i].line, strlen(pam_lines[i].line), &deny) !=
		    pam_lines[i].matches)
			CHECK_STR(pam_lines[i].line, pam_lines[i].matches ? "matches" : "differs");
}

static const struct check_case cases[] = {
	{ "edit: taking out gives every byte back", gives_back },
	{ "edit: twice is as once", twice_is_as_once },
	{ "edit: settings share a file and go in either order", owners },
	{ "edit: a begin without an end is left alone", foreign_marks },
	{ "edit: a line that must be there and is not", no_line },
	{ "pam: lines of a type and a module", pam },
};
CHECK_MAIN(cases)
