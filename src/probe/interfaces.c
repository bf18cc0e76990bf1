/* SPDX-License-Identifier: Apache-2.0 */
/* Network interfaces, and those that are up for nothing. */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if_arp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "platform/platform.h"
#include "probe/probes.h"

static const struct {
	unsigned type;
	const char *name;
} types[] = {
	{ ARPHRD_ETHER, "ethernet" },  { ARPHRD_LOOPBACK, "loopback" }, { ARPHRD_PPP, "ppp" },
	{ ARPHRD_CAN, "can" },	       { ARPHRD_TUNNEL, "tunnel" },	{ 0xfffe, "tunnel" },
	{ ARPHRD_IEEE80211, "wi-fi" }, { ARPHRD_SIT, "tunnel" },
};

static unsigned long read_number(const struct probe *p, const char *name, const char *what)
{
	char path[LIMIT_NAME], word[40];

	(void)snprintf(path, sizeof(path), "/sys/class/net/%.40s/%s", name, what);
	probe_word(p, path, word, sizeof(word));
	return strtoul(word, NULL, 0);
}

static bool has(const struct probe *p, const char *name, const char *what)
{
	char path[LIMIT_NAME];

	(void)snprintf(path, sizeof(path), "/sys/class/net/%.40s/%s", name, what);
	return probe_exists(p, path);
}

static const char *type_of(const struct probe *p, const char *name)
{
	unsigned long type = read_number(p, name, "type");

	if (has(p, name, "wireless") || has(p, name, "phy80211"))
		return "wi-fi";
	if (has(p, name, "bridge"))
		return "bridge";
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i].type == type)
			return types[i].name;
	return "other";
}

/* An address that reaches further than its link. */
static bool is_used(const struct ifaddrs *all, const char *name)
{
	for (const struct ifaddrs *a = all; a; a = a->ifa_next) {
		const struct sockaddr *s = a->ifa_addr;

		if (!s || strcmp(a->ifa_name, name) != 0)
			continue;
		if (s->sa_family == AF_INET)
			return true;
		if (s->sa_family == AF_INET6 &&
		    !IN6_IS_ADDR_LINKLOCAL(
			    &((const struct sockaddr_in6 *)(const void *)s)->sin6_addr))
			return true;
	}
	return false;
}

static int look_one(struct probe *p, const char *name, const struct ifaddrs *all, struct error *err)
{
	unsigned long flags = read_number(p, name, "flags");
	bool up = flags & IFF_UP, carrier = up && read_number(p, name, "carrier") == 1;

	if (fact_item(p, FACT_NET_INTERFACES, name, err, "%s, %s", type_of(p, name),
		      up ? "up" : "down") < 0)
		return -1;
	/* A part of a bridge or a bond has no address of its own. */
	if (!up || (flags & IFF_LOOPBACK) || has(p, name, "master"))
		return 0;
	if (!carrier)
		return fact_item(p, FACT_NET_UNUSED, name, err, "up, no carrier");
	return is_used(all, name)
		       ? 0
		       : fact_item(p, FACT_NET_UNUSED, name, err, "up, no address beyond its link");
}

static void free_addresses(struct ifaddrs **a)
{
	if (*a)
		freeifaddrs(*a);
}

int probe_interfaces(struct probe *p, struct error *err)
{
	CLEANUP(free_addresses) struct ifaddrs *all = NULL;
	auto_strings struct strings names = { 0 };
	struct stat st;

	if (!probe_stat(p, "/sys/class/net", false, &st))
		return error_set(err, ERROR_UNSUPPORTED, "/sys/class/net is not there");
	if (getifaddrs(&all) < 0)
		return error_errno(err, errno, "addresses of interfaces");
	if (probe_list(p, "/sys/class/net", &names, err) < 0 ||
	    fact_items(p, FACT_NET_INTERFACES, err) < 0 || fact_items(p, FACT_NET_UNUSED, err) < 0)
		return -1;
	for (size_t i = 0; i < names.n; i++)
		if (has(p, names.items[i], "flags") && look_one(p, names.items[i], all, err) < 0)
			return -1;
	return 0;
}
