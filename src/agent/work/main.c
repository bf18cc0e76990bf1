/* SPDX-License-Identifier: Apache-2.0 */
/* muster-agent-work: carries out one order of the manager as root, in a sandbox, and ends. */
#include <sys/stat.h>

#include "agent/profile.h"
#include "agent/work/work.h"
#include "base/log.h"

int main(void)
{
	auto_work struct work w = { 0 };
	struct error err = ERROR_INIT;

	log_init("muster-agent-work");
	(void)umask(022); /* what it makes is the platform's to read */
	if (work_read(AGENT_FD_MANAGER, &w, &err) < 0 ||
	    proc_seal(agent_profile(AGENT_WORK, work_needs(&w)), &err) < 0 ||
	    work_run(&w, &err) < 0) {
		log_warning("%s", err.msg);
		return error_exit(err.code);
	}
	return 0;
}
