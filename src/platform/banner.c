/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The notice before a login: /etc/issue for the console (agetty), /etc/issue.net for SSH. Read
 * back from agetty's own rendering, and from the banner that the running sshd sends.
 */
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "platform/change.h"
#include "platform/run.h"
#include "platform/systemd.h"

#define CONSOLE "/etc/issue"
#define NETWORK "/etc/issue.net"
#define SSH_DIR "/etc/ssh/sshd_config.d"
#define SSH_DROP_IN SSH_DIR "/00-muster-banner.conf"
#define SSH_UNIT "ssh.service"
#define SSHD "/usr/sbin/sshd"
#define SSH "/usr/bin/ssh"
#define AGETTY "/sbin/agetty"

static int probe(struct platform *p, const struct banner_rules *r, struct error *err)
{
	(void)p;
	(void)r;
	(void)err;
	return 0; /* the files are read by whatever serves logins here */
}

/* agetty takes a backslash for the start of an escape. */
static int console_text(const char *text, struct buf *out, struct error *err)
{
	for (const char *c = text; *c; c++)
		if ((*c == '\\' && buf_puts(out, "\\", err) < 0) || buf_append(out, c, 1, err) < 0)
			return -1;
	return buf_puts(out, "\n", err);
}

static int apply_ssh(struct platform *p, struct error *err)
{
	static const char drop_in[] =
		"# Set by the enterprise's policy (muster). Changes here are undone.\n"
		"Banner " NETWORK "\n";

	unsigned before = p->n_changes;

	if (!file_exists(SSHD) || !file_exists(SSH_DIR))
		return 0;
	if (change_file(p, SSH_DROP_IN, drop_in, strlen(drop_in), 0644, err) < 0)
		return -1;
	return p->n_changes == before ? 0 : systemd_reload_if_active(p, SSH_UNIT, err);
}

static int apply(struct platform *p, const struct banner_rules *r, struct error *err)
{
	auto_buf struct buf console = BUF_INIT, network = BUF_INIT;

	if (console_text(r->text, &console, err) < 0 ||
	    buf_printf(&network, err, "%s\n", r->text) < 0 ||
	    change_text(p, CONSOLE, &console, 0644, err) < 0 ||
	    change_text(p, NETWORK, &network, 0644, err) < 0)
		return -1;
	return apply_ssh(p, err);
}

static int read_console(const struct banner_rules *r, unsigned *shown_by, struct readback *ret,
			struct error *err)
{
	static const char *const argv[] = { AGETTY, "--show-issue", NULL };
	const struct run run = { .argv = argv, .terminal = true };
	auto_buf struct buf shown = BUF_INIT;
	int status;

	if (!file_exists(AGETTY))
		return readback_say(ret, err, "no console login here");
	if (run_program(&run, &status, &shown, err) < 0)
		return -1;
	if (status != 0 || !shown.len || !strstr((char *)shown.data, r->text))
		return readback_differs(ret, err, "the console shows another text");
	++*shown_by;
	return readback_say(ret, err, "agetty shows it");
}

enum { RELOAD_TRIES = 10, RELOAD_WAIT_US = 200 * 1000 };

/* A login that offers nothing is refused, but sees the banner first. */
static int read_ssh(struct platform *p, const struct banner_rules *r, unsigned *shown_by,
		    struct readback *ret, struct error *err)
{
	static const char *const argv[] = { SSH,
					    "-F",
					    "none",
					    "-o",
					    "BatchMode=yes",
					    "-o",
					    "PreferredAuthentications=none",
					    "-o",
					    "StrictHostKeyChecking=no",
					    "-o",
					    "UserKnownHostsFile=/dev/null",
					    "-o",
					    "ConnectTimeout=10",
					    "nobody@127.0.0.1",
					    "true",
					    NULL };
	const struct run run = { .argv = argv };
	auto_buf struct buf shown = BUF_INIT;
	bool active;
	int status;

	if (!file_exists(SSHD))
		return 0;
	if (systemd_is_active(p, SSH_UNIT, &active, err) < 0)
		return -1;
	if (!active || !file_exists(SSH))
		return readback_say(ret, err, "sshd does not run");
	/* A reload is answered before sshd has read its files anew. */
	for (int tries = 0; tries < RELOAD_TRIES; tries++) {
		buf_done(&shown);
		if (tries)
			(void)usleep(RELOAD_WAIT_US);
		if (run_program(&run, &status, &shown, err) < 0)
			return -1;
		if (shown.len && strstr((char *)shown.data, r->text))
			break;
	}
	if (!shown.len || !strstr((char *)shown.data, r->text))
		return readback_differs(ret, err, "sshd sends another text: %.120s",
					shown.len ? (char *)shown.data : "none");
	++*shown_by;
	return readback_say(ret, err, "sshd sends it");
}

static int read_back(struct platform *p, const struct banner_rules *r, struct readback *ret,
		     struct error *err)
{
	unsigned shown_by = 0;

	/* Where nobody shows it, it lies in its files. */
	ret->verdict = READBACK_STORED;
	if (read_console(r, &shown_by, ret, err) < 0 || read_ssh(p, r, &shown_by, ret, err) < 0)
		return -1;
	if (ret->verdict == READBACK_STORED && shown_by)
		ret->verdict = READBACK_ENFORCED;
	return 0;
}

static int settle(struct platform *p, struct error *err)
{
	return systemd_reload_if_active(p, SSH_UNIT, err);
}

const struct banner_driver banner_driver = {
	.probe = probe,
	.apply = apply,
	.read = read_back,
	.settle = settle,
};
