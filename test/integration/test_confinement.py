# SPDX-License-Identifier: Apache-2.0
"""What each process must not be able to do: the table. Every row is tried from inside the running process, with its own user,
capabilities, namespaces, view of the files and seccomp filter; the answer is that of the kernel."""
import os

import pytest

from testbed import inside, process
from testbed.system import SERVER_UID
from testbed.waits import wait_for

READ, WRITE, CREATE = "0", "1", "65"  # O_RDONLY, O_WRONLY, O_WRONLY | O_CREAT
DENIED = {"EPERM", "EACCES", "ENOENT", "EROFS", "ENOSYS", "killed"}


def open_file(path, flags=READ):
	return f"openat -100 @{path} {flags} 384"


class Below:
	"""A file of the server, opened from inside."""

	def __init__(self, pattern, flags=READ):
		self.pattern, self.flags = pattern, flags

	def call(self, server):
		return open_file(next(server.directory.glob(self.pattern)), self.flags)


# What nobody of ours may, the manager and the supervisor neither.
NEVER = [
	("trace another process", "ptrace 16 1 0 0"),
	("read another's memory", "process_vm_readv 1 0 0 0 0 0"),
	("make a namespace of users", "unshare 268435456"),
	("make a process in a namespace of users", "clone 268435473 0 0 0 0"),
	("make a process in a namespace of hosts", "clone 67108881 0 0 0 0"),
	("start a process in ways that no filter sees", "clone3 0 0"),
	("change its root", "chroot @/"),
	("load a kernel module", "init_module 0 0 @x"),
	("load another kernel", "kexec_load 0 0 0 0"),
	("load a BPF program", "bpf 5 0 0"),
	("trace the kernel", "perf_event_open 0 0 -1 -1 0"),
	("restart the machine", "reboot 4276215469 672274793 0 0"),
	("set the clock", "settimeofday 0 0"),
	("set a clock", "clock_settime 0 0"),
	("name the machine", "sethostname @x 1"),
	("reach the keyring", "keyctl 0 -3 0"),
	("add a key", "add_key @user @x @x 1 -3"),
	("use io_uring", "io_uring_setup 1 0"),
	("handle page faults", "userfaultfd 1"),
	("become of another kind", "personality 262144"),
	("open a file by its handle", "open_by_handle_at -100 0 0"),
	("watch all files", "fanotify_init 0 0"),
	("make a device", "mknodat -100 @/tmp/muster-evil 24960 259"),
	("swap", "swapon @/x 0"),
	("keep accounts", "acct 0"),
	("set quotas", "quotactl 0 0 0 0"),
	("use ports of the machine", "iopl 3"),
	("have memory that is written and run", "mmap 0 4096 7 34 -1 0"),
	("run what was written", "mprotect 0 4096 5"),
	("send raw packets", "socket 17 3 768"),
]
# And what only those may that start the others.
BREAK_OUT = NEVER + [
	("run a program", "execve @/bin/sh 0 0"),
	("become root", "setuid 0"),
	("mount", "mount @none @/mnt @tmpfs 0 0"),
	("replace its root", "pivot_root @/ @/"),
	("have a network of its own", "unshare 1073741824"),
	("read the shadow file", open_file("/etc/shadow")),
	("write a program", open_file("/usr/bin/muster-evil", CREATE)),
	("write to /etc", open_file("/etc/muster-evil", CREATE)),
]


def less(rows, *names):
	"""The table without rows, each of which must be in it."""
	assert set(names) <= {name for name, _ in rows}
	return [row for row in rows if row[0] not in names]


NO_NETWORK = [("open an internet socket", "socket 2 1 0"), ("open an IPv6 socket", "socket 10 1 0"), ("send datagrams", "socket 2 2 0")]
NO_KEYS = [("list the keys", open_file("/var/lib/muster-agent/keys", "65536")),
	   ("read the spool", open_file("/var/lib/muster-agent/spool.db"))]
# Secrets of the platform and of people, which no function needs; what is not there by itself is put there for the test.
SECRETS = ["/root/.muster-secret", "/home/alice/muster-secret", "/srv/muster-secret", "/var/spool/muster-secret", "/var/mail/muster-secret",
	   "/var/backups/shadow.bak", "/etc/ssl/private/muster-secret", "/var/lib/NetworkManager/muster-secret",
	   "/etc/ssh/ssh_host_ed25519_key", "/var/lib/systemd/credential.secret"]
PASSWORDS = ["/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-", "/etc/security/opasswd"]
# What no worker may, whatever its functions are.
NO_WORKER = NO_KEYS + [(f"read {path}", open_file(path)) for path in SECRETS] + [
	("open a disk", open_file("/dev/vda")),
	("read the memory of the machine", open_file("/dev/mem")),
	("change a program", open_file("/usr/bin/passwd", WRITE)),
	("see a process of the device", "openat -100 @/proc/{manager}/status 0"),
	("see the files as the manager does", "openat -100 @/proc/{manager}/cwd/etc/passwd 0"),
	("write a setting of the kernel", open_file("/proc/sys/kernel/core_pattern", WRITE)),
]
CALLS = {
	# Root, and it may mount, since it makes the views of the others: a decision says what that leaves it.
	"muster-agent": NEVER + [("have another host name", "unshare 67108864"), ("enter a namespace of mounts", "setns 0 131072")],
	"muster-agent-net": BREAK_OUT + NO_KEYS + [
		("read the users", open_file("/etc/passwd")),
		("talk to the system bus", open_file("/run/dbus/system_bus_socket", WRITE)),
	],
	"muster-agent-key": BREAK_OUT + NO_NETWORK + [
		("read the spool", open_file("/var/lib/muster-agent/spool.db")),
		("read the users", open_file("/etc/passwd")),
	],
	"muster-agent-verify": BREAK_OUT + NO_NETWORK + NO_KEYS + [
		("open any file", open_file("/dev/null")),
		("read its own program", open_file("/usr/libexec/muster/muster-agent-verify")),
		("start a thread or process", "clone 17 0 0 0 0"),
	],
	# As it is for a message: root, with the bus and the terminals of sessions and nothing else.
	"muster-agent-work": BREAK_OUT + NO_NETWORK + NO_WORKER + [(f"read {path}", open_file(path)) for path in PASSWORDS] + [
		("change PAM's rules", open_file("/etc/pam.d/common-auth", WRITE))],
}
# A worker that applies a policy: its settings, and what it must not be able to do.
WORKERS = {
	"writes below /etc": ({"maximumTimeToLock": {"seconds": 600}},
			      less(BREAK_OUT, "write to /etc") + NO_WORKER + [(f"read {path}", open_file(path)) for path in PASSWORDS]),
	"has the widest rights": ({"passwordRequirements": {"passwordMinimumLength": 8}, "loginBanner": {"text": "confinement"},
				   "failedAuthentication": {"maximumFailedAttempts": 5, "unlockAfterSeconds": 60}},
				  less(BREAK_OUT, "run a program", "become root", "read the shadow file", "write to /etc") + NO_WORKER),
}
SERVER_CALLS = {
	# It starts the others, and has bound their listeners before.
	"muster-server": less(BREAK_OUT, "run a program") + NO_NETWORK,
	"muster-server-front": BREAK_OUT + [
		("read the database", Below("data/*.db")),
		("read an issuer's key", Below("channel/issuers/device.key")),
		("read the online signer's key", Below("channel/online.key")),
	],
	"muster-server-core": BREAK_OUT + NO_NETWORK + [
		("read an issuer's key", Below("channel/issuers/device.key")),
		("read the online signer's key", Below("channel/online.key")),
		("read a listener's key", Below("channel/listeners/device.key")),
	],
	"muster-server-key": BREAK_OUT + NO_NETWORK + [
		("read the database", Below("data/*.db")),
		("write into its tree", Below("channel/issuers/device.key", WRITE)),
	],
}
TRANSIENT = {"muster-agent-verify", "muster-agent-work"}


def judge(who, rows, answers):
	"""None of the calls may have worked; the first, which is allowed, must have."""
	assert answers and answers[0] > 0, "the tool does not work: a call that is allowed was not made"
	could = [f"{what} ({answer})" for (what, _), answer in zip(rows, answers[1:]) if answer not in DENIED]
	assert not could, f"{who} could {', '.join(could)}"
	assert len(answers) == len(rows) + 1


def calls_of(rows, manager=0):
	"""The calls of these rows after one that is allowed."""
	with open(f"/proc/{manager or os.getpid()}/status", encoding="ascii") as status:
		inside_id = next(line.split()[-1] for line in status if line.startswith("NSpid:"))
	return ["getpid", *(call.replace("{manager}", inside_id) for _, call in rows)]


def perform_in_child(device, program, rows, begin):
	"""In a process that lives for one document: it is held from its seal on, however fast it is."""
	manager = device.pid_of("muster-agent")
	# One that was started for something else has other rights.
	wait_for(lambda: not TRANSIENT & {process.cmdline(pid) for pid in process.children(manager)}, what="the manager to be idle")
	waiting = inside.start_waiting(manager, program)
	begin()
	return inside.finish(waiting, calls_of(rows, manager))


@pytest.fixture(scope="module")
def secrets(enrolled):
	"""The device, with something at each place that nobody is to read."""
	for path in [*SECRETS, *PASSWORDS]:
		if enrolled.run("test", "-e", path, check=False).returncode:
			enrolled.write(path, "secret\n", 0o600)
	return enrolled


@pytest.mark.parametrize("program", CALLS)
def test_a_process_of_the_device_cannot(system, enrolled, secrets, program):
	rows = CALLS[program]
	if program in TRANSIENT:
		answers = perform_in_child(enrolled, program, rows, lambda: system.operator.muster(
			"device", "message", enrolled.name, "--text", "confinement"))
	else:
		answers = inside.perform(enrolled.pid_of(program), calls_of(rows))
	judge(program, rows, answers)


@pytest.mark.parametrize("which", WORKERS)
def test_a_worker_for_a_policy_cannot(system, enrolled, secrets, which):
	settings, rows = WORKERS[which]
	serial = 1 + list(WORKERS).index(which)
	answers = perform_in_child(enrolled, "muster-agent-work", rows, lambda: system.publish(settings, serial))
	judge(f"a worker that {which}", rows, answers)
	system.wait_applied(enrolled, serial)


@pytest.mark.parametrize("program", SERVER_CALLS)
def test_a_process_of_the_server_cannot(system, program):
	pid = next(p for name, p in system.server.pids().items() if name == program)
	rows = [(what, call.call(system.server) if isinstance(call, Below) else call) for what, call in SERVER_CALLS[program]]
	judge(program, rows, inside.perform(pid, calls_of(rows)))


def test_the_manager_holds_no_socket_of_the_network(enrolled):
	"""It is root, and no byte of the network reaches it but through the process that has no right."""
	pids = enrolled.agent_pids()
	def of_the_network(pid):
		held = {os.readlink(fd) for fd in process.descriptors(pid)}
		rows = [line.split() for name in ("tcp", "tcp6", "udp", "udp6", "raw", "packet")
			for line in open(f"/proc/{pid}/net/{name}").read().splitlines()[1:]]
		return {f"socket:[{row[9] if len(row) > 9 else row[-1]}]" for row in rows} & held
	assert of_the_network(pids["muster-agent-net"]), "the control: net has a connection"
	assert not of_the_network(pids["muster-agent"])


def test_the_tool_sees_what_is_allowed(system, enrolled):
	"""The control: what a process needs is answered otherwise than what it must not."""
	made, closed = inside.perform(enrolled.pid_of("muster-agent-net"), ["socket 2 1 0", "getuid"])
	assert made not in DENIED and closed > 0


def test_the_server_runs_without_root(system):
	for name, pid in system.server.pids().items():
		status = process.run(["grep", "-E", "^(Uid|CapEff|CapBnd)", f"/proc/{pid}/status"]).stdout
		assert f"Uid:\t{SERVER_UID}\t{SERVER_UID}" in status, name
		assert "CapEff:\t0000000000000000" in status, name


USERS = {"muster-agent": "root", "muster-agent-net": "muster-net", "muster-agent-key": "muster-key"}


def test_each_process_of_the_agent_has_its_own_user(enrolled):
	pids = enrolled.agent_pids()
	for program, user in USERS.items():
		uid = int(enrolled.run("id", "-u", user).stdout)
		assert os.stat(f"/proc/{pids[program]}").st_uid == uid, f"{program} does not run as {user}"
