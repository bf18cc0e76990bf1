/* SPDX-License-Identifier: Apache-2.0 */
/* muster-agent-verify: judges one document for the manager, and ends. */
#include "agent/profile.h"
#include "agent/verify/verify.h"
#include "base/log.h"
#include "ipc/agent_messages.h"

int main(void)
{
	struct error err = ERROR_INIT;

	log_init("muster-agent-verify");
	if (proc_seal(agent_profile(AGENT_VERIFY, 0), &err) < 0 ||
	    verify_serve(AGENT_FD_MANAGER, &err) < 0) {
		log_warning("%s", err.msg);
		return error_exit(err.code);
	}
	return 0;
}
