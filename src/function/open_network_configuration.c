/* SPDX-License-Identifier: Apache-2.0 */
#include "function/behaviour.h"

#include "base/limits.h"

struct room {
	struct wifi_rules rules;
	struct wifi_network networks[LIMIT_ONC_NETWORKS];
	struct buf cas[LIMIT_ONC_NETWORKS];
};

static void room_done(struct room *room)
{
	for (size_t i = 0; i < ARRAY_SIZE(room->cas); i++)
		buf_done(&room->cas[i]);
}

static struct wifi_network network_of(const struct onc_network *n, const struct buf *cas)
{
	static const enum wifi_security securities[] = { [ONC_SECURITY_OPEN] = WIFI_OPEN,
							 [ONC_SECURITY_PSK] = WIFI_PSK,
							 [ONC_SECURITY_EAP] = WIFI_EAP };
	static const char *const outers[] = {
		[ONC_OUTER_PEAP] = "peap", [ONC_OUTER_TTLS] = "ttls"
	};
	static const char *const inners[] = {
		[ONC_INNER_MSCHAPV2] = "mschapv2", [ONC_INNER_PAP] = "pap"
	};
	const struct onc_wifi *w = &n->wifi;
	struct wifi_network out = { .uuid = n->guid,
				    .name = n->name,
				    .ssid = w->ssid,
				    .security = securities[w->security],
				    .hidden = w->hidden,
				    .auto_connect = w->auto_connect,
				    .passphrase = w->passphrase };

	if (w->eap) {
		out.outer = outers[w->eap->outer];
		out.inner = inners[w->eap->inner];
		out.identity = w->eap->identity;
		out.anonymous = w->eap->anonymous_identity;
		out.password = w->eap->password;
		out.domain_suffix = w->eap->domain_suffix;
		out.cas_pem = (const char *)cas->data;
	}
	return out;
}

static int room_of(const void *args, struct room *ret, struct error *err)
{
	const struct open_network_configuration *a = args;
	const struct onc_network *n = a->networks.items;

	for (size_t i = 0; i < a->networks.n; i++) {
		const struct onc_eap *eap = n[i].wifi.eap;

		for (size_t j = 0; eap && j < eap->server_cas.n; j++)
			if (buf_puts(&ret->cas[i], eap->server_cas.items[j], err) < 0)
				return -1;
		ret->networks[i] = network_of(&n[i], &ret->cas[i]);
	}
	ret->rules = (struct wifi_rules){ ret->networks, a->networks.n };
	return 0;
}

static int describe(const void *args, struct buf *out, struct error *err)
{
	const struct open_network_configuration *a = args;
	const struct onc_network *n = a->networks.items;

	for (size_t i = 0; i < a->networks.n; i++)
		if (buf_printf(out, err, "%s'%s' (%s)", i ? ", " : "", n[i].wifi.ssid,
			       onc_security_enum.names[n[i].wifi.security]) < 0)
			return -1;
	return 0;
}

DRIVEN(networkmanager_driver, room_done)

const struct behaviour open_network_configuration_behaviour = {
	.by = "NetworkManager, asked over D-Bus",
	.describe = describe,
	DRIVEN_OPERATIONS,
};
