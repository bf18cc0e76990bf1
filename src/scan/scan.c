/* SPDX-License-Identifier: Apache-2.0 */
/* One port: listen first, then ask in one language after the other, each on a connection anew. */
#include "scan/scan.h"

#include <string.h>

static const uint8_t rpc_null[] = {
	0x80, 0,    0,	  40,				/* one record, the last */
	0x6d, 0x75, 0x73, 0x74, 0, 0, 0, 0, 0, 0, 0, 2, /* a call */
	0,    1,    0x86, 0xa0, 0, 0, 0, 2, 0, 0, 0, 0, /* the port mapper's procedure 0 */
	0,    0,    0,	  0,	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* nobody calls */
};
/* CONNECT, MQTT 3.1.1, a clean session, no name and no password. */
static const uint8_t mqtt_connect[] = { 0x10, 18, 0, 4, 'M', 'Q', 'T', 'T', 4,	 2,
					0,    10, 0, 6, 'm', 'u', 's', 't', 'e', 'r' };

static const struct {
	const void *request;
	size_t len;
	int (*read)(const struct buf *answer, struct endpoint *e, struct error *err);
} languages[] = {
	{ SCAN_HTTP("GET"), sizeof(SCAN_HTTP("GET")) - 1, http_read_answer },
	{ rpc_null, sizeof(rpc_null), rpc_read_answer },
	{ mqtt_connect, sizeof(mqtt_connect), mqtt_read_answer },
	{ "help\r\n", 6, text_read_help },
};

static int ask_all(const struct target *t, struct endpoint *e, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(languages) && !e->protocol; i++) {
		auto_buf struct buf answer = BUF_INIT;

		if (target_ask(t, languages[i].request, languages[i].len, SCAN_ANSWER_MAX, &answer,
			       err) < 0 ||
		    languages[i].read(&answer, e, err) < 0)
			return -1;
	}
	return 0;
}

static int ask_options(const struct target *t, struct endpoint *e, struct error *err)
{
	auto_buf struct buf answer = BUF_INIT;

	if (target_ask(t, SCAN_HTTP("OPTIONS"), sizeof(SCAN_HTTP("OPTIONS")) - 1, SCAN_ANSWER_MAX,
		       &answer, err) < 0)
		return -1;
	return http_read_options(&answer, e, err);
}

/* It spoke first, and not of a protocol that we know: is there a list of commands? */
static int ask_help(const struct target *t, const struct buf *greeting, struct endpoint *e,
		    struct error *err)
{
	auto_buf struct buf answer = BUF_INIT;

	if (target_ask(t, "help\r\n", 6, SCAN_ANSWER_MAX, &answer, err) < 0)
		return -1;
	/* What it says to anybody comes again; what is new is its answer. */
	if (answer.len > greeting->len && memcmp(answer.data, greeting->data, greeting->len) == 0)
		buf_consume(&answer, greeting->len);
	return buf_puts(&answer, "", err) < 0 ? -1 : text_read_help(&answer, e, err);
}

static int try_port(const struct target *t, struct endpoint *e, struct error *err)
{
	auto_buf struct buf greeting = BUF_INIT;

	if (target_ask(t, NULL, 0, SCAN_ANSWER_MAX, &greeting, err) < 0)
		return -1;
	if (greeting.len > 4 && memcmp(greeting.data, "SSH-", 4) == 0)
		return scan_ssh(t, &greeting, e, err);
	if (greeting.len > 0) {
		if (text_read_greeting(&greeting, e, err) < 0)
			return -1;
		return e->protocol ? 0 : ask_help(t, &greeting, e, err);
	}
	if (scan_tls(t, e, err) < 0)
		return -1;
	if (!e->tls && ask_all(t, e, err) < 0)
		return -1;
	if (!e->tls && e->access == ENDPOINT_OPEN && !e->configures &&
	    strcmp(e->protocol, "http") == 0)
		return ask_options(t, e, err);
	return 0;
}

int scan(const struct target *t, struct endpoint *ret, struct error *err)
{
	auto_endpoint struct endpoint e = { 0 };

	if (try_port(t, &e, err) < 0) {
		/* Gone, or full: what it is, is not known. */
		if (err->code != ERROR_UNAVAILABLE && err->code != ERROR_TIMEOUT)
			return -1;
		*err = (struct error)ERROR_INIT;
		e.refused = true;
	}
	*ret = e;
	e = (struct endpoint){ 0 };
	return 0;
}
