/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The mounts of this process, of /proc/self/mountinfo (proc_pid_mountinfo(5)). */
#include <stdbool.h>
#include <stddef.h>

struct mount {
	const char *path, *options, *type, *source, *super; /* of the line, which is cut up */
	unsigned major, minor;
};

/* false: not a line of it. Octal escapes in the path are undone. */
bool mount_parse(char *line, struct mount *ret);
/* Whether a list of options ("rw,nosuid") has one. */
bool mount_has(const char *options, const char *option);
/* The value of an option ("upperdir"); false without. */
bool mount_option(const char *options, const char *option, char *value, size_t size);
