/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A Wi-Fi network as NetworkManager's settings (a{sa{sv}}), both ways, by one table. Only messages
 * are made and read here; no call is sent.
 */
#include <systemd/sd-bus.h>

#include "platform/platform.h"

/* What NetworkManager holds, as far as the table names it. */
struct nm_value {
	char *setting, *key; /* owned */
	struct buf value;    /* text, bytes, or "true" */
};
struct nm_stored {
	struct nm_value *items; /* owned */
	size_t n;
};
void nm_stored_done(struct nm_stored *s);
#define auto_nm_stored CLEANUP(nm_stored_done)

/* Negative errno. */
MUST_USE int nm_settings_append(sd_bus_message *m, const struct wifi_network *n);
/* Adds what the reply of GetSettings or GetSecrets holds. Errors: INTERNAL, UNAVAILABLE. */
MUST_USE int nm_settings_read(sd_bus_message *m, struct nm_stored *ret, struct error *err);
/* *differs, where given: the key that does. */
bool nm_settings_match(const struct nm_stored *have, const struct wifi_network *n,
		       const char **differs);
/* Whether the connection is one of Wi-Fi. */
bool nm_settings_is_wifi(const struct nm_stored *have);
/* "wpa-psk", "wpa-eap" or "open". */
const char *nm_key_management(const struct wifi_network *n);
