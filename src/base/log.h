/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Log lines of programs (libraries return errors, programs log, once, where the error stops).
 * To the journal where standard error is one (JOURNAL_STREAM), else to standard error. Audit
 * events are not log lines: see proto/audit.def.
 */
#include "base/error.h"

#define LOG_LEVELS(X) \
	X(LOG_LEVEL_ERROR, "error", 3) \
	X(LOG_LEVEL_WARNING, "warning", 4) \
	X(LOG_LEVEL_NOTICE, "notice", 5) \
	X(LOG_LEVEL_INFO, "info", 6) \
	X(LOG_LEVEL_DEBUG, "debug", 7)

enum log_level {
#define X(id, name, priority) id,
	LOG_LEVELS(X)
#undef X
};

/* Name the program ("muster-agent-net"), and read the level from MUSTER_LOG (a name of above;
 * "info" where unset). The name is kept by reference. */
void log_init(const char *program);
PRINTF(2, 3) void log_line(enum log_level level, const char *fmt, ...);

#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...) log_line(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...) log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)
