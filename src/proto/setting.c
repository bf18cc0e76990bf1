/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/setting.h"

#include "base/limits.h"

static const char *const setting_state_names[] = {
#define X(id, name) [id] = (name),
	SETTING_STATES(X)
#undef X
};
_Static_assert(ARRAY_SIZE(setting_state_names) == SETTING_MAX_, "every state has a name");

const struct jmap_enum setting_state_enum = { setting_state_names,
					      ARRAY_SIZE(setting_state_names) };

const char *setting_state_name(enum setting_state s)
{
	return s > SETTING_NONE && s < SETTING_MAX_ ? setting_state_names[s] : "?";
}

#define FIELD(type, member, ...) &type, offsetof(struct setting_status, member), __VA_ARGS__
static const struct jmap setting_status_fields[] = {
	{ "key", FIELD(jmap_str, key, JMAP_REQUIRED), 1, LIMIT_NAME, NULL, "The setting.",
	  "loginBanner" },
	{ "state", FIELD(jmap_enum, state, JMAP_REQUIRED), 0, 0, &setting_state_enum,
	  "What became of it.", "enforced" },
	{ "wanted", FIELD(jmap_text, wanted, 0), 0, LIMIT_STATUS_TEXT, NULL,
	  "What the policy asks for, without secrets.", NULL },
	{ "readBack", FIELD(jmap_text, read_back, 0), 0, LIMIT_STATUS_TEXT, NULL,
	  "What the platform said when asked.", NULL },
	{ "by", FIELD(jmap_text, by, 0), 0, LIMIT_STATUS_TEXT, NULL,
	  "The part of the platform that enforces it.", "pam_pwquality" },
	{ "reason", FIELD(jmap_text, reason, 0), 0, LIMIT_STATUS_TEXT, NULL,
	  "Why it is not enforced.", NULL },
};
const struct jmap_table setting_status_table =
	JMAP_TABLE("setting", "What became of one setting on a device.", setting_status_fields,
		   struct setting_status);
