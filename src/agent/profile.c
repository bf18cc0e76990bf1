/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/profile.h"

#include <linux/capability.h>
#include <sys/stat.h>

#include "proto/function.h"

#define CAP(name) (1ULL << CAP_##name)

/* What a dynamically linked program needs to start, and to be made small: no shell, no data. */
#define PROGRAM \
	{ "/usr/lib", PROC_READ }, { "/usr/libexec/muster", PROC_READ }, { "/lib", PROC_READ }, \
		{ "/lib64", PROC_READ }, { "/usr/lib64", PROC_READ }, \
		{ "/etc/ld.so.cache", PROC_READ }, { "/dev/null", PROC_DEVICE }, \
	{ \
		"/dev/urandom", PROC_DEVICE \
	}

static const struct proc_path net_view[] = {
	PROGRAM,
	/* Looking up names. */
	{ "/etc/resolv.conf", PROC_READ },
	{ "/run/systemd/resolve", PROC_READ },
	{ "/run/NetworkManager/resolv.conf", PROC_READ },
	{ "/etc/hosts", PROC_READ },
	{ "/etc/nsswitch.conf", PROC_READ },
	{ "/etc/host.conf", PROC_READ },
	{ "/etc/gai.conf", PROC_READ },
};
static const struct proc_path key_view[] = { PROGRAM, { AGENT_KEYS, PROC_WRITE } };
static const struct proc_path verify_view[] = { PROGRAM };

static const struct {
	const char *name, *program;
	struct proc_profile profile;
} processes[] = {
	[AGENT_NET] = { "net",
			"muster-agent-net",
			{ .name = "net",
			  .user = "muster-net",
			  .flags = PROC_VIEW | PROC_NEW_PID | PROC_NEW_IPC,
			  .view = net_view,
			  .n_view = ARRAY_SIZE(net_view),
			  /* The name service loads its modules when a name is looked up. */
			  .sets = PROC_SET_FILES | PROC_SET_MESSAGES | PROC_SET_INET |
				  PROC_SET_LOAD,
			  .max_files = 64,
			  .max_memory = 64u << 20,
			  .max_file_size = 1 } },
	[AGENT_KEY] = { "key",
			"muster-agent-key",
			{ .name = "key",
			  .user = "muster-key",
			  .flags = PROC_VIEW | PROC_NEW_NET | PROC_NEW_PID | PROC_NEW_IPC,
			  .view = key_view,
			  .n_view = ARRAY_SIZE(key_view),
			  .sets = PROC_SET_FILES | PROC_SET_CHANGE,
			  .max_files = 16,
			  .max_memory = 32u << 20,
			  .max_file_size = 64u << 10 } },
	[AGENT_VERIFY] = { "verify",
			   "muster-agent-verify",
			   { .name = "verify",
			     .user = "muster-verify",
			     .flags = PROC_VIEW | PROC_NEW_NET | PROC_NEW_PID | PROC_NEW_IPC,
			     .view = verify_view,
			     .n_view = ARRAY_SIZE(verify_view),
			     .sets = 0,
			     .max_files = 16,
			     .max_memory = 64u << 20,
			     .max_file_size = 1 } },
	[AGENT_WORK] = { "work", "muster-agent-work", { .name = "work" } },
	[AGENT_MANAGER] = { "manager",
			    "muster-agent",
			    { .name = "manager",
			      .sets = PROC_SET_FILES | PROC_SET_CHANGE | PROC_SET_MESSAGES |
				      PROC_SET_UNIX | PROC_SET_SERVE | PROC_SET_SPAWN |
				      PROC_SET_LOAD | PROC_SET_USERS | PROC_SET_SEAL |
				      PROC_SET_MOUNT } },
};
_Static_assert(ARRAY_SIZE(processes) == AGENT_PROCESS_MAX_, "every process has a profile");

/* What a worker's functions may ask for, row by row (the needs column of functions.def). A later
 * row lies over an earlier one. */
static const struct {
	unsigned need;	 /* all of these; 0: always */
	unsigned unless; /* none of these */
	struct proc_path path;
} work_paths[] = {
	/* No disk and no memory: who may write as root could read everything there. What is hidden
	 * is so in a directory that is shown: the names stay, the devices do not open. */
	{ 0, 0, { "/dev/null", PROC_DEVICE } },
	{ 0, 0, { "/dev/zero", PROC_DEVICE } },
	{ 0, 0, { "/dev/urandom", PROC_DEVICE } },
	{ 0, 0, { "/dev/tty", PROC_DEVICE } },
	{ 0, 0, { "/dev/ptmx", PROC_DEVICE } },
	{ 0, 0, { "/dev/pts", PROC_DEVICE } },
	/* The consoles of people who are logged in there; a serial line is no screen. */
	{ SANDBOX_TERMINALS, 0, { "/dev/tty1", PROC_DEVICE } },
	{ SANDBOX_TERMINALS, 0, { "/dev/tty2", PROC_DEVICE } },
	{ SANDBOX_TERMINALS, 0, { "/dev/tty3", PROC_DEVICE } },
	{ SANDBOX_TERMINALS, 0, { "/dev/tty4", PROC_DEVICE } },
	{ SANDBOX_TERMINALS, 0, { "/dev/tty5", PROC_DEVICE } },
	{ SANDBOX_TERMINALS, 0, { "/dev/tty6", PROC_DEVICE } },
	{ SANDBOX_TERMINALS, 0, { "/dev/console", PROC_DEVICE } },
	{ SANDBOX_ETC, 0, { "/etc", PROC_WRITE } },
	{ SANDBOX_ETC, 0, { "/usr/local/share/ca-certificates", PROC_WRITE } },
	{ SANDBOX_ETC, 0, { AGENT_CONF, PROC_READ } },
	{ SANDBOX_TALLY, 0, { "/var/lib", PROC_WRITE } },
	{ SANDBOX_PAM, 0, { "/run", PROC_WRITE } },
	{ SANDBOX_PAM, 0, { "/var/log", PROC_WRITE } },
	{ SANDBOX_BUS, 0, { "/run", PROC_WRITE } },
	{ SANDBOX_EXEC, 0, { "/tmp", PROC_WRITE } },
	{ SANDBOX_EXEC, 0, { "/var/lib/apt", PROC_WRITE } },
	{ SANDBOX_EXEC, 0, { "/var/cache", PROC_WRITE } },
	/* Secrets, which root may read and no function needs: our own, … */
	{ 0, 0, { AGENT_STATE, PROC_HIDDEN } },
	/* … passwords, which PAM alone compares, … */
	{ 0, SANDBOX_PAM, { "/etc/shadow", PROC_HIDDEN } },
	{ 0, SANDBOX_PAM, { "/etc/shadow-", PROC_HIDDEN } },
	{ 0, SANDBOX_PAM, { "/etc/gshadow", PROC_HIDDEN } },
	{ 0, SANDBOX_PAM, { "/etc/gshadow-", PROC_HIDDEN } },
	{ 0, SANDBOX_PAM, { "/etc/security/opasswd", PROC_HIDDEN } },
	{ 0, 0, { "/var/backups", PROC_HIDDEN } },
	/* … keys of the platform's services, … */
	{ 0, 0, { "/etc/ssh/ssh_host_rsa_key", PROC_HIDDEN } },
	{ 0, 0, { "/etc/ssh/ssh_host_ecdsa_key", PROC_HIDDEN } },
	{ 0, 0, { "/etc/ssh/ssh_host_ed25519_key", PROC_HIDDEN } },
	{ 0, 0, { "/etc/ssl/private", PROC_HIDDEN } },
	{ 0, SANDBOX_BUS, { "/etc/NetworkManager/system-connections", PROC_HIDDEN } },
	{ 0, 0, { "/var/lib/NetworkManager", PROC_HIDDEN } },
	{ 0, 0, { "/var/lib/systemd/credential.secret", PROC_HIDDEN } },
	/* … and what belongs to people. */
	{ 0, 0, { "/root", PROC_HIDDEN } },
	{ 0, 0, { "/home", PROC_HIDDEN } },
	{ 0, 0, { "/srv", PROC_HIDDEN } },
	{ 0, 0, { "/var/mail", PROC_HIDDEN } },
	{ 0, 0, { "/var/spool", PROC_HIDDEN } },
};

static const struct {
	unsigned need;
	uint64_t caps;
	unsigned sets;
} work_rights[] = {
	{ 0, CAP(DAC_OVERRIDE) | CAP(DAC_READ_SEARCH), PROC_SET_FILES | PROC_SET_MESSAGES },
	{ SANDBOX_ETC, CAP(CHOWN) | CAP(FOWNER) | CAP(FSETID), PROC_SET_CHANGE },
	{ SANDBOX_BUS, 0, PROC_SET_UNIX | PROC_SET_LOAD },
	{ SANDBOX_PAM, CAP(CHOWN) | CAP(FOWNER) | CAP(SETUID) | CAP(SETGID) | CAP(AUDIT_WRITE),
	  PROC_SET_LOAD | PROC_SET_SPAWN | PROC_SET_USERS | PROC_SET_UNIX | PROC_SET_CHANGE },
	{ SANDBOX_TALLY, CAP(CHOWN) | CAP(FOWNER), PROC_SET_CHANGE },
	{ SANDBOX_EXEC, CAP(CHOWN) | CAP(FOWNER) | CAP(SETUID) | CAP(SETGID),
	  PROC_SET_SPAWN | PROC_SET_LOAD | PROC_SET_USERS | PROC_SET_UNIX | PROC_SET_CHANGE },
	{ SANDBOX_LOOPBACK, 0, PROC_SET_INET },
	{ SANDBOX_TERMINALS, CAP(SYS_TTY_CONFIG), PROC_SET_UNIX | PROC_SET_CHANGE },
};

static const struct proc_profile *work_profile(unsigned needs)
{
	static struct proc_path view[ARRAY_SIZE(work_paths)];
	static struct proc_profile profile;

	profile = (struct proc_profile){
		.name = "work",
		.flags = PROC_OVERLAY | PROC_NEW_PID | PROC_NEW_IPC,
		.view = view,
		.max_files = 256,
		.max_memory = 256u << 20,
	};
	if (!(needs & (SANDBOX_LOOPBACK | SANDBOX_BUS)))
		profile.flags |= PROC_NEW_NET;
	for (size_t i = 0; i < ARRAY_SIZE(work_paths); i++)
		if ((work_paths[i].need & needs) == work_paths[i].need &&
		    !(work_paths[i].unless & needs))
			view[profile.n_view++] = work_paths[i].path;
	for (size_t i = 0; i < ARRAY_SIZE(work_rights); i++)
		if ((work_rights[i].need & needs) == work_rights[i].need) {
			profile.caps |= work_rights[i].caps;
			profile.sets |= work_rights[i].sets;
		}
	return &profile;
}

/* A token's driver speaks to a device or to a socket. What it loads, it has loaded before. */
static struct proc_profile key_token_profile(void)
{
	struct proc_profile p = processes[AGENT_KEY].profile;

	p.sets |= PROC_SET_UNIX | PROC_SET_MESSAGES;
	p.max_files = 64;
	return p;
}

const struct proc_profile *agent_key_profile(const char *const *paths, size_t n)
{
	static struct proc_path view[ARRAY_SIZE(key_view) + AGENT_KEY_PATHS];
	static struct proc_profile profile;

	profile = key_token_profile();
	profile.view = view;
	for (size_t i = 0; i < ARRAY_SIZE(key_view); i++)
		view[i] = key_view[i];
	for (size_t i = 0; i < n && i < AGENT_KEY_PATHS; i++) {
		struct stat st = { 0 };
		bool there = stat(paths[i], &st) == 0, device = there && S_ISCHR(st.st_mode);

		view[profile.n_view++] =
			(struct proc_path){ paths[i], device			     ? PROC_DEVICE
						      : there && S_ISREG(st.st_mode) ? PROC_READ
										     : PROC_WRITE };
		if (device && !profile.group)
			profile.group = st.st_gid;
	}
	return &profile;
}

/* Its children inherit its filter, so that it holds what any of them may. */
static const struct proc_profile *manager_profile(void)
{
	static struct proc_profile profile;

	profile = processes[AGENT_MANAGER].profile;
	profile.sets |= key_token_profile().sets;
	for (size_t i = 0; i < ARRAY_SIZE(processes); i++)
		profile.sets |= processes[i].profile.sets;
	for (size_t i = 0; i < ARRAY_SIZE(work_rights); i++)
		profile.sets |= work_rights[i].sets;
	return &profile;
}

const char *agent_process_name(enum agent_process which)
{
	return processes[which].name;
}

const char *agent_process_program(enum agent_process which)
{
	return processes[which].program;
}

const struct proc_profile *agent_profile(enum agent_process which, unsigned needs)
{
	static struct proc_profile with_token;

	if (which == AGENT_KEY && (needs & AGENT_KEY_TOKEN)) {
		with_token = key_token_profile();
		return &with_token;
	}
	if (which == AGENT_WORK)
		return work_profile(needs);
	return which == AGENT_MANAGER ? manager_profile() : &processes[which].profile;
}
