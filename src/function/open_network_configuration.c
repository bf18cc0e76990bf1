/* SPDX-License-Identifier: Apache-2.0 */
#include "function/behaviour.h"

#include "base/limits.h"

/* The driver's rules for these arguments, in room of the caller's. Texts made for it are here. */
struct wifi_room {
	struct wifi_network networks[LIMIT_ONC_NETWORKS];
	struct buf cas[LIMIT_ONC_NETWORKS];
	size_t n;
};

static void wifi_room_done(struct wifi_room *room)
{
	for (size_t i = 0; i < room->n; i++)
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

static int rules_of(const struct open_network_configuration *a, struct wifi_room *room,
		    struct wifi_rules *ret, struct error *err)
{
	const struct onc_network *n = a->networks.items;

	for (room->n = 0; room->n < a->networks.n; room->n++) {
		const struct onc_eap *eap = n[room->n].wifi.eap;
		struct buf *cas = &room->cas[room->n];

		*cas = (struct buf)BUF_INIT;
		for (size_t i = 0; eap && i < eap->server_cas.n; i++)
			if (buf_printf(cas, err, "%s\n", eap->server_cas.items[i]) < 0) {
				buf_done(cas);
				return -1;
			}
		room->networks[room->n] = network_of(&n[room->n], cas);
	}
	*ret = (struct wifi_rules){ room->networks, room->n };
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

static int probe(struct platform *p, const void *args, struct error *err)
{
	(void)args;
	return networkmanager_driver.probe(p, NULL, err);
}

static int apply(struct platform *p, const void *args, struct error *err)
{
	struct wifi_room room CLEANUP(wifi_room_done) = { .n = 0 };
	struct wifi_rules r;

	return rules_of(args, &room, &r, err) < 0 ? -1 : networkmanager_driver.apply(p, &r, err);
}

static int read_back(struct platform *p, const void *args, struct readback *ret, struct error *err)
{
	struct wifi_room room CLEANUP(wifi_room_done) = { .n = 0 };
	struct wifi_rules r;

	return rules_of(args, &room, &r, err) < 0 ? -1
						  : networkmanager_driver.read(p, &r, ret, err);
}

const struct behaviour open_network_configuration_behaviour = {
	.by = "NetworkManager, asked over D-Bus",
	.describe = describe,
	.probe = probe,
	.apply = apply,
	.read = read_back,
};
