/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* For beds, which have no case to fail: what must hold there, or the program ends and says where.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"

#define MUST(cond) \
	do { \
		if (!(cond)) { \
			(void)fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #cond); \
			abort(); \
		} \
	} while (0)

/* A call that fills `err`, which this declares. */
#define MUST_OK(call) \
	do { \
		struct error err = ERROR_INIT; \
		if ((call) < 0) { \
			(void)fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, err.msg); \
			abort(); \
		} \
	} while (0)
