/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/nm_settings.h"

#include <errno.h>
#include <string.h>

#define WIFI_TYPE "802-11-wireless"

/* One value of a connection; its kind is its D-Bus type. */
enum kind { TEXT, BYTES, FLAG, LIST };
struct row {
	const char *setting, *key;
	enum kind kind;
	const char *text; /* NULL: the row is absent */
	bool flag;
};
enum { N_ROWS = 20 };

static const char *when(bool condition, const char *text)
{
	return condition ? text : NULL;
}

const char *nm_key_management(const struct wifi_network *n)
{
	static const char *const names[] = {
		[WIFI_OPEN] = "open", [WIFI_PSK] = "wpa-psk", [WIFI_EAP] = "wpa-eap"
	};

	return names[n->security];
}

/* The one place that says what a network is to NetworkManager. Secrets
 * carry no flags: NetworkManager stores them itself, in a file of mode 0600. */
static size_t rows_of(const struct wifi_network *n, struct row rows[N_ROWS])
{
	bool psk = n->security == WIFI_PSK, eap = n->security == WIFI_EAP;
	const struct row all[] = {
		{ "connection", "id", TEXT, n->name, false },
		{ "connection", "uuid", TEXT, n->uuid, false },
		{ "connection", "type", TEXT, WIFI_TYPE, false },
		{ "connection", "autoconnect", FLAG, "", n->auto_connect },
		{ "802-11-wireless", "ssid", BYTES, n->ssid, false },
		{ "802-11-wireless", "hidden", FLAG, "", n->hidden },
		{ "802-11-wireless-security", "key-mgmt", TEXT,
		  when(n->security != WIFI_OPEN, nm_key_management(n)), false },
		{ "802-11-wireless-security", "psk", TEXT, when(psk, n->passphrase), false },
		{ "802-1x", "eap", LIST, when(eap, n->outer), false },
		{ "802-1x", "phase2-auth", TEXT, when(eap, n->inner), false },
		{ "802-1x", "identity", TEXT, when(eap, n->identity), false },
		{ "802-1x", "anonymous-identity", TEXT, when(eap, n->anonymous), false },
		{ "802-1x", "password", TEXT, when(eap, n->password), false },
		{ "802-1x", "domain-suffix-match", TEXT, when(eap, n->domain_suffix), false },
		{ "802-1x", "ca-cert", BYTES, when(eap, n->cas_pem), false },
		{ "ipv4", "method", TEXT, "auto", false },
		{ "ipv6", "method", TEXT, "auto", false },
	};
	size_t n_rows = 0;

	_Static_assert(ARRAY_SIZE(all) <= N_ROWS, "room for every row");
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (all[i].text)
			rows[n_rows++] = all[i];
	return n_rows;
}

/* ---- to a message ---- */

static int append_value(sd_bus_message *m, const struct row *row)
{
	int r = 0;

	switch (row->kind) {
	case TEXT: return sd_bus_message_append(m, "v", "s", row->text);
	case FLAG: return sd_bus_message_append(m, "v", "b", (int)row->flag);
	case LIST: return sd_bus_message_append(m, "v", "as", 1, row->text);
	case BYTES: break;
	}
	r = sd_bus_message_open_container(m, 'v', "ay");
	if (r >= 0)
		r = sd_bus_message_append_array(m, 'y', row->text, strlen(row->text));
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_row(sd_bus_message *m, const struct row *row)
{
	int r = sd_bus_message_open_container(m, 'e', "sv");

	if (r >= 0)
		r = sd_bus_message_append(m, "s", row->key);
	if (r >= 0)
		r = append_value(m, row);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

/* The rows of one setting, from rows[0] on; *used counts them. */
static int append_setting(sd_bus_message *m, const struct row *rows, size_t n, size_t *used)
{
	int r = sd_bus_message_open_container(m, 'e', "sa{sv}");

	if (r >= 0)
		r = sd_bus_message_append(m, "s", rows[0].setting);
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "{sv}");
	for (*used = 0; r >= 0 && *used < n; (*used)++) {
		if (strcmp(rows[*used].setting, rows[0].setting) != 0)
			break;
		r = append_row(m, &rows[*used]);
	}
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

int nm_settings_append(sd_bus_message *m, const struct wifi_network *n)
{
	struct row rows[N_ROWS];
	size_t n_rows = rows_of(n, rows), used = 0;
	int r = sd_bus_message_open_container(m, 'a', "{sa{sv}}");

	for (size_t i = 0; r >= 0 && i < n_rows; i += used)
		r = append_setting(m, &rows[i], n_rows - i, &used);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

/* ---- from a message ---- */

void nm_stored_done(struct nm_stored *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->items[i].setting);
		free(s->items[i].key);
		buf_wipe(&s->items[i].value);
	}
	free(s->items);
	*s = (struct nm_stored){ 0 };
}

static int keep(struct nm_stored *s, const char *setting, const char *key, const void *value,
		size_t len, struct error *err)
{
	struct nm_value *items = realloc(s->items, (s->n + 1) * sizeof(*items));
	struct nm_value v = { .setting = strdup(setting), .key = strdup(key) };

	if (items)
		s->items = items;
	if (!items || !v.setting || !v.key || buf_append(&v.value, value, len, err) < 0) {
		free(v.setting);
		free(v.key);
		return error_oom(err);
	}
	s->items[s->n++] = v;
	return 0;
}

static int read_bytes(sd_bus_message *m, const void **value, size_t *len)
{
	int r = sd_bus_message_enter_container(m, 'v', "ay");

	if (r >= 0)
		r = sd_bus_message_read_array(m, 'y', value, len);
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

/* The first of a list of texts; the rest is dropped, and so a longer list does not match. */
static int read_list(sd_bus_message *m, const char **value)
{
	const char *more;
	int r = sd_bus_message_enter_container(m, 'v', "as");

	if (r >= 0)
		r = sd_bus_message_enter_container(m, 'a', "s");
	if (r >= 0)
		r = sd_bus_message_read(m, "s", value);
	while (r > 0 && (r = sd_bus_message_read(m, "s", &more)) > 0)
		*value = "(several)";
	if (r >= 0)
		r = sd_bus_message_exit_container(m);
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

/* One value; kinds that the table does not have are skipped. */
static int read_value(sd_bus_message *m, const char *setting, const char *key, struct nm_stored *s,
		      struct error *err)
{
	const char *type, *text = NULL;
	const void *bytes = NULL;
	size_t len = 0;
	int flag = 0, r = sd_bus_message_peek_type(m, NULL, &type);

	if (r < 0)
		return error_errno(err, -r, "read a connection");
	if (strcmp(type, "s") == 0) {
		r = sd_bus_message_read(m, "v", "s", &text);
	} else if (strcmp(type, "b") == 0) {
		r = sd_bus_message_read(m, "v", "b", &flag);
		text = flag ? "true" : "false";
	} else if (strcmp(type, "ay") == 0) {
		r = read_bytes(m, &bytes, &len);
	} else if (strcmp(type, "as") == 0) {
		r = read_list(m, &text);
	} else {
		r = sd_bus_message_skip(m, "v");
	}
	if (r < 0)
		return error_errno(err, -r, "read %s.%s", setting, key);
	if (text)
		return keep(s, setting, key, text, strlen(text), err);
	return bytes ? keep(s, setting, key, bytes, len, err) : 0;
}

static int read_setting(sd_bus_message *m, struct nm_stored *s, struct error *err)
{
	const char *setting, *key;
	int r = sd_bus_message_read(m, "s", &setting);

	if (r >= 0)
		r = sd_bus_message_enter_container(m, 'a', "{sv}");
	while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		r = sd_bus_message_read(m, "s", &key);
		if (r >= 0 && read_value(m, setting, key, s, err) < 0)
			return -1;
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
	}
	if (r >= 0)
		r = sd_bus_message_exit_container(m);
	return r < 0 ? error_errno(err, -r, "read a connection") : 0;
}

int nm_settings_read(sd_bus_message *m, struct nm_stored *ret, struct error *err)
{
	int r = sd_bus_message_enter_container(m, 'a', "{sa{sv}}");

	while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sa{sv}")) > 0) {
		if (read_setting(m, ret, err) < 0)
			return -1;
		r = sd_bus_message_exit_container(m);
	}
	if (r >= 0)
		r = sd_bus_message_exit_container(m);
	return r < 0 ? error_errno(err, -r, "read a connection") : 0;
}

/* ---- compare ---- */

static const struct buf *value_of(const struct nm_stored *s, const char *setting, const char *key)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->items[i].setting, setting) == 0 && strcmp(s->items[i].key, key) == 0)
			return &s->items[i].value;
	return NULL;
}

static bool row_matches(const struct row *row, const struct buf *have)
{
	/* NetworkManager leaves out what has its default value: autoconnect on, hidden off. */
	bool on_by_default = strcmp(row->key, "autoconnect") == 0;
	bool flag = have && have->len ? strcmp((char *)have->data, "true") == 0 : on_by_default;

	if (row->kind == FLAG)
		return flag == row->flag;
	return have && have->len == strlen(row->text) &&
	       memcmp(have->data, row->text, have->len) == 0;
}

bool nm_settings_is_wifi(const struct nm_stored *have)
{
	const struct buf *type = value_of(have, "connection", "type");

	return type && type->len && strcmp((char *)type->data, WIFI_TYPE) == 0;
}

bool nm_settings_match(const struct nm_stored *have, const struct wifi_network *n,
		       const char **differs)
{
	struct row rows[N_ROWS];
	size_t n_rows = rows_of(n, rows);

	for (size_t i = 0; i < n_rows; i++) {
		if (row_matches(&rows[i], value_of(have, rows[i].setting, rows[i].key)))
			continue;
		if (differs)
			*differs = rows[i].key;
		return false;
	}
	return n->security != WIFI_OPEN || !value_of(have, "802-11-wireless-security", "key-mgmt");
}
