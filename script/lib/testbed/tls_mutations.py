# SPDX-License-Identifier: Apache-2.0
"""What tls_mutator.py can change, by name: in what the client or the server sends, at which handshake message (its
number), at the ChangeCipherSpec record ("ccs"), or at the first record behind it in TLS 1.2 ("first-sealed")."""
import collections

from . import tls_wire as w


class Raw(bytes):
	"""Goes out as it is, not as a message of the handshake."""

	def __add__(self, other):
		return Raw(bytes(self) + other)


Mutation = collections.namedtuple("Mutation", "sender what change")
ECDSA_SHA1, P192, P521 = b"\2\3", b"\0\x13", b"\0\x19"


def flip(at):
	def change(data, _):
		i = at if at >= 0 else len(data) + at
		return type(data)(data[:i] + bytes([data[i] ^ 1]) + data[i + 1:])
	return change


def put(at, new):
	return lambda data, _: data[:at] + new + data[at + len(new):]


def hello(**fields):
	"""Replace fields of a hello."""
	def change(data, _):
		h = w.Hello(data)
		for name, value in fields.items():
			setattr(h, name, value)
		return h.bytes()
	return change


def extension(kind, body):
	return lambda data, _: w.Hello(data).replace(kind, body).bytes()


def body(new):
	return lambda data, _: w.message(data[0], new)


def drop(data, _):
	return []


def append(more):
	return lambda data, _: w.message(data[0], data[4:] + more)


def raw(data):
	return lambda *_: [Raw(data)]


def truncate(data, _):
	"""A record that promises more than comes."""
	return [Raw(w.record(w.HANDSHAKE, data)[:-7]), Raw(w.record(w.DATA, b"x"))]


def plain_finished(data, direction):
	"""The very Finished that the sender has made, in clear."""
	return [Raw(w.record(w.HANDSHAKE, direction.plain_finished12(data[5:])))]


def random_after_ccs(data, _):
	return [Raw(data[:5] + bytes((i * 73 + 41) % 256 for i in range(len(data) - 5)))]


def share_group(group):
	def change(data, _):
		h = w.Hello(data)
		return h.replace(w.KEY_SHARE, group + h.extension(w.KEY_SHARE)[2:]).bytes()
	return change


def first_suite(code):
	return hello(suites=code)


def after(data):
	"""The message, and then some bytes in clear."""
	return lambda msg, _: [msg, Raw(data)]


def resized_list(msg, _):
	"""CertificateRequest of TLS 1.2 that names a foreign authority."""
	types, at = w.Hello.vector(msg, 4, 1)
	algorithms, at = w.Hello.vector(msg, at, 2)
	name = bytes.fromhex("30123110300e06035504030c07466f726569676e")
	names = len(name).to_bytes(2, "big") + name
	return w.message(msg[0], bytes([len(types)]) + types + len(algorithms).to_bytes(2, "big") + algorithms +
			 len(names).to_bytes(2, "big") + names)


# name: (who sends it, where, the change)
TABLE = {name: Mutation(*row) for name, row in {
	"nothing": ("nobody", None, None),
	# what a server sends
	"server-version-0306": ("server", w.SERVER_HELLO, hello(version=b"\3\6")),
	"server-version-0302": ("server", w.SERVER_HELLO, hello(version=b"\3\2")),
	"server-selected-0306": ("server", w.SERVER_HELLO, extension(w.SUPPORTED_VERSIONS, b"\3\6")),
	"server-selected-0302": ("server", w.SERVER_HELLO, extension(w.SUPPORTED_VERSIONS, b"\3\2")),
	"server-random": ("server", w.SERVER_HELLO, flip(10)),
	"server-session": ("server", w.SERVER_HELLO, hello(session=bytes(32))),
	"server-compression": ("server", w.SERVER_HELLO, hello(compression=b"\1")),
	"suite-rsa": ("server", w.SERVER_HELLO, first_suite(b"\xc0\x2f")),
	"suite-null": ("server", w.SERVER_HELLO, first_suite(b"\0\1")),
	"suite-anonymous": ("server", w.SERVER_HELLO, first_suite(b"\xc0\x18")),
	"suite-rc4": ("server", w.SERVER_HELLO, first_suite(b"\0\5")),
	"suite-3des": ("server", w.SERVER_HELLO, first_suite(b"\0\x0a")),
	"suite-not-offered": ("server", w.SERVER_HELLO, first_suite(b"\xc0\x0a")),
	"suite-not-offered-13": ("server", w.SERVER_HELLO, first_suite(b"\x13\4")),
	"group-13": ("server", w.SERVER_HELLO, share_group(P521)),
	"server-renegotiation": ("server", w.SERVER_HELLO, extension(w.RENEGOTIATION_INFO, b"\2ab")),
	"server-no-renegotiation": ("server", w.SERVER_HELLO, extension(w.RENEGOTIATION_INFO, None)),
	"key-exchange-curve": ("server", w.KEY_EXCHANGE, put(5, P192)),
	"key-exchange-algorithm": ("server", w.KEY_EXCHANGE, put(4 + 4 + 32, ECDSA_SHA1)),
	"key-exchange-signature": ("server", w.KEY_EXCHANGE, flip(-1)),
	"server-certificate-empty": ("server", w.CERTIFICATE, body(bytes(3))),
	"server-certificate-empty-13": ("server", w.CERTIFICATE, body(bytes(4))),
	"server-certificate-garbage": ("server", w.CERTIFICATE, append(b"garbage")),
	"server-certificate-truncated": ("server", w.CERTIFICATE, truncate),
	"request-authorities": ("server", w.REQUEST, resized_list),
	"server-verify-signature": ("server", w.VERIFY, flip(-1)),
	"server-verify-algorithm": ("server", w.VERIFY, put(4, ECDSA_SHA1)),
	"server-verify-missing": ("server", w.VERIFY, drop),
	"server-extension": ("server", w.EXTENSIONS, body(b"\0\4\0\x2a\0\0")),
	"server-finished": ("server", w.FINISHED, flip(-1)),
	"server-finished-sealed": ("server", "first-sealed", flip(-1)),
	"server-finished-plain": ("server", "first-sealed", plain_finished),
	"server-after-finished-plain": ("server", w.FINISHED, after(w.record(w.DATA, b"HTTP/1.1 200 OK\r\n\r\n"))),
	"server-random-after-ccs": ("server", "first-sealed", random_after_ccs),
	"server-ccs": ("server", "ccs", flip(-1)),
	"server-ccs-missing": ("server", "ccs", drop),
	# what a client sends
	"client-version-0300": ("client", w.CLIENT_HELLO, hello(version=b"\3\0")),
	"client-version-0301": ("client", w.CLIENT_HELLO, hello(version=b"\3\1")),
	"client-version-0302": ("client", w.CLIENT_HELLO, hello(version=b"\3\2")),
	"client-no-versions": ("client", w.CLIENT_HELLO, extension(w.SUPPORTED_VERSIONS, None)),
	"client-random": ("client", w.CLIENT_HELLO, flip(10)),
	"client-ssl2": ("client", w.CLIENT_HELLO, raw(bytes.fromhex("80220100020009000000100100800300800700c0") +
						       bytes(16))),
	"client-compression": ("client", w.CLIENT_HELLO, hello(compression=b"\1")),
	"client-suite-null": ("client", w.CLIENT_HELLO, hello(suites=b"\0\1\0\2\xc0\6")),
	"client-renegotiation": ("client", w.CLIENT_HELLO, extension(w.RENEGOTIATION_INFO, b"\2ab")),
	"client-key-type": ("client", w.CLIENT_KEY, body(b"\1\0" + bytes(256))),
	"client-certificate-missing": ("client", w.CERTIFICATE, drop),
	"client-certificate-flip": ("client", w.CERTIFICATE, flip(-40)),
	"client-verify-signature": ("client", w.VERIFY, flip(-1)),
	"client-verify-algorithm": ("client", w.VERIFY, put(4, ECDSA_SHA1)),
	"client-verify-missing": ("client", w.VERIFY, drop),
	"client-finished": ("client", w.FINISHED, flip(-1)),
	"client-finished-sealed": ("client", "first-sealed", flip(-1)),
	"client-finished-plain": ("client", "first-sealed", plain_finished),
	"client-ccs": ("client", "ccs", flip(-1)),
	"client-ccs-missing": ("client", "ccs", drop),
}.items()}
