/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/function_check.h"

#include <string.h>

#include "proto/function_args.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* ---- texts that a person reads ---- */

/* What UTF-8 can hold and a terminal may obey, beside what the tables refuse: C1 controls (a CSI
 * in one character), and marks that turn the direction, so that a line reads as another. */
static bool obeyed(const unsigned char *s)
{
	if (s[0] == 0xc2)
		return s[1] >= 0x80 && s[1] <= 0x9f;
	if (s[0] != 0xe2)
		return false;
	return (s[1] == 0x80 && s[2] >= 0xa8 && s[2] <= 0xae) ||
	       (s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9);
}

static int shown_check(const char *text, const char *key, struct error *err)
{
	for (const char *c = text; c && *c; c++)
		if (obeyed((const unsigned char *)c))
			return error_set(err, ERROR_INVALID, "'%s' has a control character", key);
	return 0;
}

int login_banner_check(const void *args, struct error *err)
{
	return shown_check(((const struct login_banner *)args)->text, "text", err);
}

int lock_check(const void *args, struct error *err)
{
	return shown_check(((const struct lock *)args)->message, "message", err);
}

int message_check(const void *args, struct error *err)
{
	return shown_check(((const struct message *)args)->text, "text", err);
}

/* ---- failedAuthentication ---- */

enum effect failed_authentication_effect(const void *args)
{
	const struct failed_authentication *a = args;

	return a->unlock_after_s == 0 || a->attempts < 3 ? EFFECT_DESTRUCTIVE : EFFECT_CONFIG;
}

/* ---- openNetworkConfiguration ---- */

/* The end of a host's name: two labels at least, since "com" would be anybody's server. */
static bool domain_valid(const char *d)
{
	const char *dot = strchr(d, '.');

	return strspn(d, LETTERS DIGITS "-.") == strlen(d) && dot && dot != d && dot[1] &&
	       d[strlen(d) - 1] != '.' && !strstr(d, "..");
}

/* IEEE 802.11: printable ASCII. */
static bool passphrase_valid(const char *p)
{
	for (; *p; p++)
		if (*p < 0x20 || *p > 0x7e)
			return false;
	return true;
}

static int secrets_check(const struct onc_wifi *w, struct error *err)
{
	if (w->passphrase && !passphrase_valid(w->passphrase))
		return error_set(err, ERROR_INVALID, "'Passphrase' is not printable ASCII");
	if (w->eap && !domain_valid(w->eap->domain_suffix))
		return error_set(err, ERROR_INVALID,
				 "'DomainSuffixMatch' is not a name of two labels or more");
	return shown_check(w->ssid, "SSID", err);
}

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
	return secrets_check(w, err);
}

/* Of two networks of one name a device joins either: the weaker one of them counts. */
static int twice_check(const struct onc_network *a, const struct onc_network *b, struct error *err)
{
	if (strcmp(a->guid, b->guid) == 0)
		return error_set(err, ERROR_INVALID, "GUID %s stands twice", a->guid);
	if (strcmp(a->wifi.ssid, b->wifi.ssid) == 0)
		return error_set(err, ERROR_INVALID, "SSID '%.32s' stands twice", a->wifi.ssid);
	return 0;
}

int open_network_configuration_check(const void *args, struct error *err)
{
	const struct open_network_configuration *a = args;
	const struct onc_network *n = a->networks.items;

	for (size_t i = 0; i < a->networks.n; i++) {
		if (wifi_check(&n[i].wifi, err) < 0)
			return error_wrap(err, "NetworkConfigurations[%zu].WiFi", i);
		if (shown_check(n[i].name, "Name", err) < 0)
			return error_wrap(err, "NetworkConfigurations[%zu]", i);
		for (size_t j = 0; j < i; j++)
			if (twice_check(&n[i], &n[j], err) < 0)
				return -1;
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
			else if (buf_is(&x[i].certificate, x[j].certificate.data,
					x[j].certificate.len))
				return error_set(err, ERROR_INVALID, "'%s' and '%s' are the same",
						 x[j].name, x[i].name);
	}
	return 0;
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
