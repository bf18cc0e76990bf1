/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/function_check.h"

#include <fnmatch.h>
#include <string.h>

#include "proto/function_args.h"

/* ---- failedAuthentication ---- */

enum effect failed_authentication_effect(const void *args)
{
	const struct failed_authentication *a = args;

	return a->unlock_after_s == 0 || a->attempts < 3 ? EFFECT_DESTRUCTIVE : EFFECT_CONFIG;
}

/* ---- openNetworkConfiguration ---- */

static int wifi_check(const struct onc_wifi *w, struct error *err)
{
	if ((w->security == ONC_SECURITY_PSK) != (w->passphrase != NULL))
		return error_set(err, ERROR_INVALID,
				 "'Passphrase' stands with Security WPA-PSK, and only there");
	if ((w->security == ONC_SECURITY_EAP) != (w->eap != NULL))
		return error_set(err, ERROR_INVALID,
				 "'EAP' stands with Security WPA-EAP, and only there");
	if (w->security == ONC_SECURITY_OPEN && w->auto_connect)
		return error_set(err, ERROR_INVALID, "an open network is never joined by itself");
	/* MSCHAPv2 is the only method that both ends of PEAP agree on in practice. */
	if (w->eap && w->eap->outer == ONC_OUTER_PEAP && w->eap->inner != ONC_INNER_MSCHAPV2)
		return error_set(err, ERROR_INVALID, "'Inner' of PEAP is MSCHAPv2");
	return 0;
}

int open_network_configuration_check(const void *args, struct error *err)
{
	const struct open_network_configuration *a = args;
	const struct onc_network *n = a->networks.items;

	for (size_t i = 0; i < a->networks.n; i++) {
		if (wifi_check(&n[i].wifi, err) < 0)
			return error_wrap(err, "NetworkConfigurations[%zu].WiFi", i);
		for (size_t j = 0; j < i; j++)
			if (strcmp(n[i].guid, n[j].guid) == 0)
				return error_set(err, ERROR_INVALID, "GUID %s stands twice",
						 n[i].guid);
	}
	return 0;
}

enum effect open_network_configuration_effect(const void *args)
{
	const struct open_network_configuration *a = args;
	const struct onc_network *n = a->networks.items;

	for (size_t i = 0; i < a->networks.n; i++)
		if (n[i].wifi.auto_connect)
			return EFFECT_CHANNEL;
	return EFFECT_CONFIG;
}

/* ---- trustAnchors ---- */

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

int trust_anchors_check(const void *args, struct error *err)
{
	const struct trust_anchors *a = args;
	const struct trust_anchor_import *x = a->anchors.items;

	for (size_t i = 0; i < a->anchors.n; i++) {
		if (strspn(x[i].name, LETTERS DIGITS "-_.") != strlen(x[i].name) ||
		    x[i].name[0] == '.')
			return error_set(err, ERROR_INVALID,
					 "anchors[%zu].name: letters, digits, '-', '_', '.' only",
					 i);
		for (size_t j = 0; j < i; j++)
			if (strcmp(x[i].name, x[j].name) == 0)
				return error_set(err, ERROR_INVALID, "anchor '%s' stands twice",
						 x[i].name);
	}
	return 0;
}

/* ---- serverServicesDisabled ---- */

/* Without these the device is dead, or no longer managed: no signature makes that a setting. */
static const char *const protected_units[] = {
	"muster-*", "dbus.*", "dbus-broker.*", "systemd-*", "init.scope", "polkit.*", "user@*",
};
/* These carry the network, and with it the way to the server. */
static const char *const network_units[] = {
	"NetworkManager*", "networking.*", "wpa_supplicant*", "iwd.*",	    "dhcpcd*",	"connman*",
	"ModemManager*",   "resolvconf*",  "dnsmasq*",	      "wg-quick@*", "openvpn*", "ifup@*",
};

static bool matches(const char *unit, const char *const *patterns, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (fnmatch(patterns[i], unit, 0) == 0)
			return true;
	return false;
}

static bool unit_name_valid(const char *u)
{
	const char *dot = strrchr(u, '.');

	return dot && dot != u && (strcmp(dot, ".service") == 0 || strcmp(dot, ".socket") == 0) &&
	       strspn(u, LETTERS DIGITS "-_.:@\\") == strlen(u) && u[0] != '.' && u[0] != '-';
}

int server_services_disabled_check(const void *args, struct error *err)
{
	const struct server_services_disabled *a = args;
	const struct disabled_service *s = a->services.items;

	for (size_t i = 0; i < a->services.n; i++) {
		if (!unit_name_valid(s[i].unit))
			return error_set(err, ERROR_INVALID,
					 "services[%zu].unit: not the name of a service or socket",
					 i);
		if (matches(s[i].unit, protected_units, ARRAY_SIZE(protected_units)))
			return error_set(
				err, ERROR_INVALID,
				"services[%zu].unit: '%.60s' cannot be disabled: the device "
				"needs it",
				i, s[i].unit);
		for (size_t j = 0; j < i; j++)
			if (strcmp(s[i].unit, s[j].unit) == 0)
				return error_set(err, ERROR_INVALID, "unit '%.60s' stands twice",
						 s[i].unit);
	}
	return 0;
}

enum effect server_services_disabled_effect(const void *args)
{
	const struct server_services_disabled *a = args;
	const struct disabled_service *s = a->services.items;

	for (size_t i = 0; i < a->services.n; i++)
		if (matches(s[i].unit, network_units, ARRAY_SIZE(network_units)))
			return EFFECT_CHANNEL;
	return EFFECT_CONFIG;
}

/* ---- localAccountAccess ---- */

/* The names of useradd(8), a trailing '$' excepted; so none is a keyword of access.conf(5), whose
 * keywords are upper case. */
static bool account_name_valid(const char *s)
{
	return strlen(s) > 0 && strlen(s) <= 32 && !strchr(DIGITS "-", s[0]) &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyz" DIGITS "_-") == strlen(s);
}

static int names_check(const struct strings *names, const char *key, struct error *err)
{
	for (size_t i = 0; i < names->n; i++)
		if (!account_name_valid(names->items[i]))
			return error_set(err, ERROR_INVALID, "%s[%zu]: not a name of an account",
					 key, i);
	return 0;
}

int local_account_access_check(const void *args, struct error *err)
{
	const struct local_account_access *a = args;

	if (names_check(&a->users, "allowedUsers", err) < 0)
		return -1;
	return names_check(&a->groups, "allowedGroups", err);
}

enum effect local_account_access_effect(const void *args)
{
	const struct local_account_access *a = args;

	return a->users.n + a->groups.n == 0 ? EFFECT_DESTRUCTIVE : EFFECT_CONFIG;
}

/* ---- systemUpdate ---- */

int system_update_check(const void *args, struct error *err)
{
	const struct system_update *a = args;

	if (a->type == SYSTEM_UPDATE_WINDOWED && a->start_min == a->end_min)
		return error_set(err, ERROR_INVALID, "the window is empty");
	if (a->type != SYSTEM_UPDATE_WINDOWED && (a->start_min || a->end_min))
		return error_set(err, ERROR_INVALID, "a window stands with type WINDOWED only");
	return 0;
}
