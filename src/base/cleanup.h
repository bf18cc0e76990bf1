/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Ownership by attribute. Every owner of a resource has a cleanup attribute; ownership is handed
 * over with STEAL. There is no goto in this tree.
 */
#include <stdlib.h>
#include <unistd.h>

#define CLEANUP(fn) __attribute__((cleanup(fn)))
#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF(a, b) __attribute__((format(printf, a, b)))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Take the value out of an owner and leave it empty. */
#define STEAL(p) \
	({ \
		__typeof__(p) *steal_p_ = &(p), steal_v_ = *steal_p_; \
		*steal_p_ = NULL; \
		steal_v_; \
	})
#define STEAL_FD(fd) \
	({ \
		int *steal_p_ = &(fd), steal_v_ = *steal_p_; \
		*steal_p_ = -1; \
		steal_v_; \
	})

/* DEFINE_CLEANUP(struct foo *, foo_free): defines foo_freep for CLEANUP(foo_freep). */
#define DEFINE_CLEANUP(type, fn) \
	static inline void fn##p(type *p) \
	{ \
		if (*p) { \
			fn(*p); \
			*p = NULL; \
		} \
	}

static inline void freep(void *p)
{
	free(*(void **)p);
}

static inline void closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define auto_free CLEANUP(freep)
#define auto_close CLEANUP(closep)
