/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may log in, by pam_access in Debian's common-account, with a table of its own. Accounts of
 * the system (below uid 1000) are not judged, and root keeps the console.
 *
 * Read back by asking the stack for accounts that exist, at the console and from another host.
 */
#include <grp.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "platform/change.h"
#include "platform/edit.h"
#include "platform/pam_try.h"

#define STACK "/etc/pam.d/common-account"
#define TABLE "/etc/security/access-muster.conf"
#define OWNER "localAccountAccess"
/* TEST-NET-1 (RFC 5737): no host that could be meant otherwise. */
#define OTHER_HOST "192.0.2.1"
enum { NOBODY = 65534 };

static const struct edit stack_edit = {
	.where = EDIT_TOP,
	.text = "account\t[success=1 default=ignore]\tpam_succeed_if.so quiet uid > 0 uid < 1000\n"
		"account\trequired\tpam_access.so accessfile=" TABLE " nodefgroup\n",
};

static int edited_stack(struct buf *out, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;

	if (change_read(STACK, &text, err) < 0)
		return -1;
	return edit_apply(&text, OWNER, &stack_edit, 1, out, err);
}

/* Accounts of the system are not judged, so that naming one lets nobody in. */
static bool is_person(const struct passwd *pw)
{
	return pw && (pw->pw_uid == 0 || (pw->pw_uid >= 1000 && pw->pw_uid != NOBODY));
}

static bool has_member(const struct group *g)
{
	const struct passwd *pw;
	bool found = false;

	for (char **m = g->gr_mem; !found && *m; m++)
		found = is_person(getpwnam(*m));
	setpwent();
	while (!found && (pw = getpwent()))
		found = pw->pw_gid == g->gr_gid && is_person(pw);
	endpwent();
	return found;
}

/* Rules that name people, but nobody whom the device knows, say something else than was signed. */
static bool names_somebody(const struct access_rules *r)
{
	for (size_t i = 0; i < r->n_users; i++)
		if (is_person(getpwnam(r->users[i])))
			return true;
	for (size_t i = 0; i < r->n_groups; i++) {
		const struct group *g = getgrnam(r->groups[i]);

		if (g && has_member(g))
			return true;
	}
	return false;
}

static int probe(struct platform *p, const struct access_rules *r, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;

	(void)p;
	if (r && r->n_users + r->n_groups && !names_somebody(r))
		return error_set(err, ERROR_UNSUPPORTED,
				 "no allowed user or member of a group exists here: this would "
				 "lock everyone out");
	return edited_stack(&text, err);
}

static int apply(struct platform *p, const struct access_rules *r, struct error *err)
{
	auto_buf struct buf table = BUF_INIT, stack = BUF_INIT;
	const char *from = r->remote ? "ALL" : "LOCAL";

	if (buf_puts(&table,
		     "# Set by the enterprise's policy (muster). Changes here are undone.\n"
		     "+:root:LOCAL\n",
		     err) < 0)
		return -1;
	for (size_t i = 0; i < r->n_users; i++)
		if (buf_printf(&table, err, "+:%s:%s\n", r->users[i], from) < 0)
			return -1;
	for (size_t i = 0; i < r->n_groups; i++)
		if (buf_printf(&table, err, "+:(%s):%s\n", r->groups[i], from) < 0)
			return -1;
	if (buf_puts(&table, "-:ALL:ALL\n", err) < 0 ||
	    change_text(p, TABLE, &table, 0644, err) < 0 || edited_stack(&stack, err) < 0)
		return -1;
	return change_edit(p, STACK, OWNER, &stack, err);
}

/* ---- reading back ---- */

/* Whether the stack lets an account in. What expired, or must change its password first, was let
 * in by pam_access all the same. */
static int let_in(const char *user, const char *rhost, bool *ret, struct error *err)
{
	static const int let[] = { PAM_SUCCESS, PAM_NEW_AUTHTOK_REQD, PAM_ACCT_EXPIRED };
	struct pam_try t = { .phase = PAM_TRY_ACCOUNT,
			     .service = "common-account",
			     .user = user,
			     .tty = rhost ? "ssh" : "tty1",
			     .rhost = rhost };
	auto_buf struct buf said = BUF_INIT;
	int code;

	if (pam_try(&t, &code, &said, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(let); i++)
		if (code == let[i]) {
			*ret = true;
			return 0;
		}
	if (code != PAM_PERM_DENIED)
		return error_set(err, ERROR_INTERNAL, "PAM gives no answer for %s: %s", user,
				 pam_strerror(NULL, code));
	*ret = false;
	return 0;
}

static int expect(const char *user, const char *rhost, bool wanted, struct readback *ret,
		  struct error *err)
{
	const char *from = rhost ? "from another host" : "at the console";
	bool in = false;

	if (let_in(user, rhost, &in, err) < 0)
		return -1;
	if (in != wanted)
		return readback_differs(ret, err, "%s %s is %s", user, from,
					in ? "let in" : "refused");
	return readback_say(ret, err, "%s %s: %s", user, from, in ? "let in" : "refused");
}

/* The first account of a person that the rules do not name; "nobody" where there is none, whom
 * the rules judge like one. Group membership is the platform's to find out, so that an account is
 * only taken where no group is allowed. */
static int stranger(const struct access_rules *r, char *name, size_t size)
{
	struct passwd *pw;
	bool found = false;

	setpwent();
	while (!found && r->n_groups == 0 && (pw = getpwent())) {
		bool named = pw->pw_uid < 1000 || pw->pw_uid >= 60000;

		for (size_t i = 0; i < r->n_users; i++)
			named |= strcmp(pw->pw_name, r->users[i]) == 0;
		if (!named) {
			(void)snprintf(name, size, "%s", pw->pw_name);
			found = true;
		}
	}
	endpwent();
	if (!found)
		(void)snprintf(name, size, "nobody");
	return 0;
}

static int read_back(struct platform *p, const struct access_rules *r, struct readback *ret,
		     struct error *err)
{
	char name[64];

	(void)p;
	ret->verdict = READBACK_ENFORCED;
	if (stranger(r, name, sizeof(name)) < 0 || expect(name, NULL, false, ret, err) < 0 ||
	    expect("root", NULL, true, ret, err) < 0)
		return -1;
	for (size_t i = 0; i < r->n_users; i++) {
		if (strcmp(r->users[i], "root") == 0 || !getpwnam(r->users[i]))
			continue;
		if (expect(r->users[i], NULL, true, ret, err) < 0)
			return -1;
		return expect(r->users[i], OTHER_HOST, r->remote, ret, err);
	}
	return 0;
}

const struct access_driver pam_access_driver = {
	.probe = probe,
	.apply = apply,
	.read = read_back,
};
