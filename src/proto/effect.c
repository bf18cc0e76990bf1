/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/effect.h"

static const char *const names[] = {
#define X(id, name) [id] = name,
	EFFECT_CLASSES(X)
#undef X
};

const char *effect_name(enum effect e)
{
	return (unsigned)e < EFFECT_MAX_ ? names[e] : "?";
}
