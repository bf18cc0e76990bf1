/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/socket.h>

#include "agent/net/backoff.h"
#include "agent/net/enroll.h"
#include "agent/net/est.h"
#include "agent/net/reply.h"
#include "agent/net/target.h"
#include "check.h"

static void targets(void)
{
	struct target t;
	struct error err = ERROR_INIT;
	char path[LIMIT_HTTP_LINE];

	CHECK_OK(target_parse("https://mdm.example:8443", NULL, "mdm.example", &t, &err), err);
	CHECK_STR(t.host, "mdm.example");
	CHECK(t.port == 8443 && !t.base[0]);
	CHECK_OK(target_parse("https://mdm.example/muster/", "192.0.2.1", "name", &t, &err), err);
	CHECK_STR(t.host, "192.0.2.1");
	CHECK_STR(t.base, "/muster");
	CHECK(t.port == 443);
	CHECK_OK(target_path(&t, "/pki/server.crl", path, sizeof(path), &err), err);
	CHECK_STR(path, "/muster/pki/server.crl");
	CHECK_ERROR(target_path(&t, "/pki/server.crl", path, 10, &err), err, ERROR_LIMIT);
	CHECK_OK(target_parse("https://[2001:db8::1]:9", "[2001:db8::2]:10", "n", &t, &err), err);
	CHECK_STR(t.host, "2001:db8::2");
	CHECK(t.port == 10);
}

static void bad_targets(void)
{
	static const char *const urls[] = {
		"http://mdm.example",
		"https://",
		"mdm.example",
		"https://mdm.example?x=1",
		"https://mdm.example:99999",
		"https://mdm.example:x",
	};
	char too_long[400] = { 0 };
	struct target t;
	struct error err = ERROR_INIT;

	memset(too_long, 'a', sizeof(too_long) - 1);
	for (size_t i = 0; i < ARRAY_SIZE(urls); i++)
		CHECK_ERROR(target_parse(urls[i], NULL, "n", &t, &err), err, ERROR_INVALID);
	CHECK_ERROR(target_parse("https://mdm.example", too_long, "n", &t, &err), err,
		    ERROR_INVALID);
	CHECK_ERROR(target_parse("https://mdm.example", NULL, "", &t, &err), err, ERROR_INVALID);
}

static void backs_off(void)
{
	struct backoff b = { 0 };
	uint64_t top = 0;

	for (uint64_t i = 0; i < 200; i++) {
		uint64_t last = b.last_us;
		uint64_t wait = backoff_next(&b, i * 0x9e3779b97f4a7c15ULL);

		CHECK(wait >= BACKOFF_MIN_MS * 1000ULL && wait <= BACKOFF_MAX_MS * 1000ULL);
		CHECK(!last || wait <= last * 3);
		top = wait > top ? wait : top;
	}
	CHECK(top > 60 * 1000000ULL);
	backoff_reset(&b);
	CHECK(backoff_next(&b, UINT64_MAX) <= 2 * BACKOFF_MIN_MS * 1000ULL);
}

/* ---- answers ---- */

struct bed {
	sd_event *loop;
	struct channel *channel;
	int fd; /* the manager's end */
};

static int on_message(struct channel *c, struct ipc_message *m, void *userdata, struct error *err)
{
	return 0;
}
static void on_closed(struct channel *c, const struct error *err, void *userdata) {}

static void bed_make(struct bed *b)
{
	const struct channel_handler h = { on_message, on_closed, NULL };
	struct error err = ERROR_INIT;
	int fds[2];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
	CHECK(sd_event_new(&b->loop) >= 0);
	b->fd = fds[0];
	CHECK_OK(channel_new(b->loop, fds[1], &net_protocol, &h, &b->channel, &err), err);
}

static void bed_done(struct bed *b)
{
	b->channel = channel_free(b->channel);
	sd_event_unref(b->loop);
	close(b->fd);
}
#define auto_bed CLEANUP(bed_done)

static unsigned forward(struct bed *b, unsigned type, int status, const char *body,
			struct ipc_message *m)
{
	struct http_answer a = { .status = status, .body = BUF_VIEW(body, strlen(body)) };
	struct error err = ERROR_INIT;

	ipc_message_done(m);
	CHECK_OK(reply_forward(b->channel, type, 5, &a, &err), err);
	CHECK_OK(ipc_read(b->fd, &net_protocol, m, &err), err);
	CHECK(m->id == 5);
	return m->type;
}

static void answers(void)
{
	auto_bed struct bed b;
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;

	bed_make(&b);
	CHECK(forward(&b, NET_RECORDS, 200, "{\"stored\":12}", &m) == NET_STORED);
	CHECK(((struct net_stored *)m.body)->last == 12);
	CHECK(forward(&b, NET_RECORDS, 200, "{\"stored\":12,\"x\":1}", &m) == NET_FAILED);
	CHECK_STR(((struct agent_failed *)m.body)->code, "invalid");
	CHECK(forward(&b, NET_RECORDS, 403, "{\"error\":{\"code\":\"denied\",\"message\":\"no\"}}",
		      &m) == NET_FAILED);
	CHECK_STR(((struct agent_failed *)m.body)->code, "denied");
	CHECK(forward(&b, NET_FETCH, 200, "bytes", &m) == NET_FETCHED);
	CHECK(m.blob.len == 5);
	CHECK(forward(&b, NET_CHECKIN, 200, "not json", &m) == NET_FAILED);
	CHECK(forward(&b, NET_CERTIFY, 200, "!!", &m) == NET_FAILED);
}

#define INSTRUCTION(seq) \
	"{\"seq\":" seq ",\"type\":\"policy\",\"id\":\"0b7a9f6e-0c55-4c2f-8d8e-1f2a3b4c5d66\"," \
	"\"document\":\"AQID\"}"

static void instructions(void)
{
	static const char good[] = "{\"instructions\":[" INSTRUCTION("4") "," INSTRUCTION("7") "]}";
	static const char bad[] = "{\"instructions\":[" INSTRUCTION("9") "," INSTRUCTION("8") "]}";
	auto_bed struct bed b;
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	struct error err = ERROR_INIT;
	uint64_t after = 3;

	bed_make(&b);
	CHECK_OK(reply_instructions(b.channel, &BUF_VIEW(good, sizeof(good) - 1), &after, &err),
		 err);
	CHECK(after == 7);
	CHECK_OK(ipc_read(b.fd, &net_protocol, &m, &err), err);
	CHECK(m.type == NET_INSTRUCTION && ((struct net_instruction *)m.body)->seq == 4);
	CHECK(m.blob.len == 3);
	CHECK_ERROR(reply_instructions(b.channel, &BUF_VIEW(bad, sizeof(bad) - 1), &after, &err),
		    err, ERROR_INVALID);
	CHECK(after == 9);
}

static void attributes(void)
{
	const struct net_enroll rq = { .model = (char *)"X&1 \xc3\xa9", .os = (char *)"debian" };
	const struct net_enroll none = { .hostname = (char *)"" };
	auto_buf struct buf path = BUF_INIT;
	auto_buf struct buf plain = BUF_INIT;
	struct error err = ERROR_INIT;

	CHECK_OK(net_enroll_path(&rq, &path, &err), err);
	CHECK_STR((char *)path.data,
		  "/.well-known/est/simpleenroll?model=X%261%20%C3%A9&os=debian");
	CHECK_OK(net_enroll_path(&none, &plain, &err), err);
	CHECK_STR((char *)plain.data, "/.well-known/est/simpleenroll");
}

static const struct check_case cases[] = {
	{ "A-ENR-4: a device says what it is, so that a token can be limited", attributes },
	{ "A-ENR-1: the connect address is apart from the reference identifier", targets },
	{ "target: what is no https URL is refused", bad_targets },
	{ "backoff: waits grow, vary and are bounded", backs_off },
	{ "reply: bodies are bound before the manager sees them", answers },
	{ "reply: instructions go on in order, or not at all", instructions },
};

CHECK_MAIN(cases)
