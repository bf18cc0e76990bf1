/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The probes, by file. */
#include "probe/probe.h"

/* Fills out->device: which device this is. Never fails for what it cannot see. */
MUST_USE int probe_identity(struct probe *p, struct error *err);

probe_fn probe_system;	/* system.c */
probe_fn probe_sockets; /* sockets.c */
