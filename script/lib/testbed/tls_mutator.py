# SPDX-License-Identifier: Apache-2.0
"""tls_mutator.py --listen HOST:PORT --to HOST:PORT --mutate NAME [--keylog FILE]: sits between a TLS client and a
server and changes one named thing of each handshake (tls_mutations.py). With the key log of one end it also changes
what is encrypted. Says "ready", then "mutated" each time that it has changed something."""
import argparse
import pathlib
import socket
import sys
import threading

if __name__ == "__main__":
	sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from testbed import tls_mutations, tls_wire as w  # noqa: E402


class Meeting:
	"""One connection through us: what both directions know of it."""

	def __init__(self, mutation, keylog):
		self.mutation, self.keylog = mutation, keylog
		self.client_random = self.server_random = None
		self.tls13 = False

	def secret(self, label):
		return w.logged(self.keylog, label, self.client_random)


class Direction:
	"""What one end, "client" or "server", says to the other."""

	def __init__(self, meeting, sender):
		self.meeting, self.sender = meeting, sender
		self.encrypted = self.over = False
		self.protection = None

	def note(self, msg):
		if msg[0] in (w.CLIENT_HELLO, w.SERVER_HELLO):
			hello = w.Hello(msg)
			if msg[0] == w.CLIENT_HELLO:
				self.meeting.client_random = hello.random
			else:
				self.meeting.server_random = hello.random
				self.meeting.tls13 = hello.extension(w.SUPPORTED_VERSIONS) is not None

	def change(self, what, data):
		"""The parts to send in place of something: handshake messages, or Raw bytes."""
		m = self.meeting.mutation
		if m.sender != self.sender or m.what != what:
			return [data]
		out = m.change(data, self)
		print("mutated", flush=True)
		return out if isinstance(out, list) else [out]

	def plain(self, body):
		"""A record of handshake messages in clear: what goes out for it."""
		out = b""
		for msg in w.messages(body):
			self.note(msg)
			for part in self.change(msg[0], msg):
				out += part if isinstance(part, tls_mutations.Raw) else w.record(w.HANDSHAKE, part)
		return out

	def sealed13(self, body):
		label = f"{self.sender.upper()}_HANDSHAKE_TRAFFIC_SECRET"
		if not self.protection:
			self.protection = w.Protection13(self.meeting.secret(label))
		kind, data = self.protection.open(body)
		if kind != w.HANDSHAKE:
			return self.protection.seal(kind, data)
		out = b""
		for msg in w.messages(data):
			self.over = self.over or msg[0] == w.FINISHED
			for part in self.change(msg[0], msg):
				out += part if isinstance(part, tls_mutations.Raw) else self.protection.seal(w.HANDSHAKE, part)
		return out

	def first12(self, kind, body):
		"""The record behind ChangeCipherSpec: Finished."""
		self.over = True
		out = self.change("first-sealed", w.record(kind, body))
		return b"".join(out)

	def plain_finished12(self, body):
		m = self.meeting
		keys = w.Protection12(m.secret("CLIENT_RANDOM"), m.server_random, m.client_random, self.sender == "server")
		return keys.open_first(w.HANDSHAKE, body)

	def handle(self, kind, body):
		if self.over or kind == w.ALERT:
			return w.record(kind, body)
		if kind == w.CCS:
			self.encrypted = not self.meeting.tls13
			return b"".join(self.change("ccs", w.record(kind, body)))
		if kind == w.HANDSHAKE:
			return self.first12(kind, body) if self.encrypted else self.plain(body)
		if kind == w.DATA and self.meeting.tls13 and self.meeting.keylog and self.meeting.mutation.sender == self.sender:
			return self.sealed13(body)
		return w.record(kind, body)

	def run(self, source, sink):
		try:
			while (got := w.read_record(source)):
				sink.sendall(self.handle(*got))
			sink.shutdown(socket.SHUT_WR)
		except (OSError, AssertionError) as e:
			print(f"{self.sender}: {e!r}", flush=True)
			for end in (source, sink):
				try:
					end.shutdown(socket.SHUT_RDWR)
				except OSError:
					pass


def address(text):
	host, port = text.rsplit(":", 1)
	return host, int(port)


def main():
	ap = argparse.ArgumentParser()
	for name in ("listen", "to", "mutate"):
		ap.add_argument(f"--{name}", required=True)
	ap.add_argument("--keylog")
	args = ap.parse_args()
	listener = socket.create_server(address(args.listen))
	print("ready", flush=True)
	while True:
		client, _ = listener.accept()
		server = socket.create_connection(address(args.to))
		meeting = Meeting(tls_mutations.TABLE[args.mutate], args.keylog)
		for sender, ends in (("client", (client, server)), ("server", (server, client))):
			threading.Thread(target=Direction(meeting, sender).run, args=ends, daemon=True).start()


if __name__ == "__main__":
	main()
