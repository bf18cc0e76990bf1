/* SPDX-License-Identifier: Apache-2.0 */
/* SSH: what the server lets in, by its own account, and what it offers, by what it says. */
#include "probe/ssh.h"

#include <string.h>

#include "platform/run.h"
#include "probe/endpoints.h"
#include "probe/probes.h"

#define SSHD "/usr/sbin/sshd"

/* What sshd -T says, each a key with "yes" or something else. */
struct said {
	bool password, keyboard, empty, root, no_penalties, penalties;
};

static const struct {
	const char *key, *value;
	size_t off;
} says[] = {
	{ "passwordauthentication", "yes", offsetof(struct said, password) },
	{ "kbdinteractiveauthentication", "yes", offsetof(struct said, keyboard) },
	{ "permitemptypasswords", "yes", offsetof(struct said, empty) },
	{ "permitrootlogin", "yes", offsetof(struct said, root) },
	{ "persourcepenalties", NULL, offsetof(struct said, penalties) },
	{ "persourcepenalties", "no", offsetof(struct said, no_penalties) },
};

int sshd_parse(char *text, struct sshd *ret, struct error *err)
{
	struct said s = { 0 };
	bool seen = false;
	char *at = text, *line;

	while ((line = probe_line(&at))) {
		const char *key = probe_field(&line), *value = key ? probe_field(&line) : NULL;

		for (size_t i = 0; value && i < ARRAY_SIZE(says); i++)
			if (strcmp(key, says[i].key) == 0 &&
			    (!says[i].value || strcmp(value, says[i].value) == 0))
				*((bool *)((char *)&s + says[i].off)) = true;
		seen = seen || (value && strcmp(key, says[0].key) == 0);
	}
	if (!seen)
		return error_set(err, ERROR_INVALID, "sshd -T does not say how it is set");
	*ret = (struct sshd){
		.installed = true,
		.passwords = s.password || s.keyboard,
		.empty_passwords = s.empty && s.password,
		.root_password = s.root && (s.password || s.keyboard),
		.penalties = s.penalties && !s.no_penalties,
	};
	return 0;
}

int sshd_get(const struct probe *p, struct sshd *ret, struct error *err)
{
	static const char *const argv[] = { SSHD, "-T", NULL };
	auto_buf struct buf text = BUF_INIT;
	int status;

	if (!probe_exists(p, SSHD)) {
		*ret = (struct sshd){ 0 };
		return 0;
	}
	if (!p->privileged)
		return error_set(err, ERROR_DENIED, "sshd -T reads the host keys: it needs root");
	if (run_program(&(struct run){ .argv = argv }, &status, &text, err) < 0 ||
	    buf_puts(&text, "", err) < 0)
		return -1;
	if (status != 0)
		return error_set(err, ERROR_INTERNAL, "sshd -T: %.160s", (char *)text.data);
	return sshd_parse((char *)text.data, ret, err);
}

int probe_ssh_offers(struct probe *p, struct error *err)
{
	const struct endpoints *e;

	if (endpoints_get(p, &e, err) < 0 || fact_items(p, FACT_SSH_WEAK, err) < 0)
		return -1;
	for (size_t i = 0; i < e->n; i++) {
		const struct endpoint *said = &e->items[i].said;

		if (!said->protocol || strcmp(said->protocol, "ssh") != 0)
			continue;
		for (size_t k = 0; k < said->weak.n; k++)
			if (fact_item(p, FACT_SSH_WEAK, said->weak.items[k], err, "%s",
				      e->items[i].id) < 0)
				return -1;
	}
	return 0;
}

int probe_ssh(struct probe *p, struct error *err)
{
	struct sshd s;

	if (sshd_get(p, &s, err) < 0 ||
	    fact_bool(p, FACT_SSH_PERMIT_EMPTY, s.empty_passwords, err) < 0 ||
	    fact_bool(p, FACT_SSH_PERMIT_ROOT, s.root_password, err) < 0)
		return -1;
	return fact_bool(p, FACT_SSH_PASSWORDS, s.passwords, err);
}
