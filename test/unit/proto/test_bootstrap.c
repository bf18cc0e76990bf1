/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/bootstrap.h"

#include <stdlib.h>
#include <string.h>

#include "base/conf.h"
#include "base/file.h"
#include "check.h"

static void round_trip(void)
{
	auto_buf struct buf text = BUF_INIT, again = BUF_INIT;
	auto_bootstrap struct bootstrap b = { 0 };
	const struct bootstrap_administrator *a;
	struct error err = ERROR_INIT;
	char path[512];

	CHECK_OK(path_format(path, sizeof(path), &err, "%s/golden/bootstrap/bootstrap.json",
			     getenv("MUSTER_TEST_SOURCE")),
		 err);
	CHECK_OK(file_read(path, 65536, &text, &err), err);
	CHECK_OK(bootstrap_read(text.data, text.len, &b, &err), err);
	a = b.administrators.items;
	CHECK(b.administrators.n == 1 && strcmp(a->name, "ada") == 0 && b.trust.len == 5);
	CHECK_OK(bootstrap_write(&b, &again, &err), err);
	CHECK_OK(buf_puts(&again, "\n", &err), err);
	CHECK_STR((char *)again.data, (char *)text.data);
}

#define REST \
	"\"deviceUrl\":\"u\",\"enrollmentUrl\":\"u\",\"administrationUrl\":\"u\"," \
	"\"enterpriseName\":" \
	"\"E\",\"enterprise\":\"099eb835-a4a7-4e6f-840a-2ca9b899c054\",\"reference\":\"r\"," \
	"\"trust\":" \
	"\"MAMCAQE=\""
#define LOGIN "f6b5db97e7b4d19c150513d0ffeebd7f65ca3e49b2fa74f8dc0e6f925fbae1d4"
#define ADMINISTRATORS \
	"\"administrators\":[{\"name\":\"a\",\"role\":\"r\",\"login\":\"" LOGIN "\"}]"

static void refuses(void)
{
	static const struct {
		const char *text, *want;
	} bad[] = {
		{ "{}", "'type': missing in bootstrap" },
		{ "{\"type\":\"policy\"," ADMINISTRATORS "," REST "}", "'type': not a bootstrap" },
		{ "{\"type\":\"bootstrap\",\"administrators\":[]," REST "}",
		  "'administrators': fewer than 1 items" },
		{ "{\"type\":\"bootstrap\",\"administrators\":[{\"login\":\"x\"}]," REST "}",
		  "'administrators[0].login': not 64 lower-case hex digits" },
		{ "{\"type\":\"bootstrap\",\"extra\":1}", "'extra': unknown key in bootstrap" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		auto_bootstrap struct bootstrap b = { 0 };
		struct error err = ERROR_INIT;

		CHECK_ERROR(bootstrap_read(bad[i].text, strlen(bad[i].text), &b, &err), err,
			    ERROR_INVALID);
		CHECK_STR(err.msg, bad[i].want);
	}
}

static void reads_server_conf(void)
{
	static const char text[] =
		"data: /srv/muster\nprofile: cnsa\ndevice: '[::]:8443'\nfronts: 2\n";
	static const char wrong[] = "data: /srv/muster\nfronts: 257\n";
	auto_conf struct conf *c = NULL, *w = NULL;
	struct error err = ERROR_INIT;
	struct server_conf s = { 0 };

	CHECK_OK(conf_parse("server.conf", text, sizeof(text) - 1, &c, &err), err);
	CHECK_OK(conf_bind(c, "", &server_conf_table, &s, &err), err);
	CHECK_STR(s.data, "/srv/muster");
	CHECK(s.fronts == 2 && !s.tree);
	jmap_done(&server_conf_table, &s);
	CHECK_OK(conf_parse("server.conf", wrong, sizeof(wrong) - 1, &w, &err), err);
	CHECK_ERROR(conf_bind(w, "", &server_conf_table, &s, &err), err, ERROR_INVALID);
	CHECK_STR(err.msg, "server.conf:2:9: 'fronts': not an integer in 0..256");
	jmap_done(&server_conf_table, &s);
}

static const struct check_case cases[] = {
	{ "bootstrap: the golden file is read and written back byte for byte", round_trip },
	{ "bootstrap: what is missing, wrong or another document is named", refuses },
	{ "server.conf: is bound with its places", reads_server_conf },
};
CHECK_MAIN(cases)
