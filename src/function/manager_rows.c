/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that the agent's manager carries out itself (ROW_MANAGER): no worker acts for them. */
#include "function/behaviour.h"

const struct behaviour sync_behaviour = { .by = "the agent" };
const struct behaviour unenroll_behaviour = { .by = "the agent" };
