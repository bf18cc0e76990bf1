/* SPDX-License-Identifier: Apache-2.0 */
/* What an SSH server offers before anybody is known (RFC 4253): true for every implementation. */
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "scan/scan.h"

/* The lists of KEXINIT in their order; what is weak in each: broken, or no longer recommended by
 * RFC 9142, RFC 8758 and BSI TR-02102-4. */
static const struct {
	const char *list;
	const char *weak[10];
} lists[] = {
	{ "kex",
	  { "diffie-hellman-group1-sha1", "diffie-hellman-group14-sha1",
	    "diffie-hellman-group-exchange-sha1", "gss-*-sha1-*", "rsa1024-sha1" } },
	{ "hostkey",
	  { "ssh-rsa", "ssh-dss", "ssh-rsa-cert-v0?@openssh.com",
	    "ssh-dss-cert-v0?@openssh.com" } },
	{ "cipher",
	  { "*-cbc", "*-cbc@*", "arcfour*", "none", "des-*", "3des-*", "blowfish-*",
	    "cast128-*" } },
	{ "cipher",
	  { "*-cbc", "*-cbc@*", "arcfour*", "none", "des-*", "3des-*", "blowfish-*",
	    "cast128-*" } },
	{ "mac",
	  { "hmac-sha1*", "hmac-md5*", "hmac-ripemd160*", "umac-64*", "none", "*-96",
	    "*-96-etm@*" } },
	{ "mac",
	  { "hmac-sha1*", "hmac-md5*", "hmac-ripemd160*", "umac-64*", "none", "*-96",
	    "*-96-etm@*" } },
};

static bool is_weak(size_t list, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(lists[list].weak) && lists[list].weak[i]; i++)
		if (fnmatch(lists[list].weak[i], name, 0) == 0)
			return true;
	return false;
}

static int read_names(size_t list, const uint8_t *text, size_t len, struct endpoint *e,
		      struct error *err)
{
	for (size_t begin = 0; begin < len;) {
		const uint8_t *comma = memchr(text + begin, ',', len - begin);
		size_t n = comma ? (size_t)(comma - text) - begin : len - begin;
		char name[65], id[80];

		(void)snprintf(name, sizeof(name), "%.*s", (int)(n < 64 ? n : 64),
			       (const char *)text + begin);
		(void)snprintf(id, sizeof(id), "%s/%s", lists[list].list, name);
		if (is_weak(list, name) && endpoint_weak(e, id, err) < 0)
			return -1;
		begin += n + 1;
	}
	return 0;
}

static size_t number(const uint8_t *p)
{
	return (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
}

int ssh_read_offer(const void *data, size_t len, struct endpoint *e, struct error *err)
{
	enum { HEAD = 4 + 1 + 1 + 16, KEXINIT = 20 }; /* length, padding, kind, cookie */
	const uint8_t *p = data;
	size_t at = HEAD;

	if (len < HEAD || p[5] != KEXINIT)
		return error_set(err, ERROR_INVALID, "no SSH_MSG_KEXINIT");
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		if (len - at < 4 || len - at - 4 < number(p + at))
			return error_set(err, ERROR_INVALID, "SSH_MSG_KEXINIT is cut off");
		if (read_names(i, p + at + 4, number(p + at), e, err) < 0)
			return -1;
		at += 4 + number(p + at);
	}
	return 0;
}

/* The identification's line ends in CR LF; what follows is the first packet. */
int scan_ssh(const struct target *t, const struct buf *greeting, struct endpoint *ret,
	     struct error *err)
{
	static const char hello[] = "SSH-2.0-muster_probe\r\n";
	auto_buf struct buf answer = BUF_INIT;
	const char *comment;
	const uint8_t *end;

	ret->protocol = strdup("ssh");
	if (!ret->protocol)
		return error_oom(err);
	ret->encrypted = true;
	ret->access = ENDPOINT_ASKS;
	/* The software's name is a part of the protocol; what comes behind it is not. */
	comment = strpbrk((char *)greeting->data, " \r\n");
	if (comment && *comment == ' ' &&
	    endpoint_text(&ret->banner, greeting->data, strcspn((char *)greeting->data, "\r\n"),
			  err) < 0)
		return -1;
	if (target_ask(t, hello, sizeof(hello) - 1, SCAN_ANSWER_MAX, &answer, err) < 0)
		return -1;
	end = memchr(answer.data, '\n', answer.len);
	if (!end)
		return error_set(err, ERROR_INVALID, "SSH: no algorithms are offered");
	end++;
	return ssh_read_offer(end, answer.len - (size_t)(end - answer.data), ret, err);
}
