# SPDX-License-Identifier: Apache-2.0
"""A server that was broken into: it has the channel tree's keys, speaks what a device expects, and does what it is told to.
What is not told is answered as the honest server would, but that no record is acknowledged: the honest one gets them later."""
import base64
import json
import select
import ssl
import threading
import time

DEVICE, ENROLLMENT = 8443, 8444


class Request:
	def __init__(self, head):
		lines = head.decode("latin-1").split("\r\n")
		self.method, self.target, _ = lines[0].split(" ", 2)
		self.path, _, self.query = self.target.partition("?")
		self.fields = {k.lower(): v.strip() for k, _, v in (l.partition(":") for l in lines[1:])}
		self.length, self.body = int(self.fields.get("content-length", 0)), b""

	def json(self):
		return json.loads(self.body)


def http(status, body=b"", kind="application/json", more=""):
	"""A reply as bytes."""
	if not isinstance(body, bytes):
		body = json.dumps(body).encode()
	length = "" if status == 204 else f"Content-Length: {len(body)}\r\n"
	return f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n{length}{more}\r\n".encode() + body


class Stream:
	"""Requests of one connection, one behind the other."""

	def __init__(self, tls):
		self.tls, self.data = tls, b""

	def receive(self):
		more = self.tls.recv(65536)
		self.data += more
		return bool(more)

	def more(self):
		"""Whether there is another request, after a moment."""
		return bool(self.data or self.tls.pending() or select.select([self.tls], [], [], 0.02)[0])

	def request(self):
		while b"\r\n\r\n" not in self.data:
			if not self.receive():
				return None
		head, _, self.data = self.data.partition(b"\r\n\r\n")
		made = Request(head)
		while len(self.data) < made.length:
			if not self.receive():
				return None
		made.body, self.data = self.data[:made.length], self.data[made.length:]
		return made


class HostileServer:
	"""`forge` makes what it signs. Call it with a socket and a port (testbed.switch)."""

	def __init__(self, forge, tree):
		self.forge, self.tree = forge, tree
		self.lock = threading.Lock()
		self.held = []	# the path of a request that waits
		self.reset()

	def reset(self):
		"""As before the first attack."""
		with self.lock:
			self.answers = {}	# path: function of a Request, to bytes; None: as ever
			self.queue = []		# (seq, type, id, DER)
			self.latest = 0
			self.records = {}	# by sequence
			self.seen = []		# Requests
			self.listener = None	# a stem, instead of the certificate of the place
			self.chain = [self.tree / "issuers/server.crt"]
			self.raw = None		# a function of the TLS socket, instead of HTTP
			self.version = ssl.TLSVersion.TLSv1_3

	def context(self, port):
		made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
		made.minimum_version = made.maximum_version = self.version
		shown = self.listener or self.tree / "listeners" / {DEVICE: "device", ENROLLMENT: "enrollment"}[port]
		pem = self.forge.directory / f"chain-{threading.get_ident()}.pem"
		pem.write_bytes(b"".join(p.read_bytes() for p in [shown.with_suffix(".crt"), *self.chain]))
		made.load_cert_chain(pem, shown.with_suffix(".key"))
		pem.unlink()
		if port == DEVICE:
			made.verify_mode = ssl.CERT_REQUIRED
			made.load_verify_locations(self.tree / "issuers/device.crt")
		return made

	def __call__(self, sock, port):
		with self.context(port).wrap_socket(sock, server_side=True) as tls:
			if self.raw:
				self.raw(tls)
				return
			stream = Stream(tls)
			while request := stream.request():
				self.seen.append(request)
				answer = self.answer(request, stream)
				if answer is None:
					return
				tls.sendall(answer)

	def answer(self, request, stream):
		told = self.answers.get(request.path)
		if told:
			return told(request)
		if request.path == "/device/v1/checkin":
			return http(200, self.reply(request.json()["nonce"]))
		if request.path == "/device/v1/instructions":
			return self.instructions(stream)
		if request.path == "/device/v1/records":
			for record in request.json()["records"]:
				self.records[record["sequence"]] = record
			return http(503)
		if request.path.startswith("/pki/"):
			# The authority's list stands under its issuer's digest too.
			name = "server.crl" if request.path.endswith("/server.crl") else "authority.crl"
			return http(200, self.forge.pki[name], "application/pkix-crl") if name in self.forge.pki else http(404)
		return http(404)

	def reply(self, nonce, head=None):
		"""The answer to a check-in."""
		head = head or self.forge.head(nonce=nonce)
		return {"head": base64.b64encode(head).decode(), "enrollment": self.forge.target[1], "latest": self.latest}

	def instructions(self, stream):
		"""What is queued, once there is something; a request behind this one ends it."""
		self.held = ["/device/v1/instructions"]
		try:
			while not self.queue:
				if stream.more():
					return http(204)
		finally:
			self.held = []
		with self.lock:
			items, self.queue = self.queue[:64], self.queue[64:]
		return http(200, {"instructions": [{"seq": seq, "type": kind, "id": name, "document": base64.b64encode(der).decode()}
						   for seq, kind, name, der in items]})

	def give(self, seq, kind, name, der):
		with self.lock:
			self.latest = max(self.latest, seq)
			self.queue.append((seq, kind, name, der))


def slowly(data, step, pause):
	"""A function that sends bytes little by little until nobody takes them."""
	def send(tls):
		for at in range(0, len(data), step):
			tls.sendall(data[at:at + step])
			time.sleep(pause)
	return send
