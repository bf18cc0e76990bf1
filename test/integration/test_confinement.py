# SPDX-License-Identifier: Apache-2.0
"""What each process must not be able to do: the table. Every row is tried from inside the running process, with its own user,
capabilities, namespaces, view of the files and seccomp filter; the answer is that of the kernel."""
import os

import pytest

from testbed import inside, process
from testbed.system import SERVER_UID

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


# What nobody but the manager may: the calls that a break-in would begin with.
BREAK_OUT = [
	("run a program", "execve @/bin/sh 0 0"),
	("trace another process", "ptrace 16 1 0 0"),
	("become root", "setuid 0"),
	("mount", "mount @none @/mnt @tmpfs 0 0"),
	("make a namespace", "unshare 268435456"),
	("change its root", "chroot @/"),
	("load a kernel module", "init_module 0 0 @x"),
	("load a BPF program", "bpf 5 0 0"),
	("restart the machine", "reboot 4276215469 672274793 0 0"),
	("set the clock", "settimeofday 0 0"),
	("name the machine", "sethostname @x 1"),
	("reach the keyring", "keyctl 0 -3 0"),
	("use io_uring", "io_uring_setup 1 0"),
	("read the shadow file", open_file("/etc/shadow")),
	("write a program", open_file("/usr/bin/muster-evil", CREATE)),
	("write to /etc", open_file("/etc/muster-evil", CREATE)),
	("send raw packets", "socket 17 3 768"),
]
NO_NETWORK = [("open an internet socket", "socket 2 1 0"), ("open an IPv6 socket", "socket 10 1 0"), ("send datagrams", "socket 2 2 0")]
NO_KEYS = [("read the keys", open_file("/var/lib/muster-agent/keys", "65536")),
	   ("read the spool", open_file("/var/lib/muster-agent/spool.db"))]
CALLS = {
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
	"muster-agent-work": [row for row in BREAK_OUT if row[0] not in ("become root", "read the shadow file")] + NO_NETWORK + NO_KEYS + [
		("open a disk", open_file("/dev/vda")),
		("read the memory of the machine", open_file("/dev/mem")),
		("change PAM's rules", open_file("/etc/pam.d/common-auth", WRITE)),
		("change a program", open_file("/usr/bin/passwd", WRITE)),
	],
}
SERVER_CALLS = {
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


def perform_in_child(system, device, program, calls):
	"""In a process that lives for one document: a message makes the manager start one. On a busy machine it may have ended
	before the tool was there: then there is no answer at all, and the next one is taken."""
	answers = []
	for _ in range(20):
		waiting = inside.start_waiting(device.pid_of("muster-agent"), program)
		system.operator.muster("device", "message", device.name, "--text", "confinement")
		answers = inside.finish(waiting, calls)
		if answers:
			break
	return answers


@pytest.mark.parametrize("program", CALLS)
def test_a_process_of_the_device_cannot(system, enrolled, program):
	rows = CALLS[program]
	calls = ["getpid", *(call for _, call in rows)]
	if program in TRANSIENT:
		answers = perform_in_child(system, enrolled, program, calls)
	else:
		answers = inside.perform(enrolled.pid_of(program), calls)
	assert answers and answers[0] > 0, "the tool does not work: a call that is allowed was not made"
	could = [f"{what} ({answer})" for (what, _), answer in zip(rows, answers[1:]) if answer not in DENIED]
	assert not could, f"{program} could {', '.join(could)}"
	assert len(answers) == len(calls)


@pytest.mark.parametrize("program", SERVER_CALLS)
def test_a_process_of_the_server_cannot(system, program):
	pid = next(p for name, p in system.server.pids().items() if name == program)
	rows = [(what, call.call(system.server) if isinstance(call, Below) else call) for what, call in SERVER_CALLS[program]]
	answers = inside.perform(pid, ["getpid", *(call for _, call in rows)])
	assert answers[0] > 0
	could = [f"{what} ({answer})" for (what, _), answer in zip(rows, answers[1:]) if answer not in DENIED]
	assert not could, f"{program} could {', '.join(could)}"


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
