/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The commands of muster-agent that talk to the running agent over its control socket. */
#include "base/opt.h"

extern const struct opt_command client_status, client_enroll, client_unenroll, client_sync,
	client_renew;
