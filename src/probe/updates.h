/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Sources of apt (sources.list(5)). */
#include <stdbool.h>

/* Whether a line of a one-line source, or a field of a deb822 one, says that no signature is
 * needed. */
bool source_is_unsigned(const char *line);
