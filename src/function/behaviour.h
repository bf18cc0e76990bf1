/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The behaviour of the rows of functions.def: what a row does on a device, through a driver's
 * operations. One file per row; the table is tied to functions.def by its length and by each
 * row's name.
 */
#include "platform/platform.h"
#include "proto/function.h"

struct behaviour {
	const char *by; /* who enforces it, for people */

	/* Settings. describe: what is wanted, one line, no secrets. The rest as PLATFORM_DRIVER. */
	int (*describe)(const void *args, struct buf *out, struct error *err);
	int (*probe)(struct platform *p, const void *args, struct error *err);
	int (*apply)(struct platform *p, const void *args, struct error *err);
	int (*read)(struct platform *p, const void *args, struct readback *ret, struct error *err);
	int (*settle)(struct platform *p, struct error *err); /* may be NULL */

	/* Commands. The answer is set where there is one; it stays NULL else. */
	int (*run)(struct platform *p, const void *args, json_t **answer, struct error *err);
};

/*
 * The operations of a setting that one driver carries out. Before it, a file says what its
 * arguments are to the driver:
 *	struct room { struct lockout_rules rules; … }; the rules, and what they point at
 *	static int room_of(const void *args, struct room *ret, struct error *err);
 * and `done` releases the room, also one half made; room_nothing where nothing is owned.
 */
#define DRIVEN(driver, done) \
	static int probe(struct platform *p, const void *args, struct error *err) \
	{ \
		struct room room CLEANUP(done) = { 0 }; \
\
		if (!args) \
			return (driver).probe(p, NULL, err); \
		return room_of(args, &room, err) < 0 ? -1 : (driver).probe(p, &room.rules, err); \
	} \
	static int apply(struct platform *p, const void *args, struct error *err) \
	{ \
		struct room room CLEANUP(done) = { 0 }; \
\
		return room_of(args, &room, err) < 0 ? -1 : (driver).apply(p, &room.rules, err); \
	} \
	static int read_back(struct platform *p, const void *args, struct readback *ret, \
			     struct error *err) \
	{ \
		struct room room CLEANUP(done) = { 0 }; \
\
		return room_of(args, &room, err) < 0 ? -1 \
						     : (driver).read(p, &room.rules, ret, err); \
	} \
	static int settle(struct platform *p, struct error *err) \
	{ \
		return (driver).settle ? (driver).settle(p, err) : 0; \
	}
#define DRIVEN_OPERATIONS .probe = probe, .apply = apply, .read = read_back, .settle = settle

static inline void room_nothing(void *room)
{
	(void)room;
}

/* By enum function_id. Rows that the manager carries out itself have no operation. */
extern const struct behaviour *const behaviours[FUNCTION_MAX_];

#define FUNCTION(id, name, ...) extern const struct behaviour name##_behaviour;
#include "proto/functions.def"
#undef FUNCTION
