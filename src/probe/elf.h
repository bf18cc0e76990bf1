/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* How a program's file was hardened (elf(5)). Bytes that anybody may have made. */
#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

struct elf {
	bool pie, relro, now, stack_executes;
};

/* From an open descriptor. Errors: INVALID (not ELF of this machine's byte order, or cut off). */
MUST_USE int elf_read(int fd, struct elf *ret, struct error *err);
