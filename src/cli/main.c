/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/resource.h>

#include "base/clock.h"
#include "cli/cli.h"

int main(int argc, char **argv)
{
	cli_started_us = clock_boot_us();
	/* Keys and secrets pass through this process: no core dump keeps them. */
	(void)setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	return opt_main(&muster_program, argc, argv);
}
