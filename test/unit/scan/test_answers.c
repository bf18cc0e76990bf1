/* SPDX-License-Identifier: Apache-2.0 */
/* What answers of services are read as. */
#include <string.h>

#include "check.h"
#include "scan/scan.h"

typedef int reader(const struct buf *answer, struct endpoint *e, struct error *err);

static struct endpoint read_text(reader *read, const char *text)
{
	struct endpoint e = { 0 };
	struct error err = ERROR_INIT;
	struct buf answer = BUF_VIEW(text, strlen(text));

	CHECK_OK(read(&answer, &e, &err), err);
	return e;
}

static const struct {
	const char *answer, *protocol;
	int access;
	const char *banner;
	bool configures;
} pages[] = {
	{ "HTTP/1.1 200 OK\r\nServer: lighttpd/1.4\r\n\r\n<p>hello", "http", ENDPOINT_OPEN,
	  "lighttpd/1.4", false },
	{ "HTTP/1.0 401 Unauthorized\r\n\r\n", "http", ENDPOINT_ASKS, NULL, false },
	{ "HTTP/1.1 200 OK\r\n\r\n<input type=\"password\">", "http", ENDPOINT_ASKS, NULL, false },
	{ "HTTP/1.1 200 OK\r\n\r\n<form method=\"POST\"><input name=\"ssid\">", "http",
	  ENDPOINT_OPEN, NULL, true },
	{ "HTTP/1.1 302 Found\r\nLocation: /login\r\n\r\n", "http", ENDPOINT_ASKS, NULL, false },
	{ "HTTP/1.1 404 Not Found\r\n\r\n", "http", ENDPOINT_ACCESS_NONE_, NULL, false },
	{ "SSH-2.0-x\r\n", NULL, ENDPOINT_ACCESS_NONE_, NULL, false },
	{ "", NULL, ENDPOINT_ACCESS_NONE_, NULL, false },
};

static void test_pages(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(pages); i++) {
		auto_endpoint struct endpoint e = read_text(http_read_answer, pages[i].answer);

		CHECK(e.access == pages[i].access);
		CHECK((e.configures != NULL) == pages[i].configures);
		CHECK((e.protocol != NULL) == (pages[i].protocol != NULL));
		if (pages[i].banner)
			CHECK_STR(e.banner, pages[i].banner);
	}
}

static void test_options(void)
{
	auto_endpoint struct endpoint takes =
		read_text(http_read_options, "HTTP/1.1 204 No Content\r\nAllow: GET, PUT\r\n\r\n");
	auto_endpoint struct endpoint reads =
		read_text(http_read_options, "HTTP/1.1 200 OK\r\nAllow: GET, HEAD\r\n\r\n");
	auto_endpoint struct endpoint asks =
		read_text(http_read_options, "HTTP/1.1 401 No\r\nAllow: GET, PUT\r\n\r\n");

	CHECK(takes.configures && !reads.configures && !asks.configures);
}

static const struct {
	const char *text, *protocol;
	int access;
} greetings[] = {
	{ "220 ProFTPD 1.3.5 Server ready\r\n", "ftp", ENDPOINT_ASKS },
	{ "220 mail ESMTP Postfix\r\n", "smtp", ENDPOINT_OPEN },
	{ "* OK IMAP4rev1\r\n", "imap", ENDPOINT_ASKS },
	{ "\xff\xfd\x18\xff\xfd\x20", "telnet", ENDPOINT_ASKS },
	{ "router login: ", "telnet", ENDPOINT_ASKS },
	{ "AcmeOS 1.2 ready\r\n", NULL, ENDPOINT_ACCESS_NONE_ },
};

static void test_greetings(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(greetings); i++) {
		auto_endpoint struct endpoint e = read_text(text_read_greeting, greetings[i].text);

		CHECK(e.access == greetings[i].access);
		if (greetings[i].protocol)
			CHECK_STR(e.protocol, greetings[i].protocol);
		else
			CHECK(!e.protocol);
	}
}

static void test_help(void)
{
	auto_endpoint struct endpoint open =
		read_text(text_read_help, "commands: get, set NAME VALUE\r\n");
	auto_endpoint struct endpoint asks = read_text(text_read_help, "-NOAUTH Authentication "
								       "required.\r\n");
	auto_endpoint struct endpoint echo = read_text(text_read_help, "help\r\n");
	auto_endpoint struct endpoint binary = read_text(text_read_help, "\x01\x02\x03");

	CHECK(open.access == ENDPOINT_OPEN && open.configures);
	CHECK(asks.access == ENDPOINT_ASKS && !asks.configures);
	CHECK(echo.access == ENDPOINT_OPEN && !echo.configures);
	CHECK(!binary.protocol);
}

static void test_calls(void)
{
	static const uint8_t rpc[28] = { 0x80, 0, 0, 24, 0x6d, 0x75, 0x73, 0x74, 0, 0, 0, 1 };
	static const uint8_t taken[] = { 0x20, 2, 0, 0 }, refused[] = { 0x20, 2, 0, 5 };
	auto_endpoint struct endpoint a = { 0 }, b = { 0 }, c = { 0 }, d = { 0 };
	struct error err = ERROR_INIT;

	CHECK_OK(rpc_read_answer(&BUF_VIEW(rpc, sizeof(rpc)), &a, &err), err);
	CHECK_STR(a.protocol, "rpc");
	CHECK_OK(rpc_read_answer(&BUF_VIEW(rpc, 8), &b, &err), err);
	CHECK(!b.protocol);
	CHECK_OK(mqtt_read_answer(&BUF_VIEW(taken, 4), &c, &err), err);
	CHECK(c.access == ENDPOINT_OPEN && c.configures);
	CHECK_OK(mqtt_read_answer(&BUF_VIEW(refused, 4), &d, &err), err);
	CHECK(d.access == ENDPOINT_ASKS && !d.configures);
}

/* A packet with one name in each list. */
static size_t make_offer(uint8_t *packet, const char *const names[6])
{
	size_t at = 22;

	memset(packet, 0, at);
	packet[5] = 20;
	for (size_t i = 0; i < 6; i++) {
		size_t n = strlen(names[i]);

		memcpy(packet + at, (uint8_t[]){ 0, 0, 0, (uint8_t)n }, 4);
		memcpy(packet + at + 4, names[i], n);
		at += 4 + n;
	}
	return at;
}

static void test_ssh(void)
{
	static const char *const good[] = {
		"curve25519-sha256",	  "ssh-ed25519",   "aes256-gcm@openssh.com",
		"aes256-gcm@openssh.com", "hmac-sha2-256", "hmac-sha2-256-etm@openssh.com"
	};
	static const char *const bad[] = { "diffie-hellman-group1-sha1,curve25519-sha256",
					   "ssh-dss",
					   "3des-cbc",
					   "aes128-ctr",
					   "hmac-md5",
					   "umac-64@openssh.com" };
	static const char *const weak[] = { "kex/diffie-hellman-group1-sha1", "hostkey/ssh-dss",
					    "cipher/3des-cbc", "mac/hmac-md5",
					    "mac/umac-64@openssh.com" };
	auto_endpoint struct endpoint a = { 0 }, b = { 0 }, c = { 0 };
	struct error err = ERROR_INIT;
	uint8_t packet[512];
	size_t len = make_offer(packet, good);

	CHECK_OK(ssh_read_offer(packet, len, &a, &err), err);
	CHECK(a.weak.n == 0);
	for (size_t cut = 0; cut < len; cut++)
		CHECK_ERROR(ssh_read_offer(packet, cut, &c, &err), err, ERROR_INVALID);
	len = make_offer(packet, bad);
	CHECK_OK(ssh_read_offer(packet, len, &b, &err), err);
	CHECK(b.weak.n == ARRAY_SIZE(weak));
	for (size_t i = 0; i < b.weak.n && i < ARRAY_SIZE(weak); i++)
		CHECK_STR(b.weak.items[i], weak[i]);
}

static void test_limits(void)
{
	auto_endpoint struct endpoint e = { 0 };
	struct error err = ERROR_INIT;
	struct target t;
	char name[20];

	for (int i = 0; i < ENDPOINT_WEAK_MAX; i++) {
		(void)snprintf(name, sizeof(name), "weak %d", i);
		CHECK_OK(endpoint_weak(&e, name, &err), err);
	}
	CHECK_ERROR(endpoint_weak(&e, "one more", &err), err, ERROR_LIMIT);
	CHECK_ERROR(target_read("localhost", "22", &t, &err), err, ERROR_INVALID);
	CHECK_ERROR(target_read("127.0.0.1", "ssh", &t, &err), err, ERROR_INVALID);
	CHECK_OK(target_read("::1", "22", &t, &err), err);
}

static const struct check_case cases[] = {
	{ "5.5-4: a page asks for a password, or answers anybody", test_pages },
	{ "5.5-5: a server that lets anybody put says so", test_options },
	{ "what a service says first tells what it is", test_greetings },
	{ "5.5-5: a list of commands that change something is found", test_help },
	{ "remote calls and brokers are told apart", test_calls },
	{ "5.5-1: weak algorithms of SSH are named; a cut offer is refused", test_ssh },
	{ "limits of what is kept; only numeric addresses", test_limits },
};
CHECK_MAIN(cases)
