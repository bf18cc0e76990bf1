/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wi-Fi networks as NetworkManager connections, added and read over D-Bus. What is stored as
 * wanted is left alone. Where the device has no Wi-Fi radio, the networks are stored and count as
 * that.
 */
#include "platform/networkmanager.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "platform/bus.h"
#include "platform/change.h"
#include "platform/nm_active.h"
#include "platform/nm_settings.h"

#define NM "org.freedesktop.NetworkManager"
#define NM_MANAGER "/org/freedesktop/NetworkManager", NM
#define NM_SETTINGS "/org/freedesktop/NetworkManager/Settings", NM ".Settings"
#define NM_CONNECTION NM ".Settings.Connection"
enum { NM_DEVICE_WIFI = 2, NM_TO_DISK = 1 };

/* The object of a connection; "" where there is none. */
static int find(sd_bus *bus, const char *uuid, char *path, size_t size, struct error *err)
{
	sd_bus_error e CLEANUP(sd_bus_error_free) = SD_BUS_ERROR_NULL;
	sd_bus_message *m CLEANUP(sd_bus_message_unrefp) = NULL;
	const char *object;
	int r = sd_bus_call_method(bus, NM, NM_SETTINGS, "GetConnectionByUuid", &e, &m, "s", uuid);

	path[0] = 0;
	if (r < 0 && sd_bus_error_has_name(&e, NM ".Settings.InvalidConnection"))
		return 0;
	if (r < 0 || (r = sd_bus_message_read(m, "o", &object)) < 0)
		return bus_fail(err, r, &e, "find connection %s", uuid);
	(void)snprintf(path, size, "%s", object);
	return 0;
}

static int reload(sd_bus *bus, struct error *err)
{
	sd_bus_error e CLEANUP(sd_bus_error_free) = SD_BUS_ERROR_NULL;
	int r = sd_bus_call_method(bus, NM, NM_SETTINGS, "ReloadConnections", &e, NULL, "");

	return r < 0 ? bus_fail(err, r, &e, "reload the connections") : 0;
}

static int file_of(sd_bus *bus, const char *path, char **ret, struct error *err)
{
	sd_bus_error e CLEANUP(sd_bus_error_free) = SD_BUS_ERROR_NULL;
	int r = sd_bus_get_property_string(bus, NM, path, NM_CONNECTION, "Filename", &e, ret);

	if (r < 0)
		return bus_fail(err, r, &e, "find a connection's file");
	return (*ret)[0] ? 0 : error_set(err, ERROR_CONFLICT, "the network is in no file");
}

int networkmanager_undo(struct platform *p, const char *uuid, struct undo *ret, struct error *err)
{
	auto_undo struct undo u = { 0 };
	auto_free char *file = NULL;
	char path[256];
	sd_bus *bus;

	if (bus_of(p, &bus, err) < 0 || find(bus, uuid, path, sizeof(path), err) < 0)
		return -1;
	if (path[0] && (file_of(bus, path, &file, err) < 0 || undo_of_file(file, &u, err) < 0))
		return -1;
	free(u.name);
	u.kind = UNDO_CONNECTION;
	u.owner = STEAL(file);
	u.name = strdup(uuid);
	if (!u.name)
		return error_oom(err);
	*ret = u;
	u = (struct undo){ 0 };
	return 0;
}

int networkmanager_put_back(struct platform *p, const struct undo *u, struct error *err)
{
	sd_bus_error e CLEANUP(sd_bus_error_free) = SD_BUS_ERROR_NULL;
	char path[256];
	sd_bus *bus;
	int r;

	if (bus_of(p, &bus, err) < 0)
		return -1;
	if (u->existed)
		return undo_put_file(u, u->owner, err) < 0 ? -1 : reload(bus, err);
	if (find(bus, u->name, path, sizeof(path), err) < 0)
		return -1;
	if (!path[0])
		return 0;
	r = sd_bus_call_method(bus, NM, path, NM_CONNECTION, "Delete", &e, NULL, "");
	return r < 0 ? bus_fail(err, r, &e, "delete connection %s", u->name) : 0;
}

/* The settings that NetworkManager holds for a connection, with its Wi-Fi secrets. */
static int stored(sd_bus *bus, const char *path, struct nm_stored *ret, struct error *err)
{
	static const char *const secret_settings[] = { "802-11-wireless-security", "802-1x" };
	sd_bus_error e CLEANUP(sd_bus_error_free) = SD_BUS_ERROR_NULL;
	sd_bus_message *m CLEANUP(sd_bus_message_unrefp) = NULL;
	int r = sd_bus_call_method(bus, NM, path, NM_CONNECTION, "GetSettings", &e, &m, "");

	if (r < 0)
		return bus_fail(err, r, &e, "read a connection");
	if (nm_settings_read(m, ret, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(secret_settings); i++) {
		sd_bus_message *s CLEANUP(sd_bus_message_unrefp) = NULL;

		/* Refused where the connection has no such part. */
		if (sd_bus_call_method(bus, NM, path, NM_CONNECTION, "GetSecrets", NULL, &s, "s",
				       secret_settings[i]) >= 0 &&
		    nm_settings_read(s, ret, err) < 0)
			return -1;
	}
	return 0;
}

int networkmanager_may_go(struct platform *p, const char *uuid, struct error *err)
{
	sd_bus *bus;

	return bus_of(p, &bus, err) < 0 ? -1 : nm_may_go(bus, uuid, err);
}

/* ---- asking first ---- */

/* A connection that is there and that we did not make belongs to somebody, and may be what the
 * device reaches its server by: a policy that names its UUID does not get it. */
static int check_ours(struct platform *p, sd_bus *bus, const struct wifi_network *n,
		      struct error *err)
{
	auto_nm_stored struct nm_stored have = { 0 };
	char path[256], object[LIMIT_UNDO_OBJECT];
	const struct undo u = { .kind = UNDO_CONNECTION, .name = (char *)n->uuid };

	if (find(bus, n->uuid, path, sizeof(path), err) < 0 ||
	    undo_object(&u, object, sizeof(object), err) < 0)
		return -1;
	if (!path[0])
		return 0;
	if (!p->made || !p->made(object, p->userdata))
		return error_set(err, ERROR_UNSUPPORTED,
				 "connection %s is there already, and not by a policy", n->uuid);
	if (stored(bus, path, &have, err) < 0)
		return -1;
	if (!nm_settings_is_wifi(&have))
		return error_set(err, ERROR_UNSUPPORTED, "connection %s is no Wi-Fi network",
				 n->uuid);
	/* It stays up, but would not come back. */
	return n->auto_connect ? 0 : nm_may_go(bus, n->uuid, err);
}

static int probe(struct platform *p, const struct wifi_rules *r, struct error *err)
{
	bool has = false;
	sd_bus *bus;

	if (bus_has_name(p, NM, &has, err) < 0)
		return -1;
	if (!has)
		return error_set(err, ERROR_UNSUPPORTED, "NetworkManager does not run");
	if (bus_of(p, &bus, err) < 0)
		return -1;
	for (size_t i = 0; r && i < r->n_networks; i++)
		if (check_ours(p, bus, &r->networks[i], err) < 0)
			return -1;
	return 0;
}

/* ---- writing ---- */

static int send_settings(sd_bus_message *m, const struct wifi_network *n, struct error *err)
{
	sd_bus_error e CLEANUP(sd_bus_error_free) = SD_BUS_ERROR_NULL;
	int r = nm_settings_append(m, n);

	if (r >= 0)
		r = sd_bus_message_append(m, "ua{sv}", NM_TO_DISK, 0);
	if (r >= 0)
		r = sd_bus_call(sd_bus_message_get_bus(m), m, BUS_TIMEOUT_US, &e, NULL);
	return r < 0 ? bus_fail(err, r, &e, "store network '%s'", n->name) : 0;
}

static int add(sd_bus *bus, const struct wifi_network *n, struct error *err)
{
	sd_bus_message *m CLEANUP(sd_bus_message_unrefp) = NULL;
	int r = sd_bus_message_new_method_call(bus, &m, NM, NM_SETTINGS, "AddConnection2");

	return r < 0 ? bus_fail(err, r, NULL, "call NetworkManager") : send_settings(m, n, err);
}

static int update(sd_bus *bus, const char *path, const struct wifi_network *n, struct error *err)
{
	sd_bus_message *m CLEANUP(sd_bus_message_unrefp) = NULL;
	int r = sd_bus_message_new_method_call(bus, &m, NM, path, NM_CONNECTION, "Update2");

	return r < 0 ? bus_fail(err, r, NULL, "call NetworkManager") : send_settings(m, n, err);
}

static int apply_one(struct platform *p, sd_bus *bus, const struct wifi_network *n,
		     struct error *err)
{
	auto_nm_stored struct nm_stored have = { 0 };
	auto_undo struct undo was = { 0 };
	char path[256];

	if (find(bus, n->uuid, path, sizeof(path), err) < 0 ||
	    networkmanager_undo(p, n->uuid, &was, err) < 0 ||
	    (path[0] && stored(bus, path, &have, err) < 0))
		return -1;
	if (path[0] && nm_settings_match(&have, n, NULL))
		return change_claim(p, &was, err);
	if (change_keep(p, &was, err) < 0)
		return -1;
	return path[0] ? update(bus, path, n, err) : add(bus, n, err);
}

static int apply(struct platform *p, const struct wifi_rules *r, struct error *err)
{
	sd_bus *bus;

	if (bus_of(p, &bus, err) < 0)
		return -1;
	for (size_t i = 0; i < r->n_networks; i++)
		if (apply_one(p, bus, &r->networks[i], err) < 0)
			return -1;
	return 0;
}

/* ---- reading back ---- */

static int has_radio(sd_bus *bus, bool *ret, struct error *err)
{
	sd_bus_error e CLEANUP(sd_bus_error_free) = SD_BUS_ERROR_NULL;
	sd_bus_message *m CLEANUP(sd_bus_message_unrefp) = NULL;
	const char *path;
	int r = sd_bus_call_method(bus, NM, NM_MANAGER, "GetDevices", &e, &m, "");

	*ret = false;
	if (r >= 0)
		r = sd_bus_message_enter_container(m, 'a', "o");
	while (r > 0 && (r = sd_bus_message_read(m, "o", &path)) > 0) {
		uint32_t type = 0;

		if (sd_bus_get_property_trivial(bus, NM, path, NM ".Device", "DeviceType", NULL,
						'u', &type) >= 0 &&
		    type == NM_DEVICE_WIFI)
			*ret = true;
	}
	return r < 0 ? bus_fail(err, r, &e, "list the network devices") : 0;
}

static int read_one(sd_bus *bus, const struct wifi_network *n, struct readback *ret,
		    struct error *err)
{
	auto_nm_stored struct nm_stored have = { 0 };
	const char *differs = NULL;
	char path[256];

	if (find(bus, n->uuid, path, sizeof(path), err) < 0)
		return -1;
	if (!path[0])
		return readback_differs(ret, err, "'%s' is not stored", n->ssid);
	if (stored(bus, path, &have, err) < 0)
		return -1;
	if (!nm_settings_match(&have, n, &differs))
		return readback_differs(ret, err, "'%s' has another %s", n->ssid, differs);
	return readback_say(ret, err, "'%s' stored, %s", n->ssid, nm_key_management(n));
}

static int read_back(struct platform *p, const struct wifi_rules *r, struct readback *ret,
		     struct error *err)
{
	bool radio;
	sd_bus *bus;

	if (bus_of(p, &bus, err) < 0 || has_radio(bus, &radio, err) < 0)
		return -1;
	ret->verdict = radio ? READBACK_ENFORCED : READBACK_STORED;
	for (size_t i = 0; i < r->n_networks; i++)
		if (read_one(bus, &r->networks[i], ret, err) < 0)
			return -1;
	return radio ? 0 : readback_say(ret, err, "no Wi-Fi radio here");
}

const struct wifi_driver networkmanager_driver = {
	.probe = probe,
	.apply = apply,
	.read = read_back,
};
