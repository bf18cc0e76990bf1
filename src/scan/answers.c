/* SPDX-License-Identifier: Apache-2.0 */
/* What services answer to nobody: pages, lines of text, remote calls, brokers. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scan/scan.h"

static int speaks(struct endpoint *e, const char *protocol, enum endpoint_access access,
		  struct error *err)
{
	free(e->protocol);
	e->protocol = strdup(protocol);
	e->access = access;
	return e->protocol ? 0 : error_oom(err);
}

/* ---- HTTP ---- */

static int header(const struct buf *answer, const char *name, const char **value, size_t *len)
{
	const char *text = (const char *)answer->data;
	const char *end = strstr(text, "\r\n\r\n"), *at = text;
	size_t n = strlen(name);

	while ((at = strstr(at, "\r\n")) && (!end || at < end)) {
		at += 2;
		if (strncasecmp(at, name, n) != 0 || at[n] != ':')
			continue;
		*value = at + n + 1 + strspn(at + n + 1, " \t");
		*len = strcspn(*value, "\r\n");
		return 0;
	}
	return -1;
}

/* A page with a place for a password asks for one; a form without takes what anybody says. */
static int read_page(const struct buf *answer, struct endpoint *e, struct error *err)
{
	static const char how[] = "a form that is sent without a password";

	if (answer_has(answer, "type=\"password\"") || answer_has(answer, "type=password")) {
		e->access = ENDPOINT_ASKS;
		return 0;
	}
	e->access = ENDPOINT_OPEN;
	if (answer_has(answer, "<form") && answer_has(answer, "post"))
		return endpoint_text(&e->configures, how, sizeof(how) - 1, err);
	return 0;
}

/* The status of a reply; 0 where it is none. */
static unsigned status_of(const struct buf *answer)
{
	const char *text = (const char *)answer->data;
	char digits[4], *end;
	unsigned long status;

	if (answer->len < 12 ||
	    (memcmp(text, "HTTP/1.0 ", 9) != 0 && memcmp(text, "HTTP/1.1 ", 9) != 0))
		return 0;
	memcpy(digits, text + 9, 3);
	digits[3] = '\0';
	status = strtoul(digits, &end, 10);
	return end == digits + 3 ? (unsigned)status : 0;
}

static bool asks(unsigned status, const struct buf *answer)
{
	const char *value;
	size_t len;

	if (status == 401 || status == 403 || status == 407)
		return true;
	return status >= 300 && status < 400 && header(answer, "Location", &value, &len) == 0 &&
	       memmem(value, len, "login", 5);
}

int http_read_answer(const struct buf *answer, struct endpoint *e, struct error *err)
{
	const char *value;
	unsigned status = status_of(answer);
	size_t len;

	if (status == 0)
		return 0;
	if (speaks(e, "http", ENDPOINT_ACCESS_NONE_, err) < 0)
		return -1;
	if ((header(answer, "Server", &value, &len) == 0 ||
	     header(answer, "X-Powered-By", &value, &len) == 0) &&
	    endpoint_text(&e->banner, value, len, err) < 0)
		return -1;
	if (asks(status, answer))
		e->access = ENDPOINT_ASKS;
	else if (status >= 200 && status < 300)
		return read_page(answer, e, err);
	return 0;
}

int http_read_options(const struct buf *answer, struct endpoint *e, struct error *err)
{
	static const char *const methods[] = { "PUT", "POST", "PATCH", "DELETE" };
	const char *value;
	unsigned status = status_of(answer);
	char how[80];
	size_t len;

	if (status < 200 || status >= 300 || header(answer, "Allow", &value, &len) < 0)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++)
		if (memmem(value, len, methods[i], strlen(methods[i]))) {
			(void)snprintf(how, sizeof(how), "OPTIONS without a name: %s is allowed",
				       methods[i]);
			return endpoint_text(&e->configures, how, strlen(how), err);
		}
	return 0;
}

/* ---- text ---- */

/* By what it says first; NULL: any text. The first row that fits. */
static const struct {
	const char *begins, *has, *protocol;
	enum endpoint_access access;
} greetings[] = {
	{ "220", "ftp", "ftp", ENDPOINT_ASKS },		{ "220", "smtp", "smtp", ENDPOINT_OPEN },
	{ "+OK", NULL, "pop3", ENDPOINT_ASKS },		{ "* OK", NULL, "imap", ENDPOINT_ASKS },
	{ "RFB ", NULL, "vnc", ENDPOINT_ACCESS_NONE_ }, { "@RSYNCD", NULL, "rsync", ENDPOINT_OPEN },
	{ "\xff", NULL, "telnet", ENDPOINT_ASKS }, /* an option is negotiated */
	{ "", "login:", "telnet", ENDPOINT_ASKS },	{ "", "password", "text", ENDPOINT_ASKS },
};

static size_t printable(const struct buf *answer)
{
	size_t n = 0;

	while (n < answer->len && (isprint(answer->data[n]) || isspace(answer->data[n])))
		n++;
	return n;
}

int text_read_greeting(const struct buf *answer, struct endpoint *e, struct error *err)
{
	size_t first = answer->data ? strcspn((char *)answer->data, "\r\n") : 0;

	if (!answer->data || answer->len == 0)
		return 0;
	if (printable(answer) > 0 && endpoint_text(&e->banner, answer->data, first, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(greetings); i++) {
		size_t n = strlen(greetings[i].begins);

		if (answer->len >= n && memcmp(answer->data, greetings[i].begins, n) == 0 &&
		    (!greetings[i].has || answer_has(answer, greetings[i].has)))
			return speaks(e, greetings[i].protocol, greetings[i].access, err);
	}
	return 0;
}

/* Words of a command list that change something. */
static const char *const commands[] = { "set ",	 "config", "write",  "reboot",
					"reset", "delete", "upload", "password" };
static const char *const refusals[] = {
	"not authenticated", "authentication required", "NOAUTH",
	"permission denied", "login required",		"please login"
};

int text_read_help(const struct buf *answer, struct endpoint *e, struct error *err)
{
	/* Binary, or silence: nothing that we understand. */
	if (answer->len == 0 || printable(answer) < answer->len)
		return 0;
	if (speaks(e, "text", ENDPOINT_OPEN, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++)
		if (answer_has(answer, refusals[i])) {
			e->access = ENDPOINT_ASKS;
			return 0;
		}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (answer_has(answer, commands[i])) {
			char how[80];

			(void)snprintf(how, sizeof(how), "its commands, told to anybody, have '%s'",
				       commands[i]);
			return endpoint_text(&e->configures, how, strlen(how), err);
		}
	return 0;
}

/* ---- ONC RPC (RFC 5531), MQTT ---- */

/* An accepted reply to our call 0x6d757374, behind the mark of its record. */
int rpc_read_answer(const struct buf *answer, struct endpoint *e, struct error *err)
{
	static const uint8_t reply[] = { 0x6d, 0x75, 0x73, 0x74, 0, 0, 0, 1, 0, 0, 0, 0 };

	if (answer->len < 4 + sizeof(reply) || memcmp(answer->data + 4, reply, sizeof(reply)) != 0)
		return 0;
	return speaks(e, "rpc", ENDPOINT_OPEN, err);
}

/* CONNACK: 0 is accepted; 4 and 5 (5.0: 0x86, 0x87) are not without a name and a password. */
int mqtt_read_answer(const struct buf *answer, struct endpoint *e, struct error *err)
{
	static const char how[] = "a broker that takes messages of anybody";

	if (answer->len < 4 || answer->data[0] != 0x20)
		return 0;
	if (speaks(e, "mqtt", answer->data[3] == 0 ? ENDPOINT_OPEN : ENDPOINT_ASKS, err) < 0)
		return -1;
	return e->access == ENDPOINT_OPEN ? endpoint_text(&e->configures, how, sizeof(how) - 1, err)
					  : 0;
}
