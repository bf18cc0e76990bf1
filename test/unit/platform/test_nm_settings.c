/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/socket.h>
#include <systemd/sd-bus.h>

#include "check.h"
#include "platform/nm_active.h"
#include "platform/nm_settings.h"

static const struct wifi_network networks[] = {
	{ .uuid = "u1", .name = "Open", .ssid = "open", .security = WIFI_OPEN, .hidden = true },
	{ .uuid = "u2",
	  .name = "Office",
	  .ssid = "corp",
	  .security = WIFI_PSK,
	  .passphrase = "correct horse",
	  .auto_connect = true },
	{ .uuid = "u3",
	  .name = "Branch",
	  .ssid = "branch",
	  .security = WIFI_EAP,
	  .outer = "peap",
	  .inner = "mschapv2",
	  .identity = "device7",
	  .password = "secret",
	  .domain_suffix = "radius.example.com",
	  .cas_pem = "-----BEGIN CERTIFICATE-----\n" },
};

/* A bus that goes nowhere, to make messages with. */
static sd_bus *make_bus(void)
{
	sd_bus *bus = NULL;
	int pair[2];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	CHECK(sd_bus_new(&bus) >= 0 && sd_bus_set_fd(bus, pair[0], pair[0]) >= 0);
	CHECK(sd_bus_start(bus) >= 0);
	close(pair[1]);
	return bus;
}

/* What we would send, as if NetworkManager had answered it. */
static void through(sd_bus *bus, const struct wifi_network *n, struct nm_stored *ret)
{
	sd_bus_message *m CLEANUP(sd_bus_message_unrefp) = NULL;
	struct error err = ERROR_INIT;

	CHECK(sd_bus_message_new_method_call(bus, &m, "a.b", "/", "a.b", "C") >= 0);
	CHECK(nm_settings_append(m, n) >= 0);
	CHECK(sd_bus_message_seal(m, 1, 0) >= 0 && sd_bus_message_rewind(m, 1) >= 0);
	CHECK_OK(nm_settings_read(m, ret, &err), err);
}

static void round_trip(void)
{
	sd_bus *bus = make_bus();

	for (size_t i = 0; i < ARRAY_SIZE(networks); i++) {
		auto_nm_stored struct nm_stored have = { 0 };

		through(bus, &networks[i], &have);
		for (size_t j = 0; j < ARRAY_SIZE(networks); j++)
			CHECK(nm_settings_match(&have, &networks[j], NULL) == (i == j));
	}
	(void)sd_bus_unref(bus);
}

static void differences(void)
{
	sd_bus *bus = make_bus();
	auto_nm_stored struct nm_stored have = { 0 };
	struct wifi_network n = networks[1];
	const char *differs = NULL;

	through(bus, &networks[1], &have);
	n.passphrase = "another one";
	CHECK(!nm_settings_match(&have, &n, &differs));
	CHECK_STR(differs, "psk");
	n = networks[1];
	n.auto_connect = false;
	CHECK(!nm_settings_match(&have, &n, &differs));
	CHECK_STR(differs, "autoconnect");
	CHECK_STR(nm_key_management(&networks[2]), "wpa-eap");
	(void)sd_bus_unref(bus);
}

/* NetworkManager leaves out what has its default value, and says more than we asked for. */
static void defaults(void)
{
	sd_bus *bus = make_bus();
	sd_bus_message *m CLEANUP(sd_bus_message_unrefp) = NULL;
	auto_nm_stored struct nm_stored have = { 0 };
	struct error err = ERROR_INIT;
	struct wifi_network n = { .uuid = "u", .name = "N", .ssid = "s", .auto_connect = true };

	CHECK(sd_bus_message_new_method_call(bus, &m, "a.b", "/", "a.b", "C") >= 0);
	CHECK(sd_bus_message_append(m, "a{sa{sv}}", 4, "connection", 4, "id", "s", "N", "uuid", "s",
				    "u", "type", "s", "802-11-wireless", "timestamp", "t", 1ull,
				    "802-11-wireless", 2, "ssid", "ay", 1, 's', "seen-bssids", "as",
				    2, "a", "b", "ipv4", 1, "method", "s", "auto", "ipv6", 1,
				    "method", "s", "auto") >= 0);
	CHECK(sd_bus_message_seal(m, 1, 0) >= 0 && sd_bus_message_rewind(m, 1) >= 0);
	CHECK_OK(nm_settings_read(m, &have, &err), err);
	CHECK(nm_settings_match(&have, &n, NULL));
	(void)sd_bus_unref(bus);
}

static void only_wifi(void)
{
	sd_bus *bus = make_bus();
	auto_nm_stored struct nm_stored none = { 0 }, wifi = { 0 }, wired = { 0 };
	sd_bus_message *m CLEANUP(sd_bus_message_unrefp) = NULL;
	struct error err = ERROR_INIT;

	through(bus, &networks[0], &wifi);
	CHECK(sd_bus_message_new_method_call(bus, &m, "a.b", "/", "a.b", "C") >= 0);
	CHECK(sd_bus_message_append(m, "a{sa{sv}}", 1, "connection", 1, "type", "s",
				    "802-3-ethernet") >= 0);
	CHECK(sd_bus_message_seal(m, 1, 0) >= 0 && sd_bus_message_rewind(m, 1) >= 0);
	CHECK_OK(nm_settings_read(m, &wired, &err), err);
	CHECK(nm_settings_is_wifi(&wifi));
	CHECK(!nm_settings_is_wifi(&wired) && !nm_settings_is_wifi(&none));
	(void)sd_bus_unref(bus);
}

static void only_way(void)
{
	static const struct nm_active both[] = { { "a", true }, { "b", true } };
	static const struct nm_active one[] = { { "a", true }, { "b", false } };

	CHECK(!nm_is_only_way(both, 2, "a") && !nm_is_only_way(both, 2, "b"));
	CHECK(nm_is_only_way(one, 2, "a"));
	CHECK(!nm_is_only_way(one, 2, "b") && !nm_is_only_way(one, 2, "c"));
	CHECK(!nm_is_only_way(one, 0, "a"));
}

static const struct check_case cases[] = {
	{ "networks: what is stored reads back as the same, and only as that", round_trip },
	{ "networks: a difference is named", differences },
	{ "networks: what NetworkManager leaves out has its default", defaults },
	{ "networks: only one of Wi-Fi is taken for one", only_wifi },
	{ "networks: the only way out is known", only_way },
};
CHECK_MAIN(cases)
