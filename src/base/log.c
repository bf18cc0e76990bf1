/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int priority; /* of syslog */
} levels[] = {
#define X(id, name, priority) [id] = { name, priority },
	LOG_LEVELS(X)
#undef X
};

static const char *program_name = "muster";
static enum log_level max_level = LOG_LEVEL_INFO;

void log_init(const char *program)
{
	const char *wanted = getenv("MUSTER_LOG");

	program_name = program;
	for (size_t i = 0; wanted && i < ARRAY_SIZE(levels); i++)
		if (strcmp(levels[i].name, wanted) == 0)
			max_level = (enum log_level)i;
}

void log_line(enum log_level level, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	if (level > max_level)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* "<4>" is how a line's priority reaches the journal through standard error (sd-daemon(3)).
	 */
	if (getenv("JOURNAL_STREAM"))
		(void)fprintf(stderr, "<%d>%s\n", levels[level].priority, text);
	else
		(void)fprintf(stderr, "%s: %s: %s\n", program_name, levels[level].name, text);
}
