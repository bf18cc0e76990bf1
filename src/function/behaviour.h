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

/* By enum function_id. Rows that the manager carries out itself have no operation. */
extern const struct behaviour *const behaviours[FUNCTION_MAX_];

#define FUNCTION(id, name, ...) extern const struct behaviour name##_behaviour;
#include "proto/functions.def"
#undef FUNCTION
