/* SPDX-License-Identifier: Apache-2.0 */
/* Services that ask who is there, and whether they can be asked for ever. */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "platform/platform.h"
#include "probe/endpoints.h"
#include "probe/probes.h"
#include "probe/ssh.h"

enum { PAM_MAX = 64 * 1024, PAM_DEPTH = 8 };

/* Modules that lock an account or a peer out after failures. */
static const char *const lockouts[] = { "pam_faillock.so", "pam_tally2.so", "pam_tally.so",
					"pam_abl.so" };

static const char *lockout_of(const char *line)
{
	for (size_t i = 0; i < ARRAY_SIZE(lockouts); i++)
		if (strstr(line, lockouts[i]))
			return lockouts[i];
	return NULL;
}

/* The module that locks out in a service's stack, with what it includes; NULL: none. The auth part
 * counts: there the failures are counted. */
static int find_lockout(struct probe *p, const char *service, int depth, const char **ret,
			struct error *err)
{
	auto_buf struct buf text = BUF_INIT;
	char path[LIMIT_NAME], *at, *line;

	(void)snprintf(path, sizeof(path), "/etc/pam.d/%.80s", service);
	if (depth > PAM_DEPTH || strchr(service, '/'))
		return error_set(err, ERROR_INVALID, "%s: its includes lead nowhere", path);
	if (probe_read_if(p, path, PAM_MAX, &text, err) < 0)
		return -1;
	at = (char *)text.data;
	while (!*ret && (line = probe_line(&at))) {
		const char *first;

		line += strspn(line, " \t-");
		if (*line == '#' || (strncmp(line, "auth", 4) != 0 && *line != '@'))
			continue;
		*ret = lockout_of(line);
		first = probe_field(&line);
		if (first && strcmp(first, "auth") == 0)
			first = probe_field(&line);
		if (!*ret && first &&
		    (strcmp(first, "@include") == 0 || strcmp(first, "include") == 0 ||
		     strcmp(first, "substack") == 0)) {
			const char *other = probe_field(&line);

			if (other && find_lockout(p, other, depth + 1, ret, err) < 0)
				return -1;
		}
	}
	return 0;
}

/* Which PAM service a protocol asks; NULL: its own store, that we know nothing of. */
static const struct {
	const char *protocol, *service;
} services[] = {
	{ "ssh", "sshd" },     { "telnet", "login" }, { "ftp", "vsftpd" },
	{ "imap", "dovecot" }, { "pop3", "dovecot" },
};

static bool is_running(const struct world *w, const char *name)
{
	for (size_t i = 0; i < w->n_processes; i++)
		if (strncmp(w->processes[i].name, name, PROCESS_NAME - 1) == 0)
			return true;
	return false;
}

/* *by: what makes trying passwords hopeless; *open: why not. Both NULL: it is not known. */
static int judge_service(struct probe *p, const struct tried *t, const char **by, const char **open,
			 struct error *err)
{
	struct sshd ssh = { 0 };
	const char *pam = NULL;

	if (strcmp(t->said.protocol, "tls") == 0)
		*by = "a client certificate is asked for";
	for (size_t i = 0; i < ARRAY_SIZE(services); i++)
		if (strcmp(services[i].protocol, t->said.protocol) == 0)
			pam = services[i].service;
	if (!pam)
		return 0;
	if (strcmp(pam, "sshd") == 0) {
		if (sshd_get(p, &ssh, err) < 0)
			return -1;
		if (!ssh.installed)
			return 0; /* another server */
		if (!ssh.passwords)
			*by = "keys only";
		else if (ssh.penalties)
			*by = "PerSourcePenalties";
	}
	if (!*by && find_lockout(p, pam, 0, by, err) < 0)
		return -1;
	if (!*by && is_running(p->world, "fail2ban-server"))
		*by = "fail2ban";
	if (!*by)
		*open = "no lock-out in its PAM stack, no ban of peers";
	return 0;
}

static int look_service(struct probe *p, const struct tried *t, bool *doubt, struct error *err)
{
	const char *by = NULL, *open = NULL;

	if (t->said.access != ENDPOINT_ASKS || !t->said.protocol)
		return 0;
	if (fact_item(p, FACT_AUTH_NETWORK, t->id, err, "%s", t->said.protocol) < 0 ||
	    judge_service(p, t, &by, &open, err) < 0)
		return -1;
	*doubt = *doubt || (!by && !open);
	if (by)
		return fact_item(p, FACT_AUTH_BRUTE_FORCE_PROTECTED, t->id, err, "%s", by);
	return open ? fact_item(p, FACT_AUTH_BRUTE_FORCE_OPEN, t->id, err, "%s", open) : 0;
}

int probe_auth(struct probe *p, struct error *err)
{
	const struct endpoints *e;
	size_t n_open;
	bool doubt = false;

	if (endpoints_get(p, &e, err) < 0 || fact_items(p, FACT_AUTH_NETWORK, err) < 0 ||
	    fact_items(p, FACT_AUTH_BRUTE_FORCE_OPEN, err) < 0 ||
	    fact_items(p, FACT_AUTH_BRUTE_FORCE_PROTECTED, err) < 0)
		return -1;
	for (size_t i = 0; i < e->n; i++)
		if (look_service(p, &e->items[i], &doubt, err) < 0)
			return -1;
	n_open = fact_items_n(p, FACT_AUTH_BRUTE_FORCE_OPEN);
	if (!doubt || n_open > 0)
		return 0;
	return fact_unknown(p, FACT_AUTH_BRUTE_FORCE_OPEN, FACT_NO_MEANS, err,
			    "a service keeps its own passwords: what happens after failures is not "
			    "seen from here");
}
