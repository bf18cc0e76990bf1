/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the probes. */
#include "probe/probes.h"

#define FACTS(...) ((const enum fact_id[]){ __VA_ARGS__, FACT_ID_NONE_ })

const struct probe_row probes[] = {
	{ "system", probe_system,
	  FACTS(FACT_OS_NAME, FACT_OS_KERNEL, FACT_OS_MODEL, FACT_OS_SUPPORT_END), false },
	{ "accounts", probe_accounts,
	  FACTS(FACT_ACCOUNTS_LOGIN, FACT_ACCOUNTS_AUTOLOGIN, FACT_ACCOUNTS_CHANGEABLE), false },
	{ "passwords", probe_passwords,
	  FACTS(FACT_ACCOUNTS_PASSWORD, FACT_ACCOUNTS_EMPTY_PASSWORD,
		FACT_ACCOUNTS_DEFAULT_PASSWORD, FACT_ACCOUNTS_FACTORY_PASSWORD,
		FACT_ACCOUNTS_HASH_SCHEME, FACT_ACCOUNTS_DIGEST),
	  false },
	{ "sockets", probe_sockets,
	  FACTS(FACT_NET_LISTENING, FACT_NET_LOCAL, FACT_PRIVILEGE_ROOT_LISTENERS), true },
	{ "interfaces", probe_interfaces, FACTS(FACT_NET_INTERFACES, FACT_NET_UNUSED), true },
	{ "network", probe_network,
	  FACTS(FACT_NET_TLS, FACT_NET_WEAK_TLS, FACT_NET_CLEAR, FACT_NET_UNAUTHENTICATED,
		FACT_NET_CONFIG_OPEN, FACT_NET_BANNERS, FACT_NET_UNIDENTIFIED, FACT_NET_KEY_DIGEST),
	  true },
	{ "ssh", probe_ssh, FACTS(FACT_SSH_PERMIT_EMPTY, FACT_SSH_PERMIT_ROOT, FACT_SSH_PASSWORDS),
	  true },
	{ "ssh-offers", probe_ssh_offers, FACTS(FACT_SSH_WEAK), true },
	{ "authentication", probe_auth,
	  FACTS(FACT_AUTH_NETWORK, FACT_AUTH_BRUTE_FORCE_OPEN, FACT_AUTH_BRUTE_FORCE_PROTECTED),
	  true },
	{ "storage", probe_storage, FACTS(FACT_STORAGE_DATA, FACT_STORAGE_ENCRYPTED), true },
	{ "secrets", probe_secrets,
	  FACTS(FACT_SECRETS_PLAIN, FACT_SECRETS_FILES, FACT_SECRETS_KEY_DIGEST), false },
	{ "processor", probe_processor, FACTS(FACT_MEMORY_HARDWARE), true },
	{ "memory", probe_memory, FACTS(FACT_MEMORY_WRITABLE_CODE, FACT_MEMORY_UNHARDENED), true },
	{ "confinement", probe_confinement, FACTS(FACT_PRIVILEGE_UNCONFINED), true },
	{ "setuid", probe_setuid, FACTS(FACT_PRIVILEGE_SETUID), false },
	{ "services", probe_services, FACTS(FACT_SERVICES_ENABLED), false },
	{ "running", probe_running, FACTS(FACT_SERVICES_RUNNING), true },
	{ "debug", probe_debug, FACTS(FACT_DEBUG_OPEN, FACT_DEBUG_INTERFACES), true },
	{ "ports", probe_ports, FACTS(FACT_PORTS_OPEN), true },
	{ "kernel", probe_kernel, FACTS(FACT_KERNEL_WEAK), true },
	{ "secure-boot", probe_secure_boot, FACTS(FACT_BOOT_SECURE, FACT_BOOT_SETUP_MODE), true },
	{ "verified", probe_verified, FACTS(FACT_BOOT_VERIFIED, FACT_BOOT_MEASURED), true },
	{ "sensors", probe_sensors, FACTS(FACT_SENSORS, FACT_RADIOS), true },
};
const size_t n_probes = ARRAY_SIZE(probes);
