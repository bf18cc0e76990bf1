/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What conf.c and its two readers share: the tree, where its values stood, and the current path. */
#include "base/conf.h"

struct conf_node {
	char *path;			 /* "settings.banner", "groups[2]" */
	struct conf_position key, value; /* key: of the member's name; of the value in a list */
};

struct conf {
	char *name;
	json_t *tree;
	struct conf_node *nodes; /* in the order of the file; nodes[0] is the root */
	size_t n_nodes, cap;
	struct buf path; /* while reading: of the node being read */
	unsigned depth;
};

/* The readers: fill tree and nodes. */
MUST_USE int conf_read_yaml(struct conf *c, const void *data, size_t len, struct error *err);
MUST_USE int conf_read_json(struct conf *c, const void *data, size_t len, struct error *err);

/* Go down to a member or an element; *mark is for the way back up. Errors: LIMIT (depth). */
MUST_USE int conf_enter_key(struct conf *c, const char *key, size_t *mark, struct error *err);
MUST_USE int conf_enter_index(struct conf *c, size_t i, size_t *mark, struct error *err);
void conf_leave(struct conf *c, size_t mark);
/* Remember where the node at the current path stood. Errors: LIMIT (number of values). */
MUST_USE int conf_note(struct conf *c, struct conf_position key, struct conf_position value,
		       struct error *err);
/* ERROR_INVALID with "NAME:LINE:COLUMN: " before the text. */
MUST_USE PRINTF(4, 5) int conf_refuse(const struct conf *c, struct conf_position at,
				      struct error *err, const char *fmt, ...);
/* "NAME:LINE:COLUMN: " before the error. Returns -1. */
MUST_USE int conf_at(const struct conf *c, struct conf_position at, struct error *err);
