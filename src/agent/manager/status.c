/* SPDX-License-Identifier: Apache-2.0 */
/* What the device says of itself, to the server and to its user. */
#include "agent/manager/agent.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "agent/manager/documents.h"
#include "agent/manager/settings.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"

enum { SMALL_FILE = 4096 };

/* One line of a file, trimmed and cut to a name's length; NULL where there is none. */
static char *first_line(const char *path)
{
	auto_buf struct buf text = BUF_INIT;
	struct error err = ERROR_INIT;
	size_t n;

	if (file_read(path, SMALL_FILE, &text, &err) < 0)
		return NULL;
	n = strcspn((char *)text.data, "\n");
	if (n == 0 || n > LIMIT_NAME)
		return NULL;
	return strndup((char *)text.data, n);
}

/* The value of KEY= in os-release(5), without its quotes. */
static char *os_release(const char *key)
{
	auto_buf struct buf text = BUF_INIT;
	struct error err = ERROR_INIT;
	size_t key_len = strlen(key), n;

	if (file_read("/etc/os-release", SMALL_FILE, &text, &err) < 0)
		return NULL;
	for (char *p = (char *)text.data; p && *p; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (strncmp(p, key, key_len) != 0 || p[key_len] != '=')
			continue;
		p += key_len + 1;
		p += *p == '"';
		n = strcspn(p, "\"\n");
		return n && n <= LIMIT_NAME ? strndup(p, n) : NULL;
	}
	return NULL;
}

/* Where each attribute is read; not all machines have all. */
static const struct {
	size_t off;
	const char *path;
} attributes[] = {
	{ offsetof(struct device_status, manufacturer), "/sys/class/dmi/id/sys_vendor" },
	{ offsetof(struct device_status, model), "/sys/class/dmi/id/product_name" },
	{ offsetof(struct device_status, serial_number), "/sys/class/dmi/id/product_serial" },
	{ offsetof(struct device_status, hardware_id), "/sys/class/dmi/id/product_uuid" },
};

void status_host(struct device_status *s)
{
	struct utsname u;

	if (uname(&u) == 0) {
		s->hostname = strdup(u.nodename);
		s->kernel = strdup(u.release);
	}
	s->os = os_release("ID");
	s->os_version = os_release("VERSION_ID");
	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++)
		*(char **)((char *)s + attributes[i].off) = first_line(attributes[i].path);
}

/* By enum agent_key. */
static const char *const key_names[] = { NULL, "channel", "evidence" };

void status_rate_keys(struct agent *a, bool anew)
{
	if (a->keys_rated && !anew)
		return;
	a->keys_rated = true;
	for (int i = AGENT_KEY_CHANNEL; i <= AGENT_KEY_EVIDENCE; i++) {
		struct keyholder_level *l = &a->key_levels[i];
		struct error err = ERROR_INIT;

		if (keyholder_rate(a->keys,
				   i == AGENT_KEY_CHANNEL ? renew_channel_key(a)
							  : renew_evidence_key(a),
				   l, &err) == 0)
			continue;
		a->keys_rated = false;
		l->level = 0;
		(void)snprintf(l->reason, sizeof(l->reason), "%.*s", (int)sizeof(l->reason) - 1,
			       err.msg);
	}
}

struct keyholder_level status_weakest_key(const struct agent *a)
{
	const struct keyholder_level *weakest = &a->key_levels[AGENT_KEY_CHANNEL];

	if (a->key_levels[AGENT_KEY_EVIDENCE].level < weakest->level)
		weakest = &a->key_levels[AGENT_KEY_EVIDENCE];
	return *weakest;
}

static int fill_keys(const struct agent *a, struct jmap_list *ret, struct error *err)
{
	struct key_status *items = calloc(ARRAY_SIZE(a->key_levels), sizeof(*items));

	if (!items)
		return error_oom(err);
	ret->items = items;
	for (int i = AGENT_KEY_CHANNEL; i <= AGENT_KEY_EVIDENCE; i++) {
		const struct keyholder_level *l = &a->key_levels[i];
		struct key_status *k = &items[ret->n];

		if (!l->reason[0])
			continue;
		ret->n++;
		k->level = l->level;
		k->key = strdup(key_names[i]);
		k->reason = strdup(l->reason);
		if (!k->key || !k->reason)
			return error_oom(err);
	}
	return 0;
}

int status_fill(struct agent *a, struct device_status *s, struct error *err)
{
	auto_document struct document policy = { 0 };
	bool found = false;

	status_host(s);
	s->agent = strdup(MUSTER_VERSION);
	s->stream = a->me.stream ? strdup(a->me.stream) : NULL;
	s->trust_version = a->trust_version;
	memcpy(s->enrollment, a->me.enrollment, sizeof(s->enrollment));
	if (!s->agent || (a->me.stream && !s->stream))
		return error_oom(err);
	if (documents_get(a->db, ROLE_POLICY, &policy, NULL, &found, err) < 0)
		return -1;
	if (found)
		s->policy_serial = policy.policy.serial;
	if (a->capabilities.n &&
	    !(s->capabilities.items = calloc(a->capabilities.n, sizeof(char *))))
		return error_oom(err);
	for (size_t i = 0; i < a->capabilities.n; i++) {
		char *key = strdup(a->capabilities.items[i]);

		if (!key)
			return error_oom(err);
		s->capabilities.items[s->capabilities.n++] = key;
	}
	if (a->phase == PHASE_ENROLLED && fill_keys(a, &s->keys, err) < 0)
		return -1;
	return settings_list(a->db, &s->settings, err);
}

void status_done(struct device_status *s)
{
	jmap_done(&device_status_table, s);
}

static json_t *time_or_null(int64_t t)
{
	char text[TIME_SIZE];

	if (t == 0)
		return json_null();
	time_format(t, text);
	return json_string(text);
}

json_t *status_for_people(struct agent *a)
{
	struct device_status s = { 0 };
	auto_document struct document policy = { 0 };
	struct error err = ERROR_INIT;
	json_t *tree = NULL;
	int64_t waiting = 0;
	bool found = false;

	if (status_fill(a, &s, &err) < 0 ||
	    jmap_tree_of(&s, &device_status_table, &tree, &err) < 0 ||
	    queue_length(a->db, &waiting, &err) < 0 ||
	    documents_get(a->db, ROLE_POLICY, &policy, NULL, &found, &err) < 0)
		agent_complain(a, &err);
	status_done(&s);
	if (!tree)
		return NULL;
	(void)json_object_set_new(tree, "phase", json_string(phase_name(a->phase)));
	(void)json_object_set_new(tree, "recordsWaiting", json_integer(waiting));
	(void)json_object_set_new(tree, "applying", json_boolean(a->apply.worker));
	if (a->phase == PHASE_UNENROLLED)
		return tree;
	(void)json_object_set_new(tree, "enterprise", json_string(a->me.enterprise));
	(void)json_object_set_new(tree, "enterpriseName",
				  json_string(a->me.enterprise_name ? a->me.enterprise_name : ""));
	(void)json_object_set_new(tree, "ownership",
				  json_string(ownership_enum.names[a->me.ownership]));
	(void)json_object_set_new(tree, "device", json_string(a->me.device));
	(void)json_object_set_new(tree, "server", json_string(a->me.device_url));
	(void)json_object_set_new(tree, "reference", json_string(a->me.reference));
	(void)json_object_set_new(tree, "enrolled", time_or_null(a->me.since));
	(void)json_object_set_new(tree, "connected", json_boolean(uplink_up(a->up)));
	(void)json_object_set_new(tree, "channel",
				  json_string(uplink_up(a->up) ? "up" : a->channel.msg));
	(void)json_object_set_new(tree, "lastContact", time_or_null(a->last_contact));
	(void)json_object_set_new(tree, "trustedTime", time_or_null(agent_now(a)));
	if (found && policy.policy.name)
		(void)json_object_set_new(tree, "policyName", json_string(policy.policy.name));
	return tree;
}
