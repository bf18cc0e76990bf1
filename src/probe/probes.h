/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The probes, by file. */
#include "probe/probe.h"

/* Fills out->device: which device this is. Never fails for what it cannot see. */
MUST_USE int probe_identity(struct probe *p, struct error *err);

/* By file. */
probe_fn probe_system, probe_accounts, probe_passwords, probe_sockets, probe_interfaces,
	probe_network, probe_ssh, probe_ssh_offers, probe_auth, probe_storage, probe_secrets,
	probe_processor, probe_memory, probe_confinement, probe_setuid, probe_services,
	probe_running, probe_debug, probe_ports, probe_secure_boot, probe_verified, probe_sensors,
	probe_kernel, probe_packages, probe_mechanisms, probe_apt, probe_keys, probe_logs,
	probe_erase, probe_agent;
