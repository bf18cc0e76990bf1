/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int http, exit;
} codes[] = { [ERROR_NONE] = { "ok", 200, 0 },
#define X(id, name, http, exit) [id] = { name, http, exit },
	      ERROR_CODES(X)
#undef X
};
_Static_assert(ARRAY_SIZE(codes) == ERROR_MAX_, "every code has a name");

int error_vset(struct error *err, enum error_code code, const char *fmt, va_list ap)
{
	*err = (struct error){ .code = code };
	(void)vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	return -1;
}

/* In parentheses, for the analyzer knows these names as macros (error.h). */
int(error_set)(struct error *err, enum error_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)!error_vset(err, code, fmt, ap);
	va_end(ap);
	return -1;
}

int(error_refuse)(struct error *err, enum reason reason, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)!error_vset(err, ERROR_REFUSED, fmt, ap);
	va_end(ap);
	err->reason = reason;
	return -1;
}

static enum error_code code_of_errno(int sys)
{
	switch (sys) {
	case ENOENT:
	case ENOTDIR: return ERROR_NOT_FOUND;
	case EACCES:
	case EPERM:
	case EROFS: return ERROR_DENIED;
	case EEXIST: return ERROR_CONFLICT;
	case EINVAL:
	case EISDIR: return ERROR_INVALID;
	case ETIMEDOUT: return ERROR_TIMEOUT;
	case EBUSY:
	case EAGAIN:
	case ENOMEM:
	case ENOSPC:
	case ECONNREFUSED:
	case ECONNRESET:
	case EPIPE:
	case EHOSTUNREACH:
	case ENETUNREACH: return ERROR_UNAVAILABLE;
	case ENOSYS:
	case EOPNOTSUPP: return ERROR_UNSUPPORTED;
	default: return ERROR_INTERNAL;
	}
}

int(error_errno)(struct error *err, int sys, const char *fmt, ...)
{
	char what[160];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	*err = (struct error){ .code = code_of_errno(sys), .sys = sys };
	(void)snprintf(err->msg, sizeof(err->msg), "%s: %s", what, strerror(sys));
	return -1;
}

int(error_oom)(struct error *err)
{
	return error_set(err, ERROR_UNAVAILABLE, "out of memory");
}

int(error_wrap)(struct error *err, const char *fmt, ...)
{
	char old[sizeof(err->msg)], prefix[100];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(prefix, sizeof(prefix), fmt, ap);
	va_end(ap);
	memcpy(old, err->msg, sizeof(old));
	(void)snprintf(err->msg, sizeof(err->msg), "%s: %.136s", prefix, old);
	return -1;
}

const char *error_name(enum error_code code)
{
	return (unsigned)code < ERROR_MAX_ ? codes[code].name : "?";
}

int error_http(enum error_code code)
{
	return (unsigned)code < ERROR_MAX_ ? codes[code].http : 500;
}

int error_exit(enum error_code code)
{
	return (unsigned)code < ERROR_MAX_ ? codes[code].exit : 70;
}

enum error_code error_find(const char *name)
{
	for (size_t i = 1; i < ARRAY_SIZE(codes); i++)
		if (strcmp(codes[i].name, name) == 0)
			return (enum error_code)i;
	return ERROR_INTERNAL;
}
