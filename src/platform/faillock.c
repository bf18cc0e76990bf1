/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lock-out of accounts by pam_faillock, with a tally that survives a restart. Debian's stack does
 * not have the module: its lines are put into common-auth. The line of pam_deny is replaced, not
 * followed, so that the jumps of the modules before it still land where they did.
 *
 * Read back by wrong passwords through the stack, for an account that has no password.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "platform/change.h"
#include "platform/conf.h"
#include "platform/edit.h"
#include "platform/pam_try.h"

#define STACK "/etc/pam.d/common-auth"
#define CONF "/etc/security/faillock.conf"
#define TALLIES "/var/lib/faillock"
#define OWNER "failedAuthentication"
#define TRY_USER "nobody"

static const struct pam_line deny_line = { "auth", "pam_deny.so" };
static const struct pam_line permit_line = { "auth", "pam_permit.so" };

static const struct edit stack_edits[] = {
	{ EDIT_TOP, NULL, NULL, "auth\trequired\tpam_faillock.so preauth\n" },
	{ EDIT_REPLACE, pam_line_matches, &deny_line,
	  "auth\t[default=die]\tpam_faillock.so authfail\n" },
	{ EDIT_AFTER, pam_line_matches, &permit_line,
	  "auth\trequired\tpam_faillock.so authsucc\n" },
};

static const char *const keys[] = { "dir", "deny", "unlock_time", "fail_interval" };
static const struct conf_edit conf = {
	.path = CONF, .owner = OWNER, .keys = keys, .n_keys = ARRAY_SIZE(keys)
};

static int edited_stack(struct buf *out, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;

	if (change_read(STACK, &text, err) < 0)
		return -1;
	if (edit_apply(&text, OWNER, stack_edits, ARRAY_SIZE(stack_edits), out, err) < 0)
		return error_set(err, ERROR_UNSUPPORTED,
				 STACK " has not the form that pam-auth-update gives it");
	return 0;
}

/* The directories of modules that libpam of Debian and others use. */
static bool module_exists(void)
{
	static const char *const dirs[] = {
		"/lib/x86_64-linux-gnu/security",
		"/lib/aarch64-linux-gnu/security",
		"/lib/arm-linux-gnueabihf/security",
		"/lib/riscv64-linux-gnu/security",
		"/lib/security",
		"/lib64/security",
		"/usr/lib/security",
		"/usr/lib64/security",
	};
	char path[96];

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		(void)snprintf(path, sizeof(path), "%s/pam_faillock.so", dirs[i]);
		if (file_exists(path))
			return true;
	}
	return false;
}

static int probe(struct platform *p, const struct lockout_rules *r, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;

	(void)p;
	(void)r;
	if (!module_exists())
		return error_set(err, ERROR_UNSUPPORTED, "pam_faillock is not installed");
	return conf_probe(&conf, err) < 0 ? -1 : edited_stack(&text, err);
}

/* ---- writing ---- */

static int apply_conf(struct platform *p, const struct lockout_rules *r, struct error *err)
{
	struct conf_edit c = conf;
	char rules[160];

	/* Attempts count as consecutive for a week. */
	(void)snprintf(rules, sizeof(rules),
		       "dir = " TALLIES "\ndeny = %u\nunlock_time = %u\nfail_interval = 604800\n",
		       r->attempts, r->unlock_after_s);
	c.text = rules;
	return conf_apply(p, &c, err);
}

static int apply(struct platform *p, const struct lockout_rules *r, struct error *err)
{
	auto_buf struct buf stack = BUF_INIT;

	if (edited_stack(&stack, err) < 0 || change_directory(p, TALLIES, 0755, err) < 0 ||
	    apply_conf(p, r, err) < 0)
		return -1;
	return change_edit(p, STACK, OWNER, &stack, err);
}

/* ---- reading back ---- */

static int try_once(int *code, struct buf *said, struct error *err)
{
	struct pam_try t = { .phase = PAM_TRY_AUTHENTICATE,
			     .service = "common-auth",
			     .user = TRY_USER,
			     .tty = "/dev/console",
			     .secret = "a wrong password" };

	return pam_try(&t, code, said, err);
}

/* Attempts until the module says that the account is locked; at most one more than the rule. */
static int attempts_until_locked(unsigned max, unsigned *ret, struct buf *said, struct error *err)
{
	for (unsigned n = 0; n <= max; n++) {
		int code;

		buf_done(said);
		if (try_once(&code, said, err) < 0)
			return -1;
		if (code == PAM_SUCCESS)
			return error_set(err, ERROR_INTERNAL, TRY_USER " can log in");
		if (said->len && strstr((char *)said->data, "locked")) {
			*ret = n;
			return 0;
		}
	}
	*ret = 0;
	return 0;
}

static int read_back(struct platform *p, const struct lockout_rules *r, struct readback *ret,
		     struct error *err)
{
	auto_buf struct buf said = BUF_INIT;
	unsigned n = 0;
	int failed;

	(void)p;
	ret->verdict = READBACK_ENFORCED;
	(void)unlink(TALLIES "/" TRY_USER);
	failed = attempts_until_locked(r->attempts, &n, &said, err);
	(void)unlink(TALLIES "/" TRY_USER);
	if (failed < 0)
		return -1;
	if (n == 0)
		return readback_differs(ret, err, "%u wrong passwords locked nothing",
					r->attempts + 1);
	if (n != r->attempts)
		return readback_differs(ret, err, "locked after %u wrong passwords", n);
	return readback_say(ret, err, "after %u wrong passwords: %.*s", n, (int)said.len,
			    (char *)said.data);
}

/* The tally that PAM kept for us goes with the rules, unless somebody else's name it. */
static int settle(struct platform *p, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;
	auto_close int fd = -1;
	struct dirent *e;
	DIR *dir;

	(void)p;
	if (file_exists(CONF) && file_read(CONF, LIMIT_PLATFORM_FILE, &text, err) < 0)
		return -1;
	if (text.len && strstr((char *)text.data, "\ndir = " TALLIES "\n"))
		return 0;
	/* Never through a link: the files that it leads to are no tallies. */
	fd = open(TALLIES, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		return 0;
	(void)STEAL_FD(fd); /* closedir closes it */
	while ((e = readdir(dir)))
		(void)unlinkat(dirfd(dir), e->d_name, 0);
	(void)closedir(dir);
	(void)rmdir(TALLIES);
	return 0;
}

const struct lockout_driver faillock_driver = {
	.probe = probe,
	.apply = apply,
	.read = read_back,
	.settle = settle,
};
