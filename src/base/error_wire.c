/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error_wire.h"

#include <string.h>

struct wire_error {
	char *code, *reason, *message;
};
struct wire {
	struct wire_error error;
};
static const struct jmap wire_error_fields[] = {
	{ "code", &jmap_str, offsetof(struct wire_error, code), JMAP_REQUIRED, 1, 40, NULL,
	  "what kind of error: the names of base/error.h", "denied" },
	{ "reason", &jmap_str, offsetof(struct wire_error, reason), 0, 1, 40, NULL,
	  "why a document or certificate was refused: the names of base/reason.h", "signature" },
	{ "message", &jmap_text, offsetof(struct wire_error, message), JMAP_REQUIRED, 0, 400, NULL,
	  "for a person; never parsed", "no such token" },
};
static const struct jmap_table inner_table =
	JMAP_TABLE("error", "an error", wire_error_fields, struct wire_error);
static const struct jmap wire_fields[] = {
	{ "error", &jmap_object, offsetof(struct wire, error), JMAP_REQUIRED, 0, 0, &inner_table,
	  "what went wrong", NULL },
};
const struct jmap_table error_wire_table =
	JMAP_TABLE("errorReply", "the body of a reply with an error", wire_fields, struct wire);

/* Control characters, and what is above `highest`, become '?'. */
static void make_plain(char *s, unsigned char highest)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f || (unsigned char)*s > highest)
			*s = '?';
}

int error_wire_tree(const struct error *e, json_t **ret, struct error *err)
{
	char message[sizeof(e->msg)];
	const struct wire w = {
		.error = {
			.code = (char *)error_name(e->code),
			.reason = e->reason ? (char *)reason_name(e->reason) : NULL,
			.message = message,
		},
	};
	struct error ignored = ERROR_INIT;

	memcpy(message, e->msg, sizeof(message));
	make_plain(message, 0xff);
	if (jmap_tree_of(&w, &error_wire_table, ret, &ignored) == 0)
		return 0;
	/* Not UTF-8: bytes of a peer, or a character that was cut. */
	make_plain(message, '~');
	return jmap_tree_of(&w, &error_wire_table, ret, err);
}

int error_wire_write(const struct error *e, struct buf *out, struct error *err)
{
	auto_json json_t *tree = NULL;

	if (error_wire_tree(e, &tree, err) < 0)
		return -1;
	return jmap_dump(tree, out, err);
}

int error_wire_read(const void *data, size_t len, size_t max, struct error *ret, struct error *err)
{
	struct wire w = { 0 };

	if (jmap_read(data, len, max, &error_wire_table, &w, err) < 0) {
		jmap_done(&error_wire_table, &w);
		return -1;
	}
	(void)!error_set(ret, error_find(w.error.code), "%s", w.error.message);
	if (w.error.reason)
		ret->reason = reason_find(w.error.reason);
	jmap_done(&error_wire_table, &w);
	return 0;
}
