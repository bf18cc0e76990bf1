/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules for new passwords by libpwquality, in the PAM stack of Debian's common-password. Read back
 * by tries at the stack as it stands, one per rule, with passwords that break just that rule. In
 * the try a module that would store the password, or that is not known here, agrees instead: where
 * one comes before pam_pwquality and is enough, the rules do not hold.
 */
#include <errno.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/id.h"
#include "base/limits.h"
#include "platform/change.h"
#include "platform/conf.h"
#include "platform/pam_try.h"

#define STACK "/etc/pam.d/common-password"
#define MAIN "/etc/security/pwquality.conf"
#define DROP_IN "/etc/security/pwquality.conf.d/60-muster.conf"
#define OWNER "passwordRequirements"

static const struct pam_line quality_line = { "password", "pam_pwquality.so" };
static const struct pam_line any_line = { "password", NULL };
/* Those that store nothing: in a try they act as they do in the stack. */
static const struct pam_line tried_lines[] = {
	{ "password", "pam_pwquality.so" },
	{ "password", "pam_deny.so" },
	{ "password", "pam_permit.so" },
};

static const char *const keys[] = { "minlen", "lcredit", "ucredit", "dcredit", "ocredit" };
/* The main file is read after the drop-ins, and would win. */
static const struct conf_edit main_off = {
	.path = MAIN, .owner = OWNER, .keys = keys, .n_keys = ARRAY_SIZE(keys)
};

static bool is_tried(const char *line)
{
	for (size_t i = 0; i < ARRAY_SIZE(tried_lines); i++)
		if (pam_line_matches(line, strlen(line), &tried_lines[i]))
			return true;
	return false;
}

/* One line of the stack as a try has it: its place and control stay, since others may jump. */
static int copy_line(const char *line, struct buf *out, struct error *err)
{
	const char *control;
	size_t len;

	if (!pam_line_matches(line, strlen(line), &any_line))
		return 0;
	if (is_tried(line))
		return buf_printf(out, err, "%s\n", line);
	control = pam_line_control(line, &len);
	return buf_printf(out, err, "password %.*s pam_permit.so\n", (int)len, control);
}

/* The stack as a try has it. Errors: UNSUPPORTED: there is none with pam_pwquality. */
static int tried_stack(struct buf *out, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;
	bool has_quality = false;
	char *save = NULL;

	if (file_read(STACK, LIMIT_PLATFORM_FILE, &text, err) < 0)
		return error_set(err, ERROR_UNSUPPORTED, "no " STACK);
	for (char *l = text.len ? strtok_r((char *)text.data, "\n", &save) : NULL; l;
	     l = strtok_r(NULL, "\n", &save)) {
		has_quality |= pam_line_matches(l, strlen(l), &quality_line);
		if (copy_line(l, out, err) < 0)
			return -1;
	}
	return has_quality
		       ? 0
		       : error_set(err, ERROR_UNSUPPORTED, "pam_pwquality is not part of " STACK);
}

static int probe(struct platform *p, const struct password_rules *r, struct error *err)
{
	auto_buf struct buf stack = BUF_INIT;

	(void)p;
	(void)r;
	return conf_probe(&main_off, err) < 0 ? -1 : tried_stack(&stack, err);
}

/* ---- writing ---- */

static int apply(struct platform *p, const struct password_rules *r, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;

	/* A negative credit is a minimum; 0 keeps a class from making up for length. */
	if (buf_printf(&text, err,
		       "# Set by the enterprise's policy (muster). Changes here are undone.\n"
		       "minlen = %u\nlcredit = %d\nucredit = %d\ndcredit = %d\nocredit = %d\n"
		       "enforce_for_root\n",
		       r->length, -(int)r->lower, -(int)r->upper, -(int)r->digits,
		       -(int)r->symbols) < 0)
		return -1;
	if (change_text(p, DROP_IN, &text, 0644, err) < 0)
		return -1;
	return conf_apply(p, &main_off, err);
}

/* ---- reading back ---- */

static const char *const classes[] = { "abcdefghijkmnopqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ",
				       "23456789", "!#%&*+-=?@_~" };

/* A random password with the given numbers of lower, upper, digits and symbols, shuffled. */
static void random_password(const unsigned n[4], char *text)
{
	uint8_t dice[256];
	size_t len = 0;

	random_fill(dice, sizeof(dice));
	for (unsigned c = 0; c < 4; c++)
		for (unsigned i = 0; i < n[c]; i++, len++)
			text[len] = classes[c][dice[len] % strlen(classes[c])];
	text[len] = 0;
	for (size_t i = len; i > 1; i--) {
		size_t j = dice[128 + i % 128] % i;
		char swap = text[i - 1];

		text[i - 1] = text[j];
		text[j] = swap;
	}
}

/* Enough of each class for every rule and 8 more of length, spread over the classes. */
static void fill_counts(const struct password_rules *r, unsigned n[4])
{
	unsigned total;

	n[0] = r->lower;
	n[1] = r->upper;
	n[2] = r->digits;
	n[3] = r->symbols;
	total = n[0] + n[1] + n[2] + n[3];
	for (unsigned i = 0; total < r->length; i++, total++)
		n[i % 4]++;
}

struct quality_try {
	char dir[32]; /* holds the try's service */
	struct readback *ret;
};

static int try_password(const struct quality_try *q, const char *password, bool *refused,
			struct buf *said, struct error *err)
{
	struct pam_try t = { .phase = PAM_TRY_PASSWORD,
			     .service = "muster-try",
			     .confdir = q->dir,
			     .user = "root",
			     .secret = password };
	int code;

	if (pam_try(&t, &code, said, err) < 0)
		return -1;
	*refused = code != PAM_SUCCESS;
	return 0;
}

/* One rule: a password that breaks it, and nothing else, must be refused. */
static int try_rule(const struct quality_try *q, const char *name, const unsigned n[4],
		    struct error *err)
{
	auto_buf struct buf said = BUF_INIT;
	char password[4 * LIMIT_PASSWORD_LENGTH];
	bool refused;
	char *nl;

	random_password(n, password);
	if (try_password(q, password, &refused, &said, err) < 0)
		return -1;
	mem_wipe(password, sizeof(password));
	if (!refused)
		return readback_differs(q->ret, err, "a password that breaks '%s' was accepted",
					name);
	nl = said.len ? strchr((char *)said.data, '\n') : NULL;
	if (nl)
		*nl = 0;
	return readback_say(q->ret, err, "%s: %s", name, said.len ? (char *)said.data : "refused");
}

static int try_rules(const struct quality_try *q, const struct password_rules *r, struct error *err)
{
	static const char *const names[] = { "lower case", "upper case", "digits", "symbols" };
	const unsigned wanted[] = { r->lower, r->upper, r->digits, r->symbols };
	unsigned full[4], n[4];

	fill_counts(r, full);
	memcpy(n, full, sizeof(n));
	/* Shorter by one, at the cost of a class that has more than it needs. */
	for (unsigned c = 0; c < 4; c++) {
		if (n[c] > wanted[c]) {
			n[c]--;
			if (try_rule(q, "length", n, err) < 0)
				return -1;
			break;
		}
	}
	for (unsigned c = 0; c < 4; c++) {
		if (wanted[c] == 0)
			continue;
		memcpy(n, full, sizeof(n));
		n[(c + 1) % 4] += n[c] - wanted[c] + 1;
		n[c] = wanted[c] - 1;
		if (try_rule(q, names[c], n, err) < 0)
			return -1;
	}
	return 0;
}

static int make_service(const char *dir, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;
	char path[64];

	if (tried_stack(&text, err) < 0)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/muster-try", dir);
	return file_create(path, text.data, text.len, 0600, err);
}

static void remove_service(const char *dir)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%s/muster-try", dir);
	(void)unlink(path);
	(void)rmdir(dir);
}

static int read_back(struct platform *p, const struct password_rules *r, struct readback *ret,
		     struct error *err)
{
	struct quality_try q = { .dir = "/run/muster-pam-XXXXXX", .ret = ret };
	int failed;

	(void)p;
	ret->verdict = READBACK_ENFORCED;
	if (!mkdtemp(q.dir))
		return error_errno(err, errno, "%s", q.dir);
	failed = make_service(q.dir, err) < 0 || try_rules(&q, r, err) < 0 ? -1 : 0;
	remove_service(q.dir);
	return failed;
}

const struct password_driver pwquality_driver = {
	.probe = probe,
	.apply = apply,
	.read = read_back,
};
