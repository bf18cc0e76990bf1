# SPDX-License-Identifier: Apache-2.0
"""The place of a server in the network, and who stands there: the honest server behind it, or somebody who took it over."""
import contextlib
import os
import socket
import threading

from .process import LIBC

CLONE_NEWNET = 0x40000000


def sockets_in(pid, make):
	"""What make() returns, run in the network namespace of a process: a socket stays in the one where it was made."""
	answer = {}

	def run():
		fd = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
		try:
			if LIBC.setns(fd, CLONE_NEWNET) < 0:
				raise OSError("setns")
			answer["value"] = make()
		except OSError as e:
			answer["error"] = e
		finally:
			os.close(fd)

	thread = threading.Thread(target=run)
	thread.start()
	thread.join()
	if "error" in answer:
		raise answer["error"]
	return answer["value"]


def listen(pid, address, port):
	def make():
		s = socket.socket()
		s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		s.bind((address, port))
		s.listen(32)
		return s
	return sockets_in(pid, make)


def shut(s):
	with contextlib.suppress(OSError):
		s.shutdown(socket.SHUT_RDWR)
	with contextlib.suppress(OSError):
		s.close()


class Switch:
	"""Takes connections at `ports` (a port: where the honest server listens instead), and gives each to the honest server
	or, while `hostile` is set, to that: a function of (socket, port)."""

	def __init__(self, network, address, ports):
		self.network, self.address = network, address
		self.hostile, self.open, self.lock = None, set(), threading.Lock()
		self.listeners = []
		for port, behind in ports.items():
			listener = listen(network.holder.pid, address, port)
			self.listeners.append(listener)
			threading.Thread(target=self.serve, args=(listener, port, behind), daemon=True).start()

	def turn(self, hostile):
		"""Who answers from now on; what was open is cut."""
		with self.lock:
			self.hostile = hostile
			cut, self.open = self.open, set()
		for s in cut:
			shut(s)

	def serve(self, listener, port, behind):
		while True:
			try:
				s, _ = listener.accept()
			except OSError:
				return
			with self.lock:
				hostile = self.hostile
				self.open.add(s)
			run = self.attacked if hostile else self.forward
			threading.Thread(target=run, args=(s, hostile, port, behind), daemon=True).start()

	def attacked(self, s, hostile, port, _behind):
		with contextlib.suppress(OSError, ValueError):
			hostile(s.dup(), port)	# TLS takes a socket away from whoever has it: this one stays ours to cut
		shut(s)

	def forward(self, s, _hostile, _port, behind):
		try:
			there = sockets_in(self.network.holder.pid, lambda: socket.create_connection((self.address, behind), 10))
		except OSError:
			shut(s)
			return
		there.settimeout(None)
		with self.lock:
			self.open.add(there)
		threading.Thread(target=pump, args=(s, there), daemon=True).start()
		pump(there, s)

	def close(self):
		for listener in self.listeners:
			shut(listener)
		self.turn(None)


def pump(source, sink):
	with contextlib.suppress(OSError):
		while data := source.recv(65536):
			sink.sendall(data)
	shut(source)
	shut(sink)
