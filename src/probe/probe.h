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
#include <sys/stat.h>

#include "base/buf.h"
#include "proto/fact.h"

struct world;
struct endpoints;

struct probe {
	const char *root; /* "", or a tree that is not booted */
	int root_fd;	  /* its directory: no path of a look leads out of it */
	bool live;	  /* root is this machine: its processes and sockets can be asked */
	bool privileged;  /* root, with its capabilities */
	bool container;	  /* /sys shows the host's hardware, not the device's */
	int64_t now;	  /* trusted enough to count days with */
	const struct buf *fleet_key; /* of keyed digests; NULL: none are made */
	const char *scan;	     /* the program that tries endpoints */
	struct world *world;	     /* world.h; made at first use */
	struct endpoints *endpoints; /* endpoints.h; likewise */
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
	const char *root;	     /* NULL: this machine */
	int state;		     /* enum device_state */
	const struct strings *only;  /* names of probes, or keys of facts; NULL: all */
	const struct buf *fleet_key; /* for keyed digests; NULL: those facts are unknown */
	const char *scan;	     /* muster-probe-scan; NULL: the installed one */
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
/* How many it has by now. */
size_t fact_items_n(const struct probe *p, enum fact_id id);
MUST_USE PRINTF(5, 6) int fact_unknown(struct probe *p, enum fact_id id, enum fact_reason why,
				       struct error *err, const char *detail, ...);

/* How it was seen, to a fact that is known. */
MUST_USE PRINTF(4, 5) int fact_note(struct probe *p, enum fact_id id, struct error *err,
				    const char *detail, ...);
/* An item whose id is the digest of some data, keyed with the fleet's key, in lower-case hex. */
MUST_USE int fact_digest(struct probe *p, enum fact_id id, const void *data, size_t len,
			 const char *detail, struct error *err);
/* Without the fleet's key, the fact is unknown and *ret is false. */
MUST_USE int fact_digests(struct probe *p, enum fact_id id, bool *ret, struct error *err);

/*
 * Files, below the root: symbolic links lead nowhere else, and only regular files are opened, so
 * that no FIFO blocks and no device notices. Errors of all: NOT_FOUND, DENIED, INVALID (not a
 * regular file; a loop of links).
 */
MUST_USE int probe_open(const struct probe *p, const char *path, int *ret, struct error *err);
/* Appends the whole file, NUL-terminated (data is never NULL afterwards). LIMIT: longer than max.
 */
MUST_USE int probe_read(const struct probe *p, const char *path, size_t max, struct buf *out,
			struct error *err);
/* The same, and a file that is not there reads as empty. */
MUST_USE int probe_read_if(const struct probe *p, const char *path, size_t max, struct buf *out,
			   struct error *err);
/* The first line of a small file of /proc or /sys; "" where it cannot be read. */
void probe_word(const struct probe *p, const char *path, char *word, size_t size);
/* Follows links, or (link) says what the last part itself is. */
bool probe_stat(const struct probe *p, const char *path, bool link, struct stat *ret);
bool probe_exists(const struct probe *p, const char *path);
/* The names in a directory, sorted, without "." and ".."; empty where there is none.
 * Errors: DENIED, LIMIT (LIMIT_FACT_ITEMS). */
MUST_USE int probe_list(const struct probe *p, const char *path, struct strings *ret,
			struct error *err);
/* Whether what lies there cannot be written, by anybody: its file system is mounted so. */
bool probe_read_only(const struct probe *p, const char *path);
MUST_USE int probe_add(struct strings *s, const char *text, struct error *err);
/* Each line of a text, without its line feed; *at starts as the text and moves. NULL at the end.
 * The text is cut up. */
char *probe_line(char **at);
/* The next word of a line, cut off; *at moves behind it. NULL at the end. */
char *probe_field(char **at);
