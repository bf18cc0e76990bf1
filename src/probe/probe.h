/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Probes: they look at the device and write down facts (proto/facts.def), and never judge. One
 * file per noun, one row per probe in probes[]; each says which facts it answers for.
 *
 * A probe that fails does not end the look: what it has not said becomes unknown, with the reason
 * that its error gives (DENIED: noPrivilege; LIMIT: limit; TIMEOUT: timeout; NOT_FOUND and
 * UNSUPPORTED: noMeans; else error). So a probe simply returns the error, and says what is known
 * only when it has seen all of it.
 */
#include "proto/fact.h"

struct probe {
	const char
		*root;	 /* what the paths of a look begin with: "", or a tree that is not booted */
	bool live;	 /* root is this machine: its processes, sockets and buses can be asked */
	bool privileged; /* root, with its capabilities */
	int64_t now;	 /* trusted enough to count days with */
	struct evidence *out;
};

typedef int probe_fn(struct probe *p, struct error *err);

struct probe_row {
	const char *name; /* "sockets" */
	probe_fn *run;
	const enum fact_id *facts; /* what it answers for; ends with FACT_ID_NONE_ */
	bool live;		   /* looks at what runs: without `live` all is noMeans */
};

extern const struct probe_row probes[];
extern const size_t n_probes;

struct probe_request {
	const char *root;	    /* NULL: this machine */
	int state;		    /* enum device_state */
	const struct strings *only; /* names of probes, or keys of facts; NULL: all */
};

/*
 * Look, with every probe or those asked for. Facts stand in the order of facts.def. Takes seconds,
 * at most LIMIT_PROBE_S for each program that it must ask.
 * Errors: INVALID (`only` names none), UNAVAILABLE (memory).
 */
MUST_USE int probe_device(const struct probe_request *rq, struct evidence *ret, struct error *err);

/* ---- for the probes ---- */

MUST_USE int fact_bool(struct probe *p, enum fact_id id, bool value, struct error *err);
MUST_USE int fact_count(struct probe *p, enum fact_id id, uint64_t value, struct error *err);
/* Control characters become '?', and what is too long is cut. */
MUST_USE int fact_text(struct probe *p, enum fact_id id, const char *value, struct error *err);
/* The list is known, empty as yet. */
MUST_USE int fact_items(struct probe *p, enum fact_id id, struct error *err);
/* One item more of a list that fact_items began; an id that is there already adds nothing.
 * Errors: LIMIT (LIMIT_FACT_ITEMS). */
MUST_USE PRINTF(5, 6) int fact_item(struct probe *p, enum fact_id id, const char *item,
				    struct error *err, const char *detail, ...);
MUST_USE PRINTF(5, 6) int fact_unknown(struct probe *p, enum fact_id id, enum fact_reason why,
				       struct error *err, const char *detail, ...);

/* Below p->root. Errors: as file_read. */
MUST_USE int probe_read(const struct probe *p, const char *path, size_t max, struct buf *out,
			struct error *err);
bool probe_exists(const struct probe *p, const char *path);
/* Each line of a text, without its line feed; *at starts as the text and moves. NULL at the end.
 * The text is cut up. */
char *probe_line(char **at);
