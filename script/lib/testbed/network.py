# SPDX-License-Identifier: Apache-2.0
"""A network of its own: a namespace without a name, held by a process, with a bridge that the devices'
namespaces are plugged into. No name is taken on the machine, so any number may run side by side. The same
process holds a view of the files in which the build is installed, for the server and the operator."""
import os
import pathlib

from . import process
from .waits import wait_for

HOLD = pathlib.Path(__file__).with_name("hold")
PREFIX = "10.99.0."
SERVER = PREFIX + "1"


class Network:
	def __init__(self, directory, layer, hosts=(), linger=False):
		self.linger, self.n_devices = linger, 0
		etc = directory / "etc"
		etc.mkdir()
		(etc / "hosts").write_text("127.0.0.1 localhost\n::1 localhost\n" + "".join(f"{SERVER} {h}\n" for h in hosts))
		self.holder = process.start(["unshare", "--net", "--mount", "--propagation", "private", HOLD, layer, etc,
					     directory / "held"], directory / "network.log", linger=linger)
		wait_for(lambda: (directory / "held").exists(), what="the network namespace")
		self.ip("link", "set", "lo", "up")
		self.ip("link", "add", "br0", "type", "bridge")
		self.ip("addr", "add", SERVER + "/24", "dev", "br0")
		self.ip("link", "set", "br0", "up")

	def enter(self):
		"""The words before a command that is to run in here."""
		# -r and -w: from inside a chroot, the mount namespace alone leads to the machine's own root.
		return ["nsenter", "-t", str(self.holder.pid), "-n", "-m", "-r", "-w"]

	def ip(self, *args):
		return process.run([*self.enter(), "ip", *args])

	def plug(self, pid):
		"""Give the namespace of a process an interface host0 on this network; returns its address."""
		self.n_devices += 1
		port, address = f"port{self.n_devices}", f"{PREFIX}{self.n_devices + 1}"
		self.ip("link", "add", port, "type", "veth", "peer", "name", "host0", "netns", str(pid))
		self.ip("link", "set", port, "master", "br0", "up")
		inside = ["nsenter", "-t", str(pid), "-n", "ip"]
		process.run([*inside, "link", "set", "lo", "up"])
		process.run([*inside, "addr", "add", address + "/24", "dev", "host0"])
		process.run([*inside, "link", "set", "host0", "up"])
		process.run([*inside, "route", "add", "default", "via", SERVER])
		return address

	def link(self, port, up):
		"""Pull or plug the cable of the n-th device."""
		self.ip("link", "set", f"port{port}", "up" if up else "down")

	def close(self):
		process.end(self.holder)


def available():
	"""Why there can be no network here, or nothing."""
	if not process.is_root():
		return "needs root, for namespaces and a server that runs as another user"
	gone = process.missing("ip", "unshare", "nsenter", "setpriv")
	return f"needs {', '.join(gone)}" if gone else "" if os.path.exists("/proc/self/ns/net") else "needs namespaces"
