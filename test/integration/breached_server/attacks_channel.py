# SPDX-License-Identifier: Apache-2.0
"""The channel itself: certificates that the stolen issuers make, and what can be done to a client in TLS and HTTP."""
import gzip
import json
import ssl
import time
import uuid

from cryptography import x509

from attack import Attack, SERVER, table
from attacks_heads import RECOVERS
from forge import CLIENT, DAY, SERVER as SERVER_USE
from hostile_server import http
from testbed.system import HOST
from testbed.waits import wait_for

INSTRUCTIONS = "/device/v1/instructions"

CERTIFICATES = table("The server's certificate", "The device speaks to a server only where its certificate is one, for its name, by its issuer.")


def certificate(name, what, reason, make, chain=None):
	"""The hostile server shows a certificate; make: of a Scene, to a stem."""
	def run(s):
		stem = make(s)
		s.attack(listener=stem, chain=chain and chain(s))
		return s.event("channel-refused")["reason"]
	return Attack(name, SERVER, what, reason, run)


def forged(issuer, eku, host=HOST, **kw):
	return lambda s: s.forge.forged(f"shown-{uuid.uuid4().hex[:6]}", issuer, eku, names=[x509.DNSName(host)], **kw)


CERTIFICATES += [
	certificate("channel-certificate-of-the-device-issuer", "shows a server certificate that the device issuer made", "cert-untrusted",
		    forged("device", SERVER_USE), lambda s: [s.forge.issuer("device").with_suffix(".crt")]),
	certificate("channel-certificate-of-a-client", "shows a client's certificate of the server issuer", "cert-purpose", forged("server", CLIENT)),
	certificate("channel-certificate-without-purpose", "shows a certificate that does not say what it is for", "cert-purpose", forged("server", None)),
	certificate("channel-certificate-of-another-name", "shows a certificate for another name", "cert-name", forged("server", SERVER_USE, "evil.test")),
	certificate("channel-certificate-expired", "shows a certificate that has expired", "cert-expired",
		    forged("server", SERVER_USE, start=-9 * DAY, end=-DAY)),
	certificate("channel-certificate-not-yet", "shows one that is not valid yet", "cert-not-yet-valid", forged("server", SERVER_USE, start=DAY)),
	certificate("channel-certificate-self-made", "shows one of its own making", "cert-untrusted",
		    lambda s: s.forge.stranger(["-addext", f"subjectAltName=DNS:{HOST}", "-addext", "extendedKeyUsage=serverAuth"]), lambda s: []),
	certificate("channel-certificate-of-the-issuer", "shows the issuer's own certificate", "cert-untrusted", lambda s: s.forge.issuer("server"),
		    lambda s: []),
]

TRAFFIC = table("TLS and HTTP", """\
What is not a reply of the one form that a server of ours writes ends the connection; the text stands in the record of that.""")


def ends(name, what, text, reply):
	"""A request for instructions is answered with bytes after which the device hangs up, and records this text."""
	def run(s):
		s.attack()
		s.hostile.answers[INSTRUCTIONS] = lambda _: reply(s) if callable(reply) else reply
		return s.closed(text)
	return Attack(name, SERVER, what, text, run)


def items(*rows):
	"""A reply with instructions of (seq, bytes)."""
	return http(200, json.dumps({"instructions": [{"seq": seq, "type": "policy", "id": str(uuid.uuid4()), "document": document}
						     for seq, document in rows]}).encode())


def old_tls(s):
	s.attack(version=ssl.TLSVersion.TLSv1_2)
	return s.closed("protocol version")


def overflow(s):
	"""A place in the queue after which none can come."""
	s.attack()
	return s.refusal(instruction=s.give("policy", b"\x30\x03abc", seq=2 ** 63 - 1))


def two_hundred(s):
	"""Many documents that are none."""
	s.attack()
	after = s.value("after")
	for seq in range(after + 1, after + 201):
		last = s.give("policy", b"\x30\x03abc", seq=seq)
	return s.refusal(instruction=last)


def nothing_at_once(s):
	"""Empty lists, each at once: a device that asked again at once would do nothing else."""
	times = []

	def answer(_):
		times.append(time.monotonic())
		return items()
	s.attack()
	s.hostile.answers[INSTRUCTIONS] = answer
	wait_for(lambda: len(times) > 4, 30, "requests")
	# Behind another request, one is not held; that is so when the channel comes up.
	gaps = sorted(b - a for a, b in zip(times, times[1:]))
	assert gaps[2] > 0.5, f"the device asks again at once: {gaps}"
	return RECOVERS


def slow(s):
	"""A reply whose bytes come so slowly that it never ends; the device can be spoken to meanwhile."""
	s.attack(raw=lambda tls: drip(tls, s))
	wait_for(lambda: s.kept.get("dripped", 0) > 3, 20, "some bytes")
	assert s.status()["phase"] == "enrolled"
	return RECOVERS


def drip(tls, s):
	tls.recv(65536)
	tls.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 8000000\r\n\r\n")
	for n in range(1000):
		tls.sendall(b" ")
		s.kept["dripped"] = n
		time.sleep(0.05)


def records_acknowledged(s):
	"""All records are said to be stored, up to the largest number; those that were not sent yet are sent all the same."""
	sent = {}

	def answer(request):
		sent.update((r["sequence"], r) for r in request.json()["records"])
		return http(200, {"stored": 2 ** 62})
	s.attack(answers={"/device/v1/records": answer})
	ident = s.give("policy", b"\x30\x03abc")
	refused = wait_for(lambda: next((r for r in list(sent.values()) if (r.get("detail") or {}).get("instruction") == ident), None), 20,
			   "the record of the refusal")
	wanted = set(range(s.mark + 1, refused["sequence"] + 1))
	assert wanted <= set(sent), f"never sent: {sorted(wanted - set(sent))}"
	return refused["reason"]


TRAFFIC += [
	Attack("tls-1.2", SERVER, "speaks TLS 1.2", "protocol version", old_tls),
	ends("http-redirect", "sends the device elsewhere", "302", http(302, more="Location: https://evil.test/\r\n")),
	ends("http-chunked", "frames a reply in two ways", "Transfer-Encoding", http(200, b"0\r\n\r\n", more="Transfer-Encoding: chunked\r\n")),
	ends("http-two-lengths", "says two lengths", "Content-Length", http(200, b"{}", more="Content-Length: 9\r\n")),
	ends("http-no-length", "says no length", "Content-Length", b"HTTP/1.1 200 OK\r\n\r\n{}"),
	ends("http-huge-length", "says a length of a terabyte", "more than", b"HTTP/1.1 200 OK\r\nContent-Length: 1099511627776\r\n\r\n"),
	ends("http-header-flood", "sends fields without end", "", b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 20000),
	ends("http-long-field", "sends a field of a megabyte", "", b"HTTP/1.1 200 OK\r\nX-A: " + b"b" * 2 ** 20),
	ends("http-reply-behind", "sends a reply to no request behind a good one", "a reply to no request", items() + items() + items()),
	ends("http-old-version", "answers in HTTP/1.0", "HTTP/1.1", b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"),
	ends("http-compressed", "sends a bomb of a gigabyte in a megabyte", "", http(200, gzip.compress(b" " * 2 ** 24), more="Content-Encoding: gzip\r\n")),
	ends("json-deep", "nests a reply a hundred thousand levels deep", "", http(200, b'{"instructions":' + b"[" * 100000)),
	ends("json-duplicate", "says a key twice", "duplicate", http(200, b'{"instructions": [], "instructions": []}')),
	ends("json-unknown", "adds a key", "run", http(200, b'{"instructions": [], "run": "id"}')),
	ends("instructions-too-many", "gives 65 documents at once", "64",
	     lambda s: items(*[(s.value("after") + n, "MAA=") for n in range(1, 66)])),
	ends("instructions-too-large", "gives a document of a megabyte", "", lambda s: items((s.value("after") + 1, "MAAA" * 2 ** 18))),
	ends("instructions-same-place", "gives two documents in one place", "out of order",
	     lambda s: items((s.value("after") + 1, "MAA="), (s.value("after") + 1, "MAE="))),
	ends("instructions-place-of-before", "gives a document in a place that was taken", "out of order", lambda s: items((1, "MAA="))),
	ends("instructions-place-0", "gives a document in no place", "seq", items((0, "MAA="))),
	Attack("instructions-last-place", SERVER, "gives one in the last place that there is, 2^63-1, after which none can come", "cms-form", overflow),
	Attack("instructions-two-hundred", SERVER, "gives two hundred documents that are none", "cms-form", two_hundred),
	Attack("instructions-empty", SERVER, "answers each request at once, with nothing", RECOVERS, nothing_at_once),
	Attack("http-slow", SERVER, "answers a byte at a time, and never ends", RECOVERS, slow),
	Attack("records-acknowledged", SERVER, "says that records are stored which it never saw", "cms-form", records_acknowledged),
]
