/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of arguments of functions.def: keys, limits and what they mean. */
#include "proto/function_args.h"

#include "base/limits.h"
#include "proto/function_pem.h"

#define FIELD(type, member, ...) &type, offsetof(struct STRUCT, member), __VA_ARGS__

/* ---- passwordRequirements ---- */

#define STRUCT password_requirements
static const struct jmap password_requirements_fields[] = {
	{ "passwordMinimumLength", FIELD(jmap_u32, length, JMAP_REQUIRED), 6, LIMIT_PASSWORD_LENGTH,
	  NULL, "Characters in a new password.", "14" },
	{ "passwordMinimumLowerCase", FIELD(jmap_u32, lower, 0), 0, LIMIT_PASSWORD_CLASS, NULL,
	  "Lower-case letters in it.", "1" },
	{ "passwordMinimumUpperCase", FIELD(jmap_u32, upper, 0), 0, LIMIT_PASSWORD_CLASS, NULL,
	  "Upper-case letters in it.", "1" },
	{ "passwordMinimumNumeric", FIELD(jmap_u32, numeric, 0), 0, LIMIT_PASSWORD_CLASS, NULL,
	  "Digits in it.", "1" },
	{ "passwordMinimumSymbols", FIELD(jmap_u32, symbols, 0), 0, LIMIT_PASSWORD_CLASS, NULL,
	  "Characters in it that are neither letter nor digit.", "1" },
};
const struct jmap_table password_requirements_table =
	JMAP_TABLE("passwordRequirements", "What a new password must contain.",
		   password_requirements_fields, struct password_requirements);
#undef STRUCT

/* ---- failedAuthentication ---- */

#define STRUCT failed_authentication
static const struct jmap failed_authentication_fields[] = {
	{ "maximumFailedAttempts", FIELD(jmap_u32, attempts, JMAP_REQUIRED), 1, 100, NULL,
	  "Consecutive wrong passwords that lock the account.", "5" },
	{ "unlockAfterSeconds", FIELD(jmap_u32, unlock_after_s, 0), 0, 7 * 86400, NULL,
	  "Seconds until a locked account opens by itself; 0: an administrator must open it.",
	  "600" },
};
const struct jmap_table failed_authentication_table =
	JMAP_TABLE("failedAuthentication", "When wrong passwords lock an account.",
		   failed_authentication_fields, struct failed_authentication);
#undef STRUCT

/* ---- maximumTimeToLock ---- */

#define STRUCT maximum_time_to_lock
static const struct jmap maximum_time_to_lock_fields[] = {
	{ "seconds", FIELD(jmap_u32, seconds, JMAP_REQUIRED), 5, 86400, NULL,
	  "Seconds without input at any session after which all are told to lock.", "300" },
};
const struct jmap_table maximum_time_to_lock_table =
	JMAP_TABLE("maximumTimeToLock", "How long a session may be idle before it is locked.",
		   maximum_time_to_lock_fields, struct maximum_time_to_lock);
#undef STRUCT

/* ---- keyProtection ---- */

#define STRUCT key_protection
static const struct jmap key_protection_fields[] = {
	{ "minimumLevel", FIELD(jmap_u32, minimum_level, JMAP_REQUIRED), 1, 3, NULL,
	  "1: on an encrypted disk, or behind a PIN; 2: isolated, countering attacks by software; "
	  "3: countering physical ones too.",
	  "2" },
};
const struct jmap_table key_protection_table =
	JMAP_TABLE("keyProtection", "How well the device's own keys must be kept.",
		   key_protection_fields, struct key_protection);
#undef STRUCT

/* ---- loginBanner ---- */

#define STRUCT login_banner
static const struct jmap login_banner_fields[] = {
	{ "text", FIELD(jmap_text, text, JMAP_REQUIRED), 1, LIMIT_TEXT, NULL,
	  "The notice, in lines of plain text.", "Property of Example Ltd." },
};
const struct jmap_table login_banner_table =
	JMAP_TABLE("loginBanner", "The notice shown before a login.", login_banner_fields,
		   struct login_banner);
#undef STRUCT

/* ---- openNetworkConfiguration ---- */

static const char *const onc_security_names[] = { NULL, "None", "WPA-PSK", "WPA-EAP" };
const struct jmap_enum onc_security_enum = { onc_security_names, ARRAY_SIZE(onc_security_names) };
static const char *const onc_outer_names[] = { NULL, "PEAP", "EAP-TTLS" };
const struct jmap_enum onc_outer_enum = { onc_outer_names, ARRAY_SIZE(onc_outer_names) };
static const char *const onc_inner_names[] = { NULL, "MSCHAPv2", "PAP" };
const struct jmap_enum onc_inner_enum = { onc_inner_names, ARRAY_SIZE(onc_inner_names) };
static const char *const onc_type_names[] = { NULL, "WiFi" };
static const struct jmap_enum onc_type_enum = { onc_type_names, ARRAY_SIZE(onc_type_names) };

#define STRUCT onc_eap
static const struct jmap onc_eap_fields[] = {
	{ "Outer", FIELD(jmap_enum, outer, JMAP_REQUIRED), 0, 0, &onc_outer_enum,
	  "The outer EAP method.", "PEAP" },
	{ "Inner", FIELD(jmap_enum, inner, JMAP_REQUIRED), 0, 0, &onc_inner_enum,
	  "The method inside the tunnel.", "MSCHAPv2" },
	{ "Identity", FIELD(jmap_str, identity, JMAP_REQUIRED), 1, LIMIT_NAME, NULL,
	  "The user's name.", "device7" },
	{ "AnonymousIdentity", FIELD(jmap_str, anonymous_identity, 0), 0, LIMIT_NAME, NULL,
	  "The name shown outside the tunnel.", "anonymous" },
	{ "Password", FIELD(jmap_str, password, JMAP_REQUIRED | JMAP_SECRET), 1, LIMIT_NAME, NULL,
	  "The user's password.", NULL },
	{ "ServerCAPEMs", FIELD(jmap_pems, server_cas, JMAP_REQUIRED), 1, LIMIT_ONC_CAS, NULL,
	  "The authorities that may have issued the authentication server's certificate, each a "
	  "certificate in PEM.",
	  NULL },
	{ "DomainSuffixMatch", FIELD(jmap_str, domain_suffix, JMAP_REQUIRED), 1, LIMIT_NAME, NULL,
	  "The end of the name in the authentication server's certificate.", "radius.example.com" },
};
static const struct jmap_table onc_eap_table =
	JMAP_TABLE("EAP", "How the device authenticates to a WPA-EAP network.", onc_eap_fields,
		   struct onc_eap);
#undef STRUCT

#define STRUCT onc_wifi
static const struct jmap onc_wifi_fields[] = {
	{ "SSID", FIELD(jmap_str, ssid, JMAP_REQUIRED), 1, 32, NULL, "The network's name.",
	  "corp" },
	{ "Security", FIELD(jmap_enum, security, JMAP_REQUIRED), 0, 0, &onc_security_enum,
	  "None, WPA-PSK or WPA-EAP.", "WPA-PSK" },
	{ "Passphrase", FIELD(jmap_str, passphrase, JMAP_SECRET), 8, 63, NULL,
	  "Of a WPA-PSK network.", NULL },
	{ "HiddenSSID", FIELD(jmap_bool, hidden, 0), 0, 0, NULL,
	  "The network does not announce its name.", "false" },
	{ "AutoConnect", FIELD(jmap_bool, auto_connect, 0), 0, 0, NULL,
	  "Join it whenever it is in reach.", "true" },
	{ "EAP", FIELD(jmap_optional, eap, 0), 0, 0, &onc_eap_table, "Of a WPA-EAP network.",
	  NULL },
};
static const struct jmap_table onc_wifi_table =
	JMAP_TABLE("WiFi", "One Wi-Fi network.", onc_wifi_fields, struct onc_wifi);
#undef STRUCT

#define STRUCT onc_network
static const struct jmap onc_network_fields[] = {
	{ "GUID", FIELD(jmap_uuid, guid, JMAP_REQUIRED), 0, 0, NULL,
	  "The id under which the platform keeps it.", "5e6e9a4c-0d2e-4c60-9d37-5e0a2f6c1a11" },
	{ "Name", FIELD(jmap_str, name, JMAP_REQUIRED), 1, LIMIT_NAME, NULL, "A name for people.",
	  "Head office" },
	{ "Type", FIELD(jmap_enum, type, JMAP_REQUIRED), 0, 0, &onc_type_enum, "WiFi.", "WiFi" },
	{ "WiFi", FIELD(jmap_object, wifi, JMAP_REQUIRED), 0, 0, &onc_wifi_table, "The network.",
	  NULL },
};
static const struct jmap_table onc_network_table =
	JMAP_TABLE("NetworkConfiguration", "One network.", onc_network_fields, struct onc_network);
#undef STRUCT

#define STRUCT open_network_configuration
static const struct jmap open_network_configuration_fields[] = {
	{ "NetworkConfigurations", FIELD(jmap_array, networks, JMAP_REQUIRED), 1,
	  LIMIT_ONC_NETWORKS, &onc_network_table, "The networks.", NULL },
};
const struct jmap_table open_network_configuration_table =
	JMAP_TABLE("openNetworkConfiguration", "The networks that the device knows.",
		   open_network_configuration_fields, struct open_network_configuration);
#undef STRUCT

/* ---- trustAnchors ---- */

#define STRUCT trust_anchor_import
static const struct jmap trust_anchor_import_fields[] = {
	{ "name", FIELD(jmap_str, name, JMAP_REQUIRED), 1, 64, NULL,
	  "A name for it: letters, digits, '-', '_', '.'.", "example-root" },
	{ "certificate", FIELD(jmap_bytes, certificate, JMAP_REQUIRED), 1, LIMIT_CERT, NULL,
	  "The authority's certificate: DER in base64.", NULL },
};
static const struct jmap_table trust_anchor_import_table =
	JMAP_TABLE("anchor", "One certificate authority.", trust_anchor_import_fields,
		   struct trust_anchor_import);
#undef STRUCT

#define STRUCT trust_anchors
static const struct jmap trust_anchors_fields[] = {
	{ "anchors", FIELD(jmap_array, anchors, JMAP_REQUIRED), 1, LIMIT_ANCHORS,
	  &trust_anchor_import_table, "The authorities.", NULL },
};
const struct jmap_table trust_anchors_table =
	JMAP_TABLE("trustAnchors", "Certificate authorities for the system store.",
		   trust_anchors_fields, struct trust_anchors);
#undef STRUCT

/* ---- serverServicesDisabled ---- */

#define STRUCT disabled_service
static const struct jmap disabled_service_fields[] = {
	{ "unit", FIELD(jmap_str, unit, JMAP_REQUIRED), 1, LIMIT_UNIT_NAME, NULL,
	  "A systemd service or socket unit.", "cups.service" },
	{ "ports", FIELD(jmap_ports, ports, 0), 0, 16, NULL,
	  "The TCP ports that it serves: they must be closed afterwards.", "[631]" },
};
static const struct jmap_table disabled_service_table =
	JMAP_TABLE("service", "One service.", disabled_service_fields, struct disabled_service);
#undef STRUCT

#define STRUCT server_services_disabled
static const struct jmap server_services_disabled_fields[] = {
	{ "services", FIELD(jmap_array, services, JMAP_REQUIRED), 1, LIMIT_SERVICES,
	  &disabled_service_table, "The services.", NULL },
};
const struct jmap_table server_services_disabled_table =
	JMAP_TABLE("serverServicesDisabled", "Services that must not run.",
		   server_services_disabled_fields, struct server_services_disabled);
#undef STRUCT

/* ---- localAccountAccess ---- */

#define STRUCT local_account_access
static const struct jmap local_account_access_fields[] = {
	{ "allowedUsers", FIELD(jmap_strings, users, 0), 0, LIMIT_ACCESS_NAMES, NULL,
	  "Accounts that may log in; one of them, or of the groups', must exist on the "
	  "device. root keeps the console.",
	  "[\"alice\"]" },
	{ "allowedGroups", FIELD(jmap_strings, groups, 0), 0, LIMIT_ACCESS_NAMES, NULL,
	  "Groups whose members may log in.", "[\"sudo\"]" },
	{ "remoteAllowed", FIELD(jmap_bool, remote, 0), 0, 0, NULL,
	  "They may log in from other hosts too.", "false" },
};
const struct jmap_table local_account_access_table =
	JMAP_TABLE("localAccountAccess", "Who may log in to the device's local accounts.",
		   local_account_access_fields, struct local_account_access);
#undef STRUCT

/* ---- systemUpdate ---- */

static const char *const system_update_type_names[] = { NULL, "AUTOMATIC", "WINDOWED", "POSTPONE" };
const struct jmap_enum system_update_type_enum = { system_update_type_names,
						   ARRAY_SIZE(system_update_type_names) };

#define STRUCT system_update
static const struct jmap system_update_fields[] = {
	{ "type", FIELD(jmap_enum, type, JMAP_REQUIRED), 0, 0, &system_update_type_enum,
	  "AUTOMATIC: once a day; WINDOWED: only in the window; POSTPONE: not by itself.",
	  "WINDOWED" },
	{ "startMinutes", FIELD(jmap_u32, start_min, 0), 0, 1439, NULL,
	  "Start of the window, in minutes after local midnight.", "120" },
	{ "endMinutes", FIELD(jmap_u32, end_min, 0), 0, 1439, NULL,
	  "End of the window; before the start where it spans midnight.", "300" },
};
const struct jmap_table system_update_table =
	JMAP_TABLE("systemUpdate", "When the device installs its updates by itself.",
		   system_update_fields, struct system_update);
#undef STRUCT

/* ---- commands ---- */

#define STRUCT lock
static const struct jmap lock_fields[] = {
	{ "message", FIELD(jmap_text, message, 0), 1, LIMIT_TEXT, NULL,
	  "Shown on the terminals of the locked sessions.", "Call 555 0100" },
};
const struct jmap_table lock_table =
	JMAP_TABLE("lock", "Locks every session.", lock_fields, struct lock);
#undef STRUCT

#define STRUCT message
static const struct jmap message_fields[] = {
	{ "text", FIELD(jmap_text, text, JMAP_REQUIRED), 1, LIMIT_TEXT, NULL, "What to show.",
	  "Please save your work." },
};
const struct jmap_table message_table =
	JMAP_TABLE("message", "Shows a text to the users.", message_fields, struct message);
#undef STRUCT

#define STRUCT reboot
static const struct jmap reboot_fields[] = {
	{ "delaySeconds", FIELD(jmap_u32, delay_s, 0), 0, 86400, NULL,
	  "Seconds until the restart; the users are told.", "60" },
};
const struct jmap_table reboot_table =
	JMAP_TABLE("reboot", "Restarts the device.", reboot_fields, struct reboot);
#undef STRUCT

const struct jmap_table query_table = { .name = "query",
					.doc = "Reports at once.",
					.size = sizeof(struct query) };
const struct jmap_table sync_table = { .name = "sync",
				       .doc = "Checks in at once.",
				       .size = sizeof(struct sync) };
const struct jmap_table unenroll_table = { .name = "unenroll",
					   .doc = "Ends the management.",
					   .size = sizeof(struct unenroll) };

/* ---- the list of ports ---- */

static int ports_read(const json_t *v, const struct jmap *f, void *dst, struct error *err)
{
	struct ports *list = dst;
	json_t *item;
	size_t i;

	if (!json_is_array(v))
		return error_set(err, ERROR_INVALID, "not an array");
	if (json_array_size(v) > (size_t)f->max)
		return error_set(err, ERROR_LIMIT, "more than %lld items", f->max);
	list->items = calloc(json_array_size(v) + 1, sizeof(*list->items));
	if (!list->items)
		return error_oom(err);
	json_array_foreach (v, i, item) {
		json_int_t port = json_integer_value(item);

		if (!json_is_integer(item) || port < 1 || port > 65535)
			return error_set(err, ERROR_INVALID, "item %zu is no port (1..65535)", i);
		list->items[list->n++] = (uint16_t)port;
	}
	return 0;
}

static int ports_write(const void *src, const struct jmap *f, json_t **ret, struct error *err)
{
	const struct ports *list = src;
	auto_json json_t *a = NULL;

	if (list->n == 0 && !(f->flags & (JMAP_REQUIRED | JMAP_EMIT)))
		return 0;
	a = json_array();
	for (size_t i = 0; i < list->n; i++)
		if (json_array_append_new(a, json_integer(list->items[i])) < 0)
			return error_oom(err);
	*ret = STEAL(a);
	return *ret ? 0 : error_oom(err);
}

static json_t *ports_schema(const struct jmap *f)
{
	return json_pack("{s:s, s:I, s:{s:s, s:i, s:i}}", "type", "array", "maxItems",
			 (json_int_t)f->max, "items", "type", "integer", "minimum", 1, "maximum",
			 65535);
}

static void ports_done(void *dst, const struct jmap *f)
{
	struct ports *list = dst;

	(void)f;
	free(list->items);
	*list = (struct ports){ 0 };
}

const struct jmap_type jmap_ports = { "list of ports", ports_read, ports_write, ports_schema,
				      ports_done };
