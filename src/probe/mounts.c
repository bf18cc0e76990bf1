/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/mounts.h"

#include <stdio.h>
#include <string.h>

#include "probe/probe.h"

/* "\040" is a blank: the kernel writes blanks, tabs, line feeds and backslashes so. */
static void unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; to++) {
		unsigned value;
		int n = 0;

		if (sscanf(from, "\\%3o%n", &value, &n) == 1 && n == 4 && value > 0 &&
		    value < 256) {
			*to = (char)value;
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

/* "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue" */
bool mount_parse(char *line, struct mount *ret)
{
	struct mount m = { 0 };
	char *at = line, *fields[6], *path;

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (!(fields[i] = probe_field(&at)))
			return false;
	if (sscanf(fields[2], "%9u:%9u", &m.major, &m.minor) != 2)
		return false;
	path = fields[4];
	unescape(path);
	m.path = path;
	m.options = fields[5];
	do
		path = probe_field(&at);
	while (path && strcmp(path, "-") != 0);
	m.type = path ? probe_field(&at) : NULL;
	m.source = m.type ? probe_field(&at) : NULL;
	m.super = m.source ? probe_field(&at) : NULL;
	if (!m.super)
		return false;
	*ret = m;
	return true;
}

static const char *find(const char *options, const char *option, size_t *len)
{
	size_t n = strlen(option);

	for (const char *at = options; *at; at += *len + (at[*len] == ',')) {
		*len = strcspn(at, ",");
		if (*len >= n && memcmp(at, option, n) == 0 && (*len == n || at[n] == '='))
			return at;
	}
	return NULL;
}

bool mount_has(const char *options, const char *option)
{
	size_t len;

	return find(options, option, &len) != NULL;
}

bool mount_option(const char *options, const char *option, char *value, size_t size)
{
	size_t n = strlen(option) + 1, len;
	const char *at = find(options, option, &len);

	if (!at || len < n || len - n >= size)
		return false;
	memcpy(value, at + n, len - n);
	value[len - n] = '\0';
	return true;
}
