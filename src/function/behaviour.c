/* SPDX-License-Identifier: Apache-2.0 */
#include "function/behaviour.h"

const struct behaviour *const behaviours[] = {
#define FUNCTION(id, name, ...) [FUNCTION_##id] = &name##_behaviour,
#include "proto/functions.def"
#undef FUNCTION
};
_Static_assert(ARRAY_SIZE(behaviours) == FUNCTION_MAX_, "every row has its behaviour");
