/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of the signed documents: docs/protocol.md's tables are these. */
#include "proto/document_tables.h"

#include <string.h>

#include "base/limits.h"

#define OFF(s, m) offsetof(struct s, m)

static const char *const type_names[] = {
#define X(id, name) [id] = name,
	DOCUMENT_TYPES(X)
#undef X
};
const struct jmap_enum document_type_enum = { type_names, ARRAY_SIZE(type_names) };

static const char *const ownership_names[] = {
	[OWNERSHIP_ENTERPRISE] = "enterprise",
	[OWNERSHIP_PERSONAL] = "personal",
};
const struct jmap_enum ownership_enum = { ownership_names, ARRAY_SIZE(ownership_names) };

#define HEADER_FIELDS(s) \
	{ "type", &jmap_enum,	       OFF(s, header.type),	 JMAP_REQUIRED, 0, \
	  0,	  &document_type_enum, "which document this is", NULL }, \
		{ "enterprise", \
		  &jmap_uuid, \
		  OFF(s, header.enterprise), \
		  JMAP_REQUIRED, \
		  0, \
		  0, \
		  NULL, \
		  "the enterprise that it is for", \
		  NULL }, \
	{ \
		"id", &jmap_uuid, OFF(s, header.id), JMAP_REQUIRED, 0, 0, NULL, \
			"names this document, once", NULL \
	}

/* ---- trust ---- */

static const struct jmap signer_fields[] = {
	{ "key", &jmap_sha256, OFF(trust_signer, key), JMAP_REQUIRED, 0, 0, NULL,
	  "SHA-256 of the signer's DER SubjectPublicKeyInfo", NULL },
	{ "person", &jmap_str, OFF(trust_signer, person), JMAP_REQUIRED, 1, LIMIT_NAME, NULL,
	  "who holds the key; a person counts once", NULL },
};
static const struct jmap_table signer_table = JMAP_TABLE(
	"signer", "A key that may sign, and its person", signer_fields, struct trust_signer);

static const struct jmap role_fields[] = {
	{ "name", &jmap_str, OFF(trust_role, name), JMAP_REQUIRED, 1, LIMIT_NAME, NULL,
	  "the role's name", NULL },
	{ "signers", &jmap_array, OFF(trust_role, signers), JMAP_REQUIRED, 1, LIMIT_TRUST_SIGNERS,
	  &signer_table, "who has the role", NULL },
};
static const struct jmap_table role_table =
	JMAP_TABLE("role", "A role and its signers", role_fields, struct trust_role);

static const struct jmap anchor_fields[] = {
	{ "certificate", &jmap_bytes, OFF(trust_anchor, certificate), JMAP_REQUIRED, 1, LIMIT_CERT,
	  NULL, "a root of the signers' certificates, DER", NULL },
};
static const struct jmap_table anchor_table =
	JMAP_TABLE("anchor", "A root of the authority tree", anchor_fields, struct trust_anchor);

static const struct jmap online_fields[] = {
	{ "signers", &jmap_array, OFF(trust_online, signers), 0, 0, LIMIT_TRUST_SIGNERS,
	  &signer_table, "the keys that servers hold", NULL },
	{ "may", &jmap_strings, OFF(trust_online, may), 0, 0, LIMIT_SETTINGS, NULL,
	  "the routine commands that they may sign", NULL },
};
static const struct jmap_table online_table = JMAP_TABLE(
	"online", "What a server's own key may sign", online_fields, struct trust_online);

#define QUORUM(key, member) \
	{ \
		key, &jmap_u32, OFF(trust_quorum, member), JMAP_REQUIRED, 1, LIMIT_TRUST_SIGNERS, \
			NULL, "persons who must sign", NULL \
	}
static const struct jmap quorum_fields[] = {
	QUORUM("routine", routine),
	QUORUM("configuration", configuration),
	QUORUM("channelCutting", channel),
	QUORUM("destructive", destructive),
	QUORUM("code", code),
	QUORUM("authority", authority),
};
static const struct jmap_table quorum_table = JMAP_TABLE(
	"quorum", "Persons who must sign, per effect class", quorum_fields, struct trust_quorum);

static const struct jmap delays_fields[] = {
	{ "destructiveSeconds", &jmap_u32, OFF(trust_delays, destructive_s), JMAP_EMIT, 0,
	  30 * 86400, NULL, "seconds between acceptance and start of a destructive command", NULL },
};
static const struct jmap_table delays_table =
	JMAP_TABLE("delays", "How long a command waits and can be cancelled", delays_fields,
		   struct trust_delays);

static const struct jmap trust_fields[] = {
	HEADER_FIELDS(trust),
	{ "version", &jmap_u32, OFF(trust, version), JMAP_REQUIRED, 1, INT32_MAX, NULL,
	  "exactly one more than the version before", NULL },
	{ "issued", &jmap_time, OFF(trust, issued), JMAP_REQUIRED, 0, 0, NULL, "when it was made",
	  NULL },
	{ "anchors", &jmap_array, OFF(trust, anchors), JMAP_REQUIRED, 1, LIMIT_TRUST_ANCHORS,
	  &anchor_table, "the roots of the signers' certificates", NULL },
	{ "roles", &jmap_array, OFF(trust, roles), JMAP_REQUIRED, 1, LIMIT_TRUST_SIGNERS,
	  &role_table, "who may sign instructions", NULL },
	{ "online", &jmap_object, OFF(trust, online), 0, 0, 0, &online_table,
	  "what a server's own key may sign", NULL },
	{ "quorum", &jmap_object, OFF(trust, quorum), JMAP_REQUIRED, 0, 0, &quorum_table,
	  "persons who must sign, per effect class", NULL },
	{ "delays", &jmap_object, OFF(trust, delays), 0, 0, 0, &delays_table,
	  "how long destructive commands wait", NULL },
	{ "maxTargets", &jmap_u32, OFF(trust, max_targets), JMAP_REQUIRED, 1, LIMIT_TRUST_TARGETS,
	  NULL, "devices that one command may name", NULL },
};
const struct jmap_table trust_table =
	JMAP_TABLE("trust", "Whom the devices of an enterprise believe, and for what", trust_fields,
		   struct trust);

/* ---- assignment ---- */

static const struct jmap assignment_fields[] = {
	HEADER_FIELDS(assignment),
	{ "serial", &jmap_u64, OFF(assignment, serial), JMAP_REQUIRED, 1, 0, NULL,
	  "rises with every assignment of the device", NULL },
	{ "device", &jmap_uuid, OFF(assignment, device), JMAP_REQUIRED, 0, 0, NULL, "the device",
	  NULL },
	{ "enrollment", &jmap_uuid, OFF(assignment, enrollment), JMAP_REQUIRED, 0, 0, NULL,
	  "the enrollment of the device that it holds for", NULL },
	{ "stream", &jmap_str, OFF(assignment, stream), JMAP_REQUIRED, 1, LIMIT_NAME, NULL,
	  "the policy stream that the device follows", NULL },
	{ "groups", &jmap_strings, OFF(assignment, groups), 0, 0, LIMIT_GROUPS, NULL,
	  "the groups that it belongs to", NULL },
	{ "ownership", &jmap_enum, OFF(assignment, ownership), JMAP_REQUIRED, 0, 0, &ownership_enum,
	  "whose device it is", NULL },
};
const struct jmap_table assignment_table = JMAP_TABLE("assignment", "What one device belongs to",
						      assignment_fields, struct assignment);

/* ---- policy ---- */

#define WINDOW_FIELDS(s) \
	{ "notBefore", &jmap_time, OFF(s, not_before),	   JMAP_REQUIRED, 0, \
	  0,	       NULL,	   "not accepted earlier", NULL }, \
	{ \
		"notAfter", &jmap_time, OFF(s, not_after), JMAP_REQUIRED, 0, 0, NULL, \
			"not accepted later", NULL \
	}

static const struct jmap policy_fields[] = {
	HEADER_FIELDS(policy),
	{ "stream", &jmap_str, OFF(policy, stream), JMAP_REQUIRED, 1, LIMIT_NAME, NULL,
	  "devices that follow this stream apply it", NULL },
	{ "serial", &jmap_u64, OFF(policy, serial), JMAP_REQUIRED, 1, 0, NULL,
	  "rises with every policy of the stream", NULL },
	{ "name", &jmap_str, OFF(policy, name), 0, 0, LIMIT_NAME, NULL, "for people", NULL },
	WINDOW_FIELDS(policy),
	{ "settings", &jmap_tree, OFF(policy, settings), JMAP_REQUIRED, 0, LIMIT_SETTINGS, NULL,
	  "the settings: see docs/functions.md", NULL },
};
const struct jmap_table policy_table =
	JMAP_TABLE("policy", "The settings of one stream", policy_fields, struct policy);

/* ---- command ---- */

static const struct jmap target_fields[] = {
	{ "device", &jmap_uuid, OFF(command_target, device), JMAP_REQUIRED, 0, 0, NULL,
	  "the device", NULL },
	{ "enrollment", &jmap_uuid, OFF(command_target, enrollment), JMAP_REQUIRED, 0, 0, NULL,
	  "its enrollment: a device enrolled anew does not obey old commands", NULL },
};
static const struct jmap_table target_table =
	JMAP_TABLE("target", "One device that must obey", target_fields, struct command_target);

static const struct jmap command_fields[] = {
	HEADER_FIELDS(command),
	{ "command", &jmap_str, OFF(command, command), JMAP_REQUIRED, 1, LIMIT_NAME, NULL,
	  "what to do: see docs/functions.md", NULL },
	{ "args", &jmap_tree, OFF(command, args), JMAP_EMIT, 0, LIMIT_SETTINGS, NULL,
	  "its arguments", NULL },
	WINDOW_FIELDS(command),
	{ "targets", &jmap_array, OFF(command, targets), JMAP_REQUIRED, 1, LIMIT_TARGETS,
	  &target_table, "the devices, each named", NULL },
};
const struct jmap_table command_table =
	JMAP_TABLE("command", "One command for named devices", command_fields, struct command);

/* ---- head ---- */

static const struct jmap stream_fields[] = {
	{ "stream", &jmap_str, OFF(head_stream, stream), JMAP_REQUIRED, 1, LIMIT_NAME, NULL,
	  "a policy stream", NULL },
	{ "serial", &jmap_u64, OFF(head_stream, serial), JMAP_REQUIRED, 1, 0, NULL,
	  "its newest serial", NULL },
};
static const struct jmap_table stream_table =
	JMAP_TABLE("stream", "A stream's newest serial", stream_fields, struct head_stream);

static const struct jmap issuer_fields[] = {
	{ "issuer", &jmap_sha256, OFF(head_issuer, issuer), JMAP_REQUIRED, 0, 0, NULL,
	  "SHA-256 of the issuer's DER SubjectPublicKeyInfo", NULL },
	{ "number", &jmap_u64, OFF(head_issuer, number), JMAP_EMIT, 0, 0, NULL,
	  "the lowest CRL number to accept", NULL },
};
static const struct jmap_table issuer_table = JMAP_TABLE(
	"issuer", "The CRL number below which nothing counts", issuer_fields, struct head_issuer);

static const struct jmap head_fields[] = {
	HEADER_FIELDS(head),
	{ "device", &jmap_uuid, OFF(head, device), JMAP_REQUIRED, 0, 0, NULL,
	  "the device that it answers", NULL },
	{ "time", &jmap_time, OFF(head, time), JMAP_REQUIRED, 0, 0, NULL, "the server's time",
	  NULL },
	{ "notAfter", &jmap_time, OFF(head, not_after), JMAP_REQUIRED, 0, 0, NULL,
	  "at most 24 hours later", NULL },
	{ "nonce", &jmap_sha256, OFF(head, nonce), JMAP_REQUIRED, 0, 0, NULL,
	  "the device's own, from the check-in that this answers", NULL },
	{ "trustVersion", &jmap_u32, OFF(head, trust_version), JMAP_REQUIRED, 1, INT32_MAX, NULL,
	  "the newest trust", NULL },
	{ "streams", &jmap_array, OFF(head, streams), 0, 0, LIMIT_HEAD_STREAMS, &stream_table,
	  "the newest serial of each stream of the device", NULL },
	{ "crlNumbers", &jmap_array, OFF(head, crl_numbers), 0, 0, LIMIT_HEAD_ISSUERS,
	  &issuer_table, "the lowest CRL numbers to accept", NULL },
	{ "cancelled", &jmap_strings, OFF(head, cancelled), 0, 0, LIMIT_HEAD_CANCELLED, NULL,
	  "ids of commands that must not be carried out", NULL },
};
const struct jmap_table head_table = JMAP_TABLE("head", "What is newest", head_fields, struct head);

/* ---- trust, among its own fields ---- */

static bool key_known(const struct jmap_list *signers, const char *key, const void *but)
{
	const struct trust_signer *s = signers->items;

	for (size_t i = 0; i < signers->n; i++)
		if (&s[i] != but && strcmp(s[i].key, key) == 0)
			return true;
	return false;
}

/* One role's signers: a key stands for one person, and is never a server's. */
static int check_role(const struct trust *t, const struct trust_role *role, struct error *err)
{
	const struct trust_signer *s = role->signers.items;

	for (size_t i = 0; i < role->signers.n; i++)
		if (key_known(&role->signers, s[i].key, &s[i]) ||
		    key_known(&t->online.signers, s[i].key, NULL))
			return error_set(err, ERROR_INVALID,
					 "'roles': the key %.16s… of %.40s is listed twice",
					 s[i].key, s[i].person);
	return 0;
}

static bool person_known(const struct trust *t, const char *person, const void *before)
{
	const struct trust_role *roles = t->roles.items;

	for (size_t r = 0; r < t->roles.n; r++) {
		const struct trust_signer *s = roles[r].signers.items;

		for (size_t i = 0; i < roles[r].signers.n; i++) {
			if (&s[i] == before)
				return false;
			if (strcmp(s[i].person, person) == 0)
				return true;
		}
	}
	return false;
}

/* Persons of a role that no signer before them was; keys do not count. */
static size_t count_persons(const struct trust *t, const struct trust_role *role)
{
	const struct trust_signer *s = role->signers.items;
	size_t n = 0;

	for (size_t i = 0; i < role->signers.n; i++)
		n += !person_known(t, s[i].person, &s[i]);
	return n;
}

int trust_check(const struct trust *t, struct error *err)
{
	const struct trust_role *roles = t->roles.items;
	const uint32_t quorums[] = { t->quorum.routine, t->quorum.configuration,
				     t->quorum.channel, t->quorum.destructive,
				     t->quorum.code,	t->quorum.authority };
	size_t n = 0;

	for (size_t i = 0; i < t->roles.n; i++) {
		if (check_role(t, &roles[i], err) < 0)
			return -1;
		n += count_persons(t, &roles[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(quorums); i++)
		if (quorums[i] > n)
			return error_set(err, ERROR_INVALID,
					 "'quorum': %u persons must sign, %zu are listed",
					 quorums[i], n);
	return 0;
}
