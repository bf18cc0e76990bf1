# SPDX-License-Identifier: Apache-2.0
"""A network process of the device that was taken over: the test speaks its ends of the channels to the manager and to the key
process, byte by byte. The frames are those of src/ipc."""
import contextlib
import json
import os
import pathlib
import signal
import struct

from testbed import process
from testbed.network import SERVER
from testbed.switch import listen, shut

PORT = 7777
LIBEXEC = "/usr/libexec/muster/"
PROGRAM, REAL = LIBEXEC + "muster-agent-net", LIBEXEC + "muster-agent-net.real"
HEADER = struct.Struct("<IIIHH")
# In the order of enum net_type and enum agent_key_type (src/ipc/agent_messages.h).
NET = ("enroll enrolled connect disconnect event checkin checked instruction records stored certify certified fetch fetched "
       "failed next asked").split()
KEY = "make show public sign signed request requested destroy destroyed failed".split()


def frame(kind, body=None, blob=b"", request=0, n_fds=0, **lengths):
	"""One frame; kind: a number. lengths: what its header says instead of the truth (body_len, blob_len)."""
	text = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
	return HEADER.pack(lengths.get("body_len", len(text)), lengths.get("blob_len", len(blob)), request, kind, n_fds) + text + blob


class Channel:
	"""One end of a channel. `names`: its messages."""

	def __init__(self, sock, names):
		self.sock, self.names = sock, names
		self.sock.settimeout(15)

	def send(self, name, body=None, blob=b"", **kw):
		self.sock.sendall(frame(self.names.index(name), body, blob, **kw))

	def raw(self, data):
		self.sock.sendall(data)

	def exactly(self, n):
		data = b""
		while len(data) < n:
			more = self.sock.recv(n - len(data))
			if not more:
				raise EOFError("the channel was closed")
			data += more
		return data

	def receive(self):
		"""(name, id, body, blob) of the next message."""
		body_len, blob_len, request, kind, _ = HEADER.unpack(self.exactly(HEADER.size))
		body = self.exactly(body_len)
		return self.names[kind], request, json.loads(body) if body else None, self.exactly(blob_len)

	def wait(self, *names):
		"""The next message of one of these names; what comes before it is dropped."""
		return next(m for m in iter(self.receive, None) if m[0] in names)

	def closed(self):
		"""Whether the other end has closed it, or does within the timeout."""
		with contextlib.suppress(OSError):
			while self.sock.recv(65536):
				pass
		return True


class HostileNet:
	def __init__(self, device, network):
		self.device, self.network = device, network
		self.manager = self.key = self.listener = None
		self.installed = False

	def install(self):
		"""Put the program in the place of the real one, once the agent runs: it looks at its programs when it starts. While
		nobody listens, it is the real one."""
		tools = pathlib.Path(os.environ["MUSTER_CACHE"]) / "tools"
		tools.mkdir(exist_ok=True)
		out = tools / f"hostile_net.{os.getpid()}"
		process.run(["gcc", "-D_GNU_SOURCE", "-O1", "-Wall", "-static", f'-DADDRESS="{SERVER}"', f"-DPORT={PORT}", f'-DREAL="{REAL}"',
			     "-o", out, pathlib.Path(__file__).with_name("hostile_net.c")])
		self.device.run("cp", "-a", PROGRAM, REAL)
		self.device.write(PROGRAM, out.read_bytes(), 0o755)
		out.unlink()
		self.installed = True

	def remove(self):
		self.stop()
		if self.installed:
			self.device.run("mv", REAL, PROGRAM)
		self.installed = False

	def start(self):
		"""Take the network process over."""
		if not self.installed:
			self.install()
		self.listener = listen(self.network.holder.pid, SERVER, PORT)
		self.listener.settimeout(20)
		with contextlib.suppress(LookupError):
			os.kill(self.device.pid_of("muster-agent-net"), signal.SIGKILL)
		self.manager = Channel(self.listener.accept()[0], NET)
		self.key = Channel(self.listener.accept()[0], KEY)
		self.manager.wait("connect")
		return self

	def stop(self):
		for s in (self.listener, self.manager and self.manager.sock, self.key and self.key.sock):
			if s:
				shut(s)
		self.listener = self.manager = self.key = None

	def up(self):
		self.manager.send("event", {"state": "up", "protocol": "TLSv1.3", "peer": "evil.example.test port 1"})

