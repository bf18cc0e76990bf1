# SPDX-License-Identifier: Apache-2.0
"""TLS as it is on the wire: records, handshake messages, and the record protection of a connection whose
secrets one of its ends has written to a key log. AES-128-GCM with SHA-256 alone: who uses this chooses the suite."""
import ctypes
import hashlib
import hmac
import pathlib
import struct

from .waits import wait_for

CCS, ALERT, HANDSHAKE, DATA = 20, 21, 22, 23
CLIENT_HELLO, SERVER_HELLO, EXTENSIONS, CERTIFICATE, KEY_EXCHANGE, REQUEST = 1, 2, 8, 11, 12, 13
VERIFY, CLIENT_KEY, FINISHED = 15, 16, 20
RENEGOTIATION_INFO, SUPPORTED_VERSIONS, KEY_SHARE = 0xff01, 43, 51
TAG = 16


def read_exactly(sock, n):
	data = b""
	while len(data) < n:
		more = sock.recv(n - len(data))
		if not more:
			return None
		data += more
	return data


def read_record(sock):
	"""(type, body), or None at the end."""
	head = read_exactly(sock, 5)
	body = read_exactly(sock, struct.unpack(">H", head[3:])[0]) if head else None
	return None if body is None else (head[0], body)


def record(kind, body, version=b"\3\3"):
	return bytes([kind]) + version + struct.pack(">H", len(body)) + body


def message(kind, body):
	return bytes([kind]) + struct.pack(">I", len(body))[1:] + body


def messages(data):
	"""The handshake messages of a record; ours and OpenSSL's never span two."""
	while data:
		n = 4 + int.from_bytes(data[1:4], "big")
		assert n <= len(data), "a handshake message that spans records"
		yield data[:n]
		data = data[n:]


class Hello:
	"""A ClientHello or ServerHello, taken apart and put together again."""

	def __init__(self, msg):
		self.kind, at = msg[0], 4
		self.version, self.random, at = msg[4:6], msg[6:38], 38
		self.session, at = self.vector(msg, at, 1)
		if self.kind == CLIENT_HELLO:
			self.suites, at = self.vector(msg, at, 2)
			self.compression, at = self.vector(msg, at, 1)
		else:
			self.suites, self.compression, at = msg[at:at + 2], msg[at + 2:at + 3], at + 3
		self.extensions = []
		rest = self.vector(msg, at, 2)[0] if at < len(msg) else b""
		while rest:
			kind, n = struct.unpack(">HH", rest[:4])
			self.extensions.append((kind, rest[4:4 + n]))
			rest = rest[4 + n:]

	@staticmethod
	def vector(data, at, width):
		n = int.from_bytes(data[at:at + width], "big")
		return data[at + width:at + width + n], at + width + n

	def extension(self, kind):
		return next((body for k, body in self.extensions if k == kind), None)

	def replace(self, kind, body):
		"""In its place, or at the end; None removes."""
		if body is not None and self.extension(kind) is None:
			self.extensions.append((kind, body))
		self.extensions = [(k, body if k == kind else b) for k, b in self.extensions if k != kind or body is not None]
		return self

	def bytes(self):
		exts = b"".join(struct.pack(">HH", k, len(b)) + b for k, b in self.extensions)
		out = self.version + self.random + bytes([len(self.session)]) + self.session
		if self.kind == CLIENT_HELLO:
			out += struct.pack(">H", len(self.suites)) + self.suites + bytes([len(self.compression)]) + self.compression
		else:
			out += self.suites + self.compression
		return message(self.kind, out + struct.pack(">H", len(exts)) + exts)


# ---- protection ----

CRYPTO = ctypes.CDLL("libcrypto.so.3")
for _name in ("EVP_CIPHER_CTX_new", "EVP_aes_128_gcm"):
	getattr(CRYPTO, _name).restype = ctypes.c_void_p
GET_TAG, SET_TAG = 0x10, 0x11


def gcm(seal, key, nonce, aad, data):
	"""AES-128-GCM. Opening what is not genuine fails."""
	ctx, n = ctypes.c_void_p(CRYPTO.EVP_CIPHER_CTX_new()), ctypes.c_int()
	text, tag = (data, bytes(TAG)) if seal else (data[:-TAG], data[-TAG:])
	out, tag = ctypes.create_string_buffer(len(text) + TAG), ctypes.create_string_buffer(tag, TAG)
	try:
		assert CRYPTO.EVP_CipherInit_ex(ctx, ctypes.c_void_p(CRYPTO.EVP_aes_128_gcm()), None, key, nonce, int(seal)) == 1
		assert CRYPTO.EVP_CipherUpdate(ctx, None, ctypes.byref(n), aad, len(aad)) == 1
		assert CRYPTO.EVP_CipherUpdate(ctx, out, ctypes.byref(n), text, len(text)) == 1
		if not seal:
			assert CRYPTO.EVP_CIPHER_CTX_ctrl(ctx, SET_TAG, TAG, tag) == 1
		assert CRYPTO.EVP_CipherFinal_ex(ctx, None, ctypes.byref(n)) == 1, "not genuine"
		if seal:
			assert CRYPTO.EVP_CIPHER_CTX_ctrl(ctx, GET_TAG, TAG, tag) == 1
	finally:
		CRYPTO.EVP_CIPHER_CTX_free(ctx)
	return out.raw[:len(text)] + (tag.raw if seal else b"")


def expand_label(secret, label, n):
	full = b"tls13 " + label
	info = struct.pack(">H", n) + bytes([len(full)]) + full + b"\0\1"
	return hmac.new(secret, info, hashlib.sha256).digest()[:n]


def prf(secret, label, seed, n):
	out, a = b"", label + seed
	while len(out) < n:
		a = hmac.new(secret, a, hashlib.sha256).digest()
		out += hmac.new(secret, a + label + seed, hashlib.sha256).digest()
	return out[:n]


def logged(keylog, label, client_random):
	"""A secret of the key log, once it is there."""
	def find():
		for line in pathlib.Path(keylog).read_text().splitlines():
			if line.split()[:2] == [label, client_random.hex()]:
				return bytes.fromhex(line.split()[2])
		return None
	return wait_for(find, 5, f"{label} in the key log", step=0.01)


class Protection13:
	"""One sender's handshake records of TLS 1.3. What is read and what is written are counted apart."""

	def __init__(self, secret):
		self.key, self.iv = expand_label(secret, b"key", 16), expand_label(secret, b"iv", 12)
		self.read, self.written = 0, 0

	def nonce(self, n):
		return bytes(a ^ b for a, b in zip(self.iv, n.to_bytes(12, "big")))

	def open(self, body):
		plain = gcm(False, self.key, self.nonce(self.read), record(DATA, body)[:5], body).rstrip(b"\0")
		self.read += 1
		return plain[-1], plain[:-1]

	def seal(self, kind, data):
		plain = data + bytes([kind])
		aad = bytes([DATA]) + b"\3\3" + struct.pack(">H", len(plain) + TAG)
		out = gcm(True, self.key, self.nonce(self.written), aad, plain)
		self.written += 1
		return aad + out


class Protection12:
	"""One sender's records of TLS 1.2, of which only the first is opened."""

	def __init__(self, master, server_random, client_random, server):
		block = prf(master, b"key expansion", server_random + client_random, 40)
		self.key = block[16:32] if server else block[:16]
		self.salt = block[36:40] if server else block[32:36]

	def open_first(self, kind, body):
		aad = bytes(8) + bytes([kind]) + b"\3\3" + struct.pack(">H", len(body) - 8 - TAG)
		return gcm(False, self.key, self.salt + body[:8], aad, body[8:])
