/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the probes. */
#include "probe/probes.h"

#define FACTS(...) ((const enum fact_id[]){ __VA_ARGS__, FACT_ID_NONE_ })

const struct probe_row probes[] = {
	{ "system", probe_system,
	  FACTS(FACT_OS_NAME, FACT_OS_KERNEL, FACT_OS_MODEL, FACT_OS_SUPPORT_END), false },
	{ "sockets", probe_sockets, FACTS(FACT_NET_LISTENING, FACT_NET_LOCAL), true },
};
const size_t n_probes = ARRAY_SIZE(probes);
