/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include "base/limits.h"
#include "check.h"
#include "proto/function.h"
#include "proto/function_pem.h"
#include "proto/setting.h"

static void load(const char *key, struct buf *out)
{
	struct error err = ERROR_INIT;
	char path[512];

	CHECK_OK(path_format(path, sizeof(path), &err, "%s/golden/function/%s.json",
			     getenv("MUSTER_TEST_SOURCE"), key),
		 err);
	CHECK_OK(file_read(path, LIMIT_DOCUMENT_CONTENT, out, &err), err);
}

static void rows(void)
{
	for (size_t i = 0; i < FUNCTION_MAX_; i++) {
		const struct function *f = &functions[i];

		CHECK(f->key && f->doc && f->args && f->mdm && f->mdf);
		CHECK(f->doc[strlen(f->doc) - 1] == '.');
		CHECK(function_find(f->key, f->kind) == f);
		CHECK(function_id_of(f) == (enum function_id)i);
		CHECK(f->kind == FUNCTION_COMMAND || f->effect >= EFFECT_CONFIG);
		CHECK(strcmp(function_kind_name(f->kind), "?") != 0);
		for (size_t j = 0; j < f->args->n_fields; j++)
			CHECK(f->args->fields[j].doc != NULL);
	}
	CHECK(function_find("lock", FUNCTION_SETTING) == NULL);
	CHECK(function_find("nothing", FUNCTION_COMMAND) == NULL);
	CHECK_STR(sandbox_name(SANDBOX_TALLY), "tally");
	CHECK_STR(sandbox_name((enum sandbox)(1 << 20)), "?");
}

static void golden(void)
{
	for (size_t i = 0; i < FUNCTION_MAX_; i++) {
		const struct function *f = &functions[i];
		struct error err = ERROR_INIT;
		auto_buf struct buf in = BUF_INIT, out = BUF_INIT;
		auto_json json_t *tree = NULL;
		void *args = NULL;

		load(f->key, &in);
		CHECK_OK(jmap_parse(in.data, in.len, in.len, &tree, &err), err);
		CHECK_OK(function_bind(f, tree, &args, &err), err);
		if (!args)
			continue;
		CHECK_OK(jmap_write(args, f->args, &out, &err), err);
		CHECK_STR((const char *)out.data, (const char *)in.data);
		CHECK(function_effect(f, args) >= f->effect);
		function_free(f, args);
	}
}

#define UNIT(name) "{\"services\":[{\"unit\":\"" name "\"}]}"
#define PEM(base64) "-----BEGIN CERTIFICATE-----\\n" base64 "\\n-----END CERTIFICATE-----"
#define EAP(ca, domain) \
	"{\"NetworkConfigurations\":[{\"GUID\":\"5e6e9a4c-0d2e-4c60-9d37-5e0a2f6c1a11\"," \
	"\"Name\":\"x\",\"Type\":\"WiFi\",\"WiFi\":{\"SSID\":\"x\",\"Security\":\"WPA-EAP\"," \
	"\"EAP\":{\"Outer\":\"PEAP\",\"Inner\":\"MSCHAPv2\",\"Identity\":\"i\",\"Password\":" \
	"\"p\"," \
	"\"ServerCAPEMs\":[\"" ca "\"],\"DomainSuffixMatch\":\"" domain "\"}}}]}"
#define OPEN(digit, ssid) \
	"{\"GUID\":\"5e6e9a4c-0d2e-4c60-9d37-5e0a2f6c1a1" digit "\",\"Name\":\"x\"," \
	"\"Type\":\"WiFi\",\"WiFi\":{\"SSID\":\"" ssid "\",\"Security\":\"None\"}}"

/* What must not be bound, and what the message then names. */
static const struct {
	const char *key, *json, *says;
} bad[] = {
	{ "passwordRequirements", "{}", "passwordMinimumLength" },
	{ "passwordRequirements", "{\"passwordMinimumLength\":5}", "passwordMinimumLength" },
	{ "passwordRequirements", "{\"passwordMinimumLength\":65}", "passwordMinimumLength" },
	{ "passwordRequirements", "{\"passwordMinimumLength\":\"14\"}", "passwordMinimumLength" },
	{ "failedAuthentication", "{\"maximumFailedAttempts\":0}", "maximumFailedAttempts" },
	{ "maximumTimeToLock", "{\"seconds\":4}", "seconds" },
	{ "maximumTimeToLock", "{\"seconds\":300,\"second\":1}", "second" },
	{ "loginBanner", "{\"text\":\"\"}", "text" },
	{ "loginBanner", "{\"text\":\"a\\u001bc\"}", "control" },
	{ "loginBanner", "{\"text\":\"a\\u009b31m\"}", "control" },
	{ "loginBanner", "{\"text\":\"a\\u202eb\"}", "control" },
	{ "loginBanner", "{\"text\":\"a\\u2066b\"}", "control" },
	{ "openNetworkConfiguration", "{\"NetworkConfigurations\":[]}", "NetworkConfigurations" },
	{ "openNetworkConfiguration",
	  "{\"NetworkConfigurations\":[{\"GUID\":\"5e6e9a4c-0d2e-4c60-9d37-5e0a2f6c1a11\","
	  "\"Name\":\"x\",\"Type\":\"WiFi\",\"WiFi\":{\"SSID\":\"x\",\"Security\":\"WPA-PSK\"}}]}",
	  "Passphrase" },
	{ "openNetworkConfiguration",
	  "{\"NetworkConfigurations\":[{\"GUID\":\"5e6e9a4c-0d2e-4c60-9d37-5e0a2f6c1a11\","
	  "\"Name\":\"x\",\"Type\":\"WiFi\",\"WiFi\":{\"SSID\":\"x\",\"Security\":\"WPA-EAP\"}}]}",
	  "EAP" },
	{ "openNetworkConfiguration",
	  "{\"NetworkConfigurations\":[{\"GUID\":\"5e6e9a4c-0d2e-4c60-9d37-5e0a2f6c1a11\","
	  "\"Name\":\"x\",\"Type\":\"WiFi\",\"WiFi\":{\"SSID\":\"x\",\"Security\":\"None\","
	  "\"AutoConnect\":true}}]}",
	  "open network" },
	{ "openNetworkConfiguration", EAP("file:///etc/shadow", "radius.example.com"), "PEM" },
	{ "openNetworkConfiguration", EAP("/etc/ssl/certs/x.pem", "radius.example.com"), "PEM" },
	{ "openNetworkConfiguration", EAP("MAIwAA==", "radius.example.com"), "PEM" },
	{ "openNetworkConfiguration", EAP("", "radius.example.com"), "PEM" },
	{ "openNetworkConfiguration", EAP(" " PEM("MAIwAA=="), "radius.example.com"), "PEM" },
	{ "openNetworkConfiguration", EAP(PEM("MAIwAA=") "x", "radius.example.com"), "PEM" },
	{ "openNetworkConfiguration", EAP(PEM("MAIwAA"), "radius.example.com"), "PEM" },
	{ "openNetworkConfiguration", EAP(PEM("file:///etc/shadow"), "radius.example.com"), "PEM" },
	{ "openNetworkConfiguration", EAP(PEM("MAIwAAA="), "radius.example.com"), "PEM" },
	{ "openNetworkConfiguration", EAP(PEM("MAMwAA=="), "radius.example.com"), "PEM" },
	{ "openNetworkConfiguration", EAP(PEM("MIECMAA="), "radius.example.com"), "PEM" },
	{ "openNetworkConfiguration", EAP(PEM("MAICAA=="), "radius.example.com"), "PEM" },
	{ "openNetworkConfiguration",
	  EAP(PEM("MAIwAA==") "\\n" PEM("MAIwAA=="), "radius.example.com"), "PEM" },
	{ "openNetworkConfiguration", EAP(PEM("MAIwAA=="), "com"), "DomainSuffixMatch" },
	{ "openNetworkConfiguration", EAP(PEM("MAIwAA=="), ".com"), "DomainSuffixMatch" },
	{ "openNetworkConfiguration", EAP(PEM("MAIwAA=="), "a.b;com"), "DomainSuffixMatch" },
	{ "openNetworkConfiguration", EAP(PEM("MAIwAA=="), "a..b"), "DomainSuffixMatch" },
	{ "openNetworkConfiguration",
	  "{\"NetworkConfigurations\":[" OPEN("1", "x") "," OPEN("2", "x") "]}", "SSID" },
	{ "openNetworkConfiguration",
	  "{\"NetworkConfigurations\":[" OPEN("1", "x") "," OPEN("1", "y") "]}", "GUID" },
	{ "openNetworkConfiguration", "{\"NetworkConfigurations\":[" OPEN("1", "a\\nb") "]}",
	  "SSID" },
	{ "openNetworkConfiguration", "{\"NetworkConfigurations\":[" OPEN("1", "a\\u202eb") "]}",
	  "SSID" },
	{ "openNetworkConfiguration",
	  "{\"NetworkConfigurations\":[" OPEN("1", "123456789012345678901234567890123") "]}",
	  "SSID" },
	{ "openNetworkConfiguration",
	  "{\"NetworkConfigurations\":[{\"GUID\":\"5e6e9a4c-0d2e-4c60-9d37-5e0a2f6c1a11\","
	  "\"Name\":\"x\",\"Type\":\"WiFi\",\"WiFi\":{\"SSID\":\"x\",\"Security\":\"WPA-PSK\","
	  "\"Passphrase\":\"p\u00e4ssw\u00f6rd\"}}]}",
	  "Passphrase" },
	{ "trustAnchors", "{\"anchors\":[{\"name\":\"..\",\"certificate\":\"MAA=\"}]}", "name" },
	{ "trustAnchors", "{\"anchors\":[{\"name\":\"a\\nb\",\"certificate\":\"MAA=\"}]}", "name" },
	{ "trustAnchors",
	  "{\"anchors\":[{\"name\":\"x\",\"certificate\":\"MAA=\"},"
	  "{\"name\":\"y\",\"certificate\":\"MAA=\"}]}",
	  "the same" },
	{ "trustAnchors", "{\"anchors\":[{\"name\":\"../x\",\"certificate\":\"MAA=\"}]}", "name" },
	{ "trustAnchors", "{\"anchors\":[{\"name\":\".x\",\"certificate\":\"MAA=\"}]}", "name" },
	{ "trustAnchors",
	  "{\"anchors\":[{\"name\":\"x\",\"certificate\":\"MAA=\"},"
	  "{\"name\":\"x\",\"certificate\":\"MAA=\"}]}",
	  "twice" },
	{ "serverServicesDisabled", "{\"services\":[{\"unit\":\"ssh\"}]}", "unit" },
	{ "serverServicesDisabled", "{\"services\":[{\"unit\":\"../x.service\"}]}", "unit" },
	{ "serverServicesDisabled", "{\"services\":[{\"unit\":\"x.mount\"}]}", "unit" },
	{ "serverServicesDisabled", "{\"services\":[{\"unit\":\"dbus.service\"}]}", "needs" },
	{ "serverServicesDisabled", UNIT("dbus-org.freedesktop.login1.service"), "needs" },
	{ "serverServicesDisabled", UNIT("systemd-journald.socket"), "needs" },
	{ "serverServicesDisabled", UNIT("systemd-logind.service"), "needs" },
	{ "serverServicesDisabled", UNIT("user@1000.service"), "needs" },
	{ "serverServicesDisabled", UNIT("rescue.service"), "needs" },
	{ "serverServicesDisabled", UNIT("a/b.service"), "unit" },
	{ "serverServicesDisabled", UNIT("getty@.service"), "unit" },
	{ "serverServicesDisabled", UNIT("@.service"), "unit" },
	{ "serverServicesDisabled", UNIT("-.service"), "unit" },
	{ "serverServicesDisabled", UNIT("a b.service"), "unit" },
	{ "serverServicesDisabled", UNIT("a\\n.service"), "unit" },
	{ "serverServicesDisabled", UNIT("ssh*.service"), "unit" },
	{ "serverServicesDisabled", UNIT("\u00e4.service"), "unit" },
	{ "serverServicesDisabled", UNIT("..service"), "unit" },
	{ "serverServicesDisabled", UNIT(".service"), "unit" },
	{ "serverServicesDisabled", "{\"services\":[{\"unit\":\"muster-agent.service\"}]}",
	  "needs" },
	{ "serverServicesDisabled", "{\"services\":[{\"unit\":\"a.service\",\"ports\":[0]}]}",
	  "ports" },
	{ "serverServicesDisabled", "{\"services\":[{\"unit\":\"a.service\",\"ports\":[65536]}]}",
	  "ports" },
	{ "serverServicesDisabled",
	  "{\"services\":[{\"unit\":\"a.service\"},{\"unit\":\"a.service\"}]}", "twice" },
	{ "localAccountAccess", "{\"allowedUsers\":[\"ALL\"]}", "allowedUsers[0]" },
	{ "localAccountAccess", "{\"allowedUsers\":[\"a:b\"]}", "allowedUsers[0]" },
	{ "localAccountAccess", "{\"allowedUsers\":[\"-\"]}", "allowedUsers[0]" },
	{ "localAccountAccess", "{\"allowedUsers\":[\"\"]}", "allowedUsers[0]" },
	{ "localAccountAccess", "{\"allowedUsers\":[\"a\",\"@net\"]}", "allowedUsers[1]" },
	{ "localAccountAccess", "{\"allowedUsers\":[\"a\\n+:ALL:ALL\"]}", "allowedUsers" },
	{ "localAccountAccess", "{\"allowedUsers\":[\"a ALL\"]}", "allowedUsers[0]" },
	{ "localAccountAccess", "{\"allowedUsers\":[\"\u0430lice\"]}", "allowedUsers[0]" },
	{ "localAccountAccess", "{\"allowedGroups\":[\"ALL\"]}", "allowedGroups[0]" },
	{ "localAccountAccess", "{\"allowedGroups\":[\"EXCEPT\"]}", "allowedGroups[0]" },
	{ "localAccountAccess", "{\"allowedGroups\":[\"a) b\"]}", "allowedGroups[0]" },
	{ "systemUpdate", "{\"type\":\"WINDOWED\"}", "empty" },
	{ "systemUpdate", "{\"type\":\"AUTOMATIC\",\"endMinutes\":5}", "WINDOWED" },
	{ "systemUpdate", "{\"type\":\"WINDOWED\",\"startMinutes\":1440}", "startMinutes" },
	{ "systemUpdate", "{\"type\":\"NEVER\"}", "type" },
};

static void strict(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct error err = ERROR_INIT;
		auto_json json_t *tree = NULL;
		void *args = NULL;

		CHECK_OK(jmap_parse(bad[i].json, strlen(bad[i].json), 4096, &tree, &err), err);
		CHECK(function_bind(function_find(bad[i].key, FUNCTION_SETTING), tree, &args,
				    &err) < 0);
		CHECK(args == NULL);
		CHECK(err.code == ERROR_INVALID || err.code == ERROR_LIMIT);
		if (!strstr(err.msg, bad[i].says) || !strstr(err.msg, bad[i].key))
			CHECK_STR(err.msg, bad[i].says);
	}
}

static const struct {
	const char *settings;
	enum effect effect;
} effects[] = {
	{ "{}", EFFECT_CONFIG },
	{ "{\"loginBanner\":{\"text\":\"x\"}}", EFFECT_CONFIG },
	{ "{\"failedAuthentication\":{\"maximumFailedAttempts\":3,\"unlockAfterSeconds\":1}}",
	  EFFECT_CONFIG },
	{ "{\"failedAuthentication\":{\"maximumFailedAttempts\":3}}", EFFECT_DESTRUCTIVE },
	{ "{\"failedAuthentication\":{\"maximumFailedAttempts\":1,\"unlockAfterSeconds\":60}}",
	  EFFECT_DESTRUCTIVE },
	{ "{\"localAccountAccess\":{}}", EFFECT_DESTRUCTIVE },
	{ "{\"localAccountAccess\":{\"allowedUsers\":[\"alice\"]}}", EFFECT_CONFIG },
	{ "{\"serverServicesDisabled\":{\"services\":[{\"unit\":\"cups.service\"}]}}",
	  EFFECT_CONFIG },
	{ "{\"serverServicesDisabled\":{\"services\":[{\"unit\":\"NetworkManager.service\"}]}}",
	  EFFECT_CHANNEL },
	{ "{\"serverServicesDisabled\":" UNIT("network-manager.service") "}", EFFECT_CHANNEL },
	{ "{\"serverServicesDisabled\":" UNIT("getty@tty1.service") "}", EFFECT_DESTRUCTIVE },
	{ "{\"serverServicesDisabled\":" UNIT("display-manager.service") "}", EFFECT_DESTRUCTIVE },
	{ "{\"serverServicesDisabled\":" UNIT("ssh.service") "}", EFFECT_CONFIG },
	{ "{\"systemUpdate\":{\"type\":\"POSTPONE\"}}", EFFECT_CODE },
	{ "{\"trustAnchors\":{\"anchors\":[{\"name\":\"x\",\"certificate\":\"MAA=\"}]},"
	  "\"loginBanner\":{\"text\":\"x\"}}",
	  EFFECT_AUTHORITY },
};

static void classes(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(effects); i++) {
		struct error err = ERROR_INIT;
		auto_json json_t *tree = NULL;
		enum effect e = EFFECT_MAX_;

		CHECK_OK(jmap_parse(effects[i].settings, strlen(effects[i].settings), 4096, &tree,
				    &err),
			 err);
		CHECK_OK(functions_check_settings(tree, &e, &err), err);
		if (e != effects[i].effect)
			CHECK_STR(effect_name(e), effects[i].settings);
	}
}

static void commands(void)
{
	auto_json json_t *none = json_object(), *some = json_pack("{s:s}", "text", "x"),
			 *nasty = json_object();
	struct error err = ERROR_INIT;
	enum effect e;

	CHECK_OK(functions_check_command("lock", none, &e, &err), err);
	CHECK(e == EFFECT_ROUTINE);
	CHECK_OK(functions_check_command("unenroll", none, &e, &err), err);
	CHECK(e == EFFECT_DESTRUCTIVE);
	CHECK_OK(functions_check_command("message", some, &e, &err), err);
	(void)json_object_set_new(nasty, "text",
				  json_string("a\xc2\x9b"
					      "b"));
	CHECK_ERROR(functions_check_command("message", nasty, &e, &err), err, ERROR_INVALID);
	(void)json_object_clear(nasty);
	(void)json_object_set_new(nasty, "message",
				  json_string("a\xe2\x80\xae"
					      "b"));
	CHECK_ERROR(functions_check_command("lock", nasty, &e, &err), err, ERROR_INVALID);
	CHECK_ERROR(functions_check_command("message", none, &e, &err), err, ERROR_INVALID);
	CHECK_ERROR(functions_check_command("sync", some, &e, &err), err, ERROR_INVALID);
	CHECK_ERROR(functions_check_command("wipe", none, &e, &err), err, ERROR_INVALID);
	CHECK_ERROR(functions_check_settings(some, &e, &err), err, ERROR_INVALID);
}

/* Lists one longer than they may be, of items that are good. */
static void long_lists(void)
{
	static const struct {
		const char *key, *list, *before, *after;
		unsigned max;
	} lists[] = {
		{ "serverServicesDisabled", "services", "{\"unit\":\"u", ".service\"}",
		  LIMIT_SERVICES },
		{ "localAccountAccess", "allowedUsers", "\"u", "\"", LIMIT_ACCESS_NAMES },
		{ "localAccountAccess", "allowedGroups", "\"g", "\"", LIMIT_ACCESS_NAMES },
		{ "trustAnchors", "anchors", "{\"certificate\":\"MAA=\",\"name\":\"n", "\"}",
		  LIMIT_ANCHORS },
		{ "openNetworkConfiguration", "NetworkConfigurations", "{\"Name\":\"n", "\"}",
		  LIMIT_ONC_NETWORKS },
	};

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		struct error err = ERROR_INIT;
		auto_buf struct buf text = BUF_INIT;
		auto_json json_t *tree = NULL;
		void *args = NULL;

		CHECK_OK(buf_printf(&text, &err, "{\"%s\":[", lists[i].list), err);
		for (unsigned n = 0; n <= lists[i].max; n++)
			CHECK_OK(buf_printf(&text, &err, "%s%s%u%s", n ? "," : "", lists[i].before,
					    n, lists[i].after),
				 err);
		CHECK_OK(buf_puts(&text, "]}", &err), err);
		CHECK_OK(jmap_parse(text.data, text.len, text.len, &tree, &err), err);
		CHECK(function_bind(function_find(lists[i].key, FUNCTION_SETTING), tree, &args,
				    &err) < 0);
		if (err.code != ERROR_LIMIT || args)
			CHECK_STR(err.msg, lists[i].key);
	}
}

/* A certificate in PEM comes out in one form, whatever white space it came with. */
static void pem(void)
{
	static const char text[] =
		"-----BEGIN CERTIFICATE----- MAIw\r\nAA==\n-----END CERTIFICATE-----\n\n";
	struct error err = ERROR_INIT;
	auto_buf struct buf der = BUF_INIT, out = BUF_INIT, big = BUF_INIT;

	CHECK_OK(pem_read(text, strlen(text), &der, &err), err);
	CHECK(der.len == 4 && memcmp(der.data, "\x30\x02\x30\x00", 4) == 0);
	CHECK_OK(pem_write(der.data, der.len, &out, &err), err);
	CHECK_STR((char *)out.data,
		  "-----BEGIN CERTIFICATE-----\nMAIwAA==\n-----END CERTIFICATE-----\n");
	buf_done(&der);
	for (unsigned i = 0; i <= LIMIT_CERT; i++)
		CHECK_OK(buf_append(&der, "0", 1, &err), err);
	CHECK_OK(pem_write(der.data, der.len, &big, &err), err);
	buf_done(&der);
	CHECK_ERROR(pem_read((char *)big.data, big.len, &der, &err), err, ERROR_LIMIT);
}

static void too_many(void)
{
	auto_json json_t *many = json_object();
	struct error err = ERROR_INIT;
	enum effect e;
	char key[16];

	for (int i = 0; i <= LIMIT_SETTINGS; i++) {
		(void)snprintf(key, sizeof(key), "k%d", i);
		(void)json_object_set_new(many, key, json_object());
	}
	CHECK_ERROR(functions_check_settings(many, &e, &err), err, ERROR_LIMIT);
}

static void schema(void)
{
	struct error err = ERROR_INIT;
	auto_json json_t *s = NULL;
	const json_t *properties;

	CHECK_OK(functions_settings_schema(&s, &err), err);
	properties = json_object_get(s, "properties");
	for (size_t i = 0; i < FUNCTION_MAX_; i++)
		CHECK((json_object_get(properties, functions[i].key) != NULL) ==
		      (functions[i].kind == FUNCTION_SETTING));
	CHECK(json_is_false(json_object_get(s, "additionalProperties")));
}

static void states(void)
{
	CHECK_STR(setting_state_name(SETTING_ENFORCED), "enforced");
	CHECK_STR(setting_state_name(SETTING_DRIFTED), "drifted");
	CHECK_STR(setting_state_name(SETTING_NONE), "?");
	CHECK_STR(setting_state_name(SETTING_MAX_), "?");
}

static const struct check_case cases[] = {
	{ "functions: every row is whole and found by its key", rows },
	{ "functions: arguments round trip", golden },
	{ "functions: what is not allowed is refused by name", strict },
	{ "functions: values raise the effect class", classes },
	{ "functions: commands", commands },
	{ "functions: a list that is too long is refused", long_lists },
	{ "functions: a certificate in PEM, and nothing else", pem },
	{ "functions: a policy of too many settings is refused", too_many },
	{ "functions: the schema holds every setting and no command", schema },
	{ "settings: states have names", states },
};
CHECK_MAIN(cases)
