/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Whether the records of devices are what the devices recorded (FAU_STG_EXT.2): recomputed from the
 * records themselves and the seals over them, whatever the server says of them. Pure.
 */
#include <stdbool.h>

#include "base/jmap.h"
#include "trust/seal.h"

#define PROOFS(X) \
	X(PROOF_VERIFIED, "verified")	  /* a seal covers it */ \
	X(PROOF_UNVERIFIED, "unverified") /* behind the last seal, or cut off from it */ \
	X(PROOF_GAP, "gap")		  /* the records before it are missing */ \
	X(PROOF_BROKEN, "broken")	  /* it is not what was recorded */

/*
 * rows: records as the API has them (struct admin_record), whole trails in any order. Each row of a
 * device gets its "proof"; those of the server have none. *ret: an object a device, with its
 * "device", "records", "verified" (how many), "proof" (the worst of them), "at" (the first such
 * record, where it is not verified) and "sealed" (when; absent: never). Errors: INVALID (a row that
 * is no record).
 */
MUST_USE int proof_judge(json_t *rows, const struct seal_judgement *j, json_t **ret,
			 struct error *err);
/* Whether such a trail is proven to be damaged. */
bool proof_bad(const json_t *trail);
