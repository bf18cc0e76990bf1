/* SPDX-License-Identifier: Apache-2.0 */
/* serverServicesDisabled: which units may be turned off at all, and what that costs. */
#include <fnmatch.h>
#include <string.h>

#include "proto/function_args.h"
#include "proto/function_check.h"

/* Patterns of fnmatch(3) over a unit's name; the highest class that matches counts. */
static const struct {
	enum service_class class;
	const char *pattern;
} classes[] = {
	/* These carry the network, and with it the way to the server. */
	{ SERVICE_NETWORK, "NetworkManager*" },
	{ SERVICE_NETWORK, "network-manager.*" },
	{ SERVICE_NETWORK, "networking.*" },
	{ SERVICE_NETWORK, "netplan*" },
	{ SERVICE_NETWORK, "wpa_supplicant*" },
	{ SERVICE_NETWORK, "iwd.*" },
	{ SERVICE_NETWORK, "dhcpcd*" },
	{ SERVICE_NETWORK, "dhclient*" },
	{ SERVICE_NETWORK, "connman*" },
	{ SERVICE_NETWORK, "wicd.*" },
	{ SERVICE_NETWORK, "ModemManager*" },
	{ SERVICE_NETWORK, "resolvconf*" },
	{ SERVICE_NETWORK, "dnsmasq*" },
	{ SERVICE_NETWORK, "unbound*" },
	{ SERVICE_NETWORK, "wg-quick@*" },
	{ SERVICE_NETWORK, "openvpn*" },
	{ SERVICE_NETWORK, "strongswan*" },
	{ SERVICE_NETWORK, "ifup@*" },
	/* By these a person logs in at the device. SSH is not among them: it is a server, and to
	 * turn it off is what the setting is for. */
	{ SERVICE_LOGIN, "getty@*" },
	{ SERVICE_LOGIN, "autovt@*" },
	{ SERVICE_LOGIN, "serial-getty@*" },
	{ SERVICE_LOGIN, "console-getty.*" },
	{ SERVICE_LOGIN, "display-manager.*" },
	{ SERVICE_LOGIN, "gdm*" },
	{ SERVICE_LOGIN, "lightdm*" },
	{ SERVICE_LOGIN, "sddm*" },
	{ SERVICE_LOGIN, "greetd*" },
	/* Without these the device is dead, or no longer managed: no signature makes that a
	 * setting. */
	{ SERVICE_PROTECTED, "muster-*" },
	{ SERVICE_PROTECTED, "dbus.*" },
	{ SERVICE_PROTECTED, "dbus-broker.*" },
	{ SERVICE_PROTECTED, "dbus-org.*" },
	{ SERVICE_PROTECTED, "systemd-*" },
	{ SERVICE_PROTECTED, "syslog.*" },
	{ SERVICE_PROTECTED, "udev.*" },
	{ SERVICE_PROTECTED, "init.scope" },
	{ SERVICE_PROTECTED, "polkit*" },
	{ SERVICE_PROTECTED, "user@*" },
	{ SERVICE_PROTECTED, "user-runtime-dir@*" },
	{ SERVICE_PROTECTED, "emergency.*" },
	{ SERVICE_PROTECTED, "rescue.*" },
};

enum service_class service_class(const char *unit)
{
	enum service_class class = SERVICE_FREE;

	for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
		if (classes[i].class > class && fnmatch(classes[i].pattern, unit, 0) == 0)
			class = classes[i].class;
	return class;
}

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static bool unit_name_valid(const char *u)
{
	const char *dot = strrchr(u, '.'), *at = strchr(u, '@');

	/* "getty@.service" is a template: it is no unit, and masking it is masking every one. */
	return dot && dot != u && (strcmp(dot, ".service") == 0 || strcmp(dot, ".socket") == 0) &&
	       strspn(u, LETTERS DIGITS "-_.:@\\") == strlen(u) && !strchr(".-@", u[0]) &&
	       (!at || at + 1 != dot);
}

static int unit_check(const char *unit, struct error *err)
{
	if (!unit_name_valid(unit))
		return error_set(err, ERROR_INVALID, "not the name of a service or socket");
	if (service_class(unit) == SERVICE_PROTECTED)
		return error_set(err, ERROR_INVALID,
				 "'%.60s' cannot be disabled: the device needs it", unit);
	return 0;
}

int server_services_disabled_check(const void *args, struct error *err)
{
	const struct server_services_disabled *a = args;
	const struct disabled_service *s = a->services.items;

	for (size_t i = 0; i < a->services.n; i++) {
		if (unit_check(s[i].unit, err) < 0)
			return error_wrap(err, "services[%zu].unit", i);
		for (size_t j = 0; j < i; j++)
			if (strcmp(s[i].unit, s[j].unit) == 0)
				return error_set(err, ERROR_INVALID, "unit '%.60s' stands twice",
						 s[i].unit);
	}
	return 0;
}

enum effect server_services_disabled_effect(const void *args)
{
	static const enum effect effects[] = { [SERVICE_FREE] = EFFECT_CONFIG,
					       [SERVICE_NETWORK] = EFFECT_CHANNEL,
					       [SERVICE_LOGIN] = EFFECT_DESTRUCTIVE,
					       [SERVICE_PROTECTED] = EFFECT_DESTRUCTIVE };
	const struct server_services_disabled *a = args;
	const struct disabled_service *s = a->services.items;
	enum effect highest = EFFECT_CONFIG;

	for (size_t i = 0; i < a->services.n; i++) {
		enum effect e = effects[service_class(s[i].unit)];

		highest = e > highest ? e : highest;
	}
	return highest;
}
