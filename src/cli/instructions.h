/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Published instructions, as the CLI looks for them. */
#include "cli/api.h"
#include "trust/judge.h"

/* Which ones; NULL: any. */
struct instruction_filter {
	const char *type, *device, *stream;
};
/* All that fit, the newest first, page after page: {"instructions": […]}. */
MUST_USE int instructions_all(struct api *a, const struct instruction_filter *f, json_t **ret,
			      struct error *err);
/* The row with the highest serial; NULL where there is none. Borrowed from the tree. */
const json_t *instruction_newest(const json_t *instructions);
/* The serial that the next document of this kind must have: one above the highest. */
MUST_USE int instruction_next_serial(struct api *a, const struct instruction_filter *f,
				     uint64_t *ret, struct error *err);
/*
 * Judge a document by the operator's own trust and CRLs, as a device would but for audience and
 * serial. Errors: as judge.
 */
MUST_USE int instruction_judge(struct api *a, const struct buf *der, struct verdict *ret,
			       struct error *err);
/* Judge, publish, and print what it does and where it goes. */
MUST_USE int instruction_publish(struct api *a, const struct buf *der, bool json,
				 struct error *err);
