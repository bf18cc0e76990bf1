# SPDX-License-Identifier: Apache-2.0
"""TLS between our processes and others, real and hostile: T-1 to T-17 and V-1 to V-9. Somebody in between changes one
named thing (testbed/tls_mutator.py), or the peer itself is what it should not be. What is asserted is what our end says
of it: the CLI in its one line, the server in its audit record."""
import contextlib
import itertools
import json
import pathlib
import shutil
import signal
import subprocess
import sys

import pytest

from testbed import certificates, process, tls_mutator
from testbed.network import SERVER
from testbed.system import HOST, own, OPERATOR_UID
from testbed.waits import wait_for

ADMINISTRATION = 8445
REQUEST = "GET /api/v1/whoami HTTP/1.1\r\nHost: mdm.example.test\r\nConnection: close\r\n\r\n"
SUITE_12, SUITE_13 = "ECDHE-ECDSA-AES128-GCM-SHA256", "TLS_AES_128_GCM_SHA256"


class Bed:
	"""A system that may speak TLS 1.2, an operator's directory whose server is elsewhere, and what is started for a test."""

	def __init__(self, system):
		self.system, self.network = system, system.network
		self.where, self.ports = system.directory / "tls", itertools.count(20001)
		self.where.mkdir()
		self.channel = system.server.tree
		system.operator.muster("device", "list") # keeps the CRL
		self.home = system.operator.home / "elsewhere"
		shutil.copytree(system.operator.tree, self.home, ignore=shutil.ignore_patterns("authority", "channel"))
		own(self.home, OPERATOR_UID)
		self.conf = (self.home / "client.conf").read_text()

	@contextlib.contextmanager
	def started(self, args, ready, port):
		log = self.where / f"{port}.log"
		child = process.start([*self.network.enter(), *args], log)
		try:
			wait_for(lambda: ready in log.read_text(errors="replace"), 10, f"{args[0]} to be ready")
			yield log
		finally:
			process.end(child)

	@contextlib.contextmanager
	def between(self, mutation, port, keylog=None):
		"""The mutator in front of a port; its port, and its log."""
		own_port = next(self.ports)
		args = [sys.executable, tls_mutator.__file__, "--listen", f"{SERVER}:{own_port}", "--to", f"{SERVER}:{port}", "--mutate",
			mutation, *(["--keylog", keylog] if keylog else [])]
		with self.started(args, "ready", own_port) as log:
			yield own_port, log

	@contextlib.contextmanager
	def openssl_server(self, *args, name="administration", where=None):
		"""s_server with the listener's own certificate; its port, its key log and what it says."""
		port, folder = next(self.ports), where or self.channel / "listeners"
		keylog = self.where / f"{port}.keys"
		words = ["openssl", "s_server", "-accept", f"{SERVER}:{port}", "-cert", folder / f"{name}.crt", "-key",
			 folder / f"{name}.key", "-cert_chain", self.channel / "issuers/server.crt", "-CAfile",
			 self.channel / "issuers/login.crt", "-verify", "3", "-keylogfile", keylog, "-www", *args]
		with self.started(words, "ACCEPT", port) as log:
			yield port, keylog, log

	def muster(self, port, *args, tls12=True):
		"""Our client against a port; how it ended."""
		conf = self.conf.replace(f":{ADMINISTRATION}", f":{port}") + ("tls12: true\n" if tls12 else "")
		(self.home / "client.conf").write_text(conf)
		return self.system.operator.muster("device", "list", "--home", self.home, *args, check=False)

	def openssl_client(self, port, *args, mine=("login.crt", "login.key")):
		"""s_client with the administrator's certificate, or another, or none; how it ended."""
		mine = [w for pair in zip(("-cert", "-key"), mine) for w in (pair[0], self.system.operator.tree / pair[1])]
		return process.run([*self.network.enter(), "openssl", "s_client", "-connect", f"{SERVER}:{port}", "-CAfile",
				    self.channel / "issuers/server.crt", *mine, "-quiet", "-ign_eof", *args],
				   check=False, input=REQUEST, timeout=40)

	def certificate(self, name, **spec):
		return certificates.make(self.system, self.where / f"cert-{next(self.ports)}", name, **spec)

	def refusals(self):
		return self.system.operator.json("records", "--event", "peer-refused")["records"]


@pytest.fixture(scope="module")
def system(enterprise):
	"""The server may speak TLS 1.2: most of the cases are of it."""
	server = enterprise.server
	server.deploy(enterprise.operator.tree / "channel")
	with open(server.tree / "server.conf", "a", encoding="utf-8") as conf:
		conf.write("tls12: true\nfronts: 3\n")
	return enterprise if server.start() else None


@pytest.fixture(scope="module")
def bed(system):
	return Bed(system)


# What the CLI must say when a server, or somebody before it, does that. Rows: case, mutation, TLS version, reason.
FROM_SERVER = [
	("T-3", "suite-rsa", 2, "wrong certificate type"),
	("T-4", "suite-null", 2, "wrong cipher returned"),
	("T-4", "suite-anonymous", 2, "wrong cipher returned"),
	("T-4", "suite-rc4", 2, "unknown cipher returned"),
	("T-4", "suite-3des", 2, "unknown cipher returned"),
	("T-4", "suite-not-offered", 2, "wrong cipher returned"),
	("T-4", "suite-not-offered-13", 3, "wrong cipher returned"),
	("T-5a", "server-version-0306", 2, "unsupported protocol"),
	("T-5a", "server-version-0302", 2, "unsupported protocol"),
	("T-5a", "server-selected-0306", 3, "bad protocol version number"),
	("T-5a", "server-selected-0302", 3, "bad protocol version number"),
	("T-5b", "server-random", 2, "bad signature"),
	("T-5b", "server-random", 3, "bad record mac"),
	("T-5b", "key-exchange-signature", 2, "bad signature"),
	("T-5b", "server-finished-sealed", 2, "bad record mac"),
	("T-5b", "server-finished", 3, "digest check failed"),
	("T-5b", "server-random-after-ccs", 2, "bad record mac"),
	("T-5b", "server-verify-signature", 3, "bad signature"),
	("T-5b", "server-verify-missing", 3, "unexpected message"),
	("T-5b", "server-ccs", 2, "bad change cipher spec"),
	("T-5b", "server-ccs", 3, "invalid ccs message"),
	("T-5b", "server-ccs-missing", 2, "unexpected message"),
	("T-5b", "server-session", 3, "invalid session id"),
	("T-5b", "server-compression", 2, "compression disabled"),
	("T-5b", "server-compression", 3, "invalid compression algorithm"),
	("T-5b", "server-extension", 3, "unsolicited extension"),
	("T-5c", "server-finished-plain", 2, "bad record mac"),
	("T-5c", "server-after-finished-plain", 3, "bad record"),
	("T-6", "key-exchange-curve", 2, "wrong curve"),
	("T-6", "group-13", 3, "bad key share"),
	("T-7", "key-exchange-algorithm", 2, "wrong signature type"),
	("T-7", "server-verify-algorithm", 3, "wrong signature type"),
	("T-11", "request-authorities", 2, "alert decrypt error"),
	("T-13", "server-renegotiation", 2, "renegotiation"),
	("T-13", "server-no-renegotiation", 2, "unsafe legacy renegotiation disabled"),
	("T-14", "server-certificate-empty", 2, "length mismatch"),
	("T-14", "server-certificate-empty-13", 3, "length mismatch"),
	("T-14", "server-certificate-garbage", 2, "length mismatch"),
	("T-14", "server-certificate-garbage", 3, "length mismatch"),
	("T-14", "server-certificate-truncated", 2, "wrong version number"),
]


@pytest.mark.parametrize("case, mutation, version, reason", FROM_SERVER)
def test_a_client_of_ours_ends_it(bed, case, mutation, version, reason):
	only = ["-tls1_2", "-cipher", SUITE_12] if version == 2 else ["-tls1_3", "-ciphersuites", SUITE_13]
	with bed.openssl_server(*only) as (port, keylog, log), bed.between(mutation, port, keylog) as (middle, told):
		done = bed.muster(middle)
		assert "mutated" in told.read_text(), done.stderr + told.read_text() + log.read_text()
		assert done.returncode != 0 and "TLS" in done.stderr and reason in done.stderr, done.stderr
		assert "GET /" not in log.read_text()


# What the server must record when a client, or somebody before it, does that.
FROM_CLIENT = [
	("V-2", "client-suite-null", 2, "no shared cipher"),
	("V-3", "client-key-type", 2, "length mismatch"),
	("V-4", "client-random", 2, "alert decrypt error"),
	("V-4", "client-random", 3, "alert bad record mac"),
	("V-4", "client-verify-signature", 2, "bad signature"),
	("V-4", "client-verify-signature", 3, "bad signature"),
	("V-4", "client-finished-sealed", 2, "bad record mac"),
	("V-4", "client-finished-plain", 2, "bad record mac"),
	("V-4", "client-finished", 3, "digest check failed"),
	("V-4", "client-ccs", 2, "bad change cipher spec"),
	("V-4", "client-ccs-missing", 2, "unexpected message"),
	("V-4", "client-compression", 3, "compression"),
	("V-5", "client-ssl2", 2, "unknown protocol"),
	("V-5", "client-version-0300", 2, "version too low"),
	("V-5", "client-version-0301", 2, "unsupported protocol"),
	("V-5", "client-version-0302", 2, "unsupported protocol"),
	("V-6", "client-certificate-missing", 2, "unexpected message"),
	("V-6", "client-certificate-missing", 3, "unexpected message"),
	("V-6", "client-certificate-flip", 2, "signature of certificate 0"),
	("V-6", "client-certificate-flip", 3, "signature of certificate 0"),
	("V-6", "client-verify-missing", 2, "unexpected message"),
	("V-6", "client-verify-missing", 3, "unexpected message"),
	("V-6", "client-verify-algorithm", 2, "wrong signature type"),
	("V-6", "client-verify-algorithm", 3, "wrong signature type"),
	("V-9", "client-renegotiation", 2, "renegotiation"),
]


@pytest.mark.parametrize("case, mutation, version, reason", FROM_CLIENT)
def test_our_server_ends_it(bed, case, mutation, version, reason):
	keylog = bed.where / f"{mutation}-{version}.keys"
	only = ["-tls1_2", "-cipher", SUITE_12] if version == 2 else ["-tls1_3", "-ciphersuites", SUITE_13]
	before = len(bed.refusals())
	with bed.between(mutation, ADMINISTRATION, keylog) as (middle, told):
		done = bed.openssl_client(middle, *only, "-keylogfile", keylog)
		assert "mutated" in told.read_text()
	assert "HTTP/1.1" not in done.stdout
	rows = wait_for(lambda: bed.refusals()[before:], 5, "the record")
	assert reason in rows[0]["text"], rows[0]["text"]


@pytest.mark.parametrize("version", [2, 3])
def test_an_untouched_handshake_is_good_both_ways(bed, version):
	"""T-1, V-1: what is refused elsewhere here is so for the one thing that was changed."""
	only = ["-tls1_2", "-cipher", SUITE_12] if version == 2 else ["-tls1_3", "-ciphersuites", SUITE_13]
	with bed.openssl_server(*only) as (port, _, _), bed.between("nothing", port) as (middle, _):
		assert "not a reply of HTTP/1.1" in bed.muster(middle).stderr # but of 1.0, and read
	with bed.between("nothing", ADMINISTRATION) as (middle, _):
		assert "HTTP/1.1" in bed.openssl_client(middle, *only).stdout
		assert bed.muster(middle).returncode == 0


def test_a_downgrade_is_seen(bed):
	"""T-16: both ends can do TLS 1.3, somebody between says otherwise, and the server's random tells the client."""
	with bed.between("client-no-versions", ADMINISTRATION) as (middle, told):
		done = bed.muster(middle)
		assert "mutated" in told.read_text()
	assert done.returncode != 0 and "inappropriate fallback" in done.stderr, done.stderr


# ---- certificates ----

# What a server presents to a client that connects to an address and wants HOST. Nothing: it is good.
SERVERS = [
	("T-2", {"san": f"DNS:{HOST}"}, ""),
	("T-2", {"san": f"DNS:{HOST}", "eku": None}, "cert-purpose"),
	("T-2", {"san": f"DNS:{HOST}", "eku": "clientAuth"}, "cert-purpose"),
	("T-2", {"san": f"DNS:{HOST}", "eku": "anyExtendedKeyUsage"}, "cert-purpose"),
	("T-8.1", {"cn": "other.example.test"}, "cert-name"),
	("T-8.2", {"san": "DNS:other.example.test"}, "cert-name"),
	("T-8.2", {"san": f"IP:{SERVER}"}, "cert-name"),
	("T-8.2", {"san": f"URI:https://{HOST}/"}, "cert-name"),
	("T-8.2", {"san": f"email:root@{HOST}"}, "cert-name"),
	("T-8.3", {}, "cert-name"),
	("T-8.4", {"cn": "other.example.test", "san": f"DNS:{HOST}"}, ""),
	("T-8.5a", {"san": "DNS:mdm.*.test"}, "cert-name"),
	("T-8.5b", {"san": "DNS:*.example.test"}, "cert-name"),
	("T-8.5c", {"san": "DNS:*.test"}, "cert-name"),
	("T-8.5d", {"san": "DNS:*"}, "cert-name"),
	("T-8.6", {"san": f"otherName:1.3.6.1.5.5.7.8.7;IA5STRING:_https.{HOST}"}, "cert-name"),
	("T-9", {"san": f"DNS:{HOST}", "issuer": "impostor-server"}, "cert-untrusted"),
	("T-9", {"san": f"DNS:{HOST}", "issuer": "device"}, "cert-untrusted"),
]


@pytest.mark.parametrize("case, spec, reason", SERVERS)
def test_what_our_client_takes_for_its_server(bed, case, spec, reason):
	"""The reference identifier is HOST, whatever the address that is connected to."""
	folder = bed.certificate("administration", **spec)
	with bed.openssl_server("-tls1_3", where=folder) as (port, _, _):
		error = json.loads(bed.muster(port, "--json", tls12=False).stdout)["error"]
	assert error["reason"] == reason if reason else "not a reply of HTTP/1.1" in error["message"], error


# What a client presents to the administration listener.
CLIENTS = [
	("V-6", {}, "unauthorized"),
	("V-6", {"eku": None}, "cert-purpose"),
	("V-6", {"eku": "serverAuth"}, "cert-purpose"),
	("V-6", {"issuer": "device"}, "cert-untrusted"),
	("V-6", {"issuer": "impostor-login"}, "cert-untrusted"),
]


@pytest.mark.parametrize("case, spec, reason", CLIENTS)
def test_whom_our_server_lets_in(bed, case, spec, reason):
	folder = bed.certificate("client", **{"cn": "ada", "issuer": "login", "eku": "clientAuth"} | spec)
	before = len(bed.refusals())
	done = bed.openssl_client(ADMINISTRATION, mine=(folder / "client.crt", folder / "client.key"))
	if not spec: # a good certificate of nobody that the server knows
		assert "HTTP/1.1 40" in done.stdout, done
		return
	assert "HTTP/1.1" not in done.stdout
	rows = wait_for(lambda: bed.refusals()[before:], 5, "the record")
	assert rows[0]["reason"] == reason, rows[0]


def test_nobody_comes_in_without_a_certificate(bed):
	"""V-6: an empty Certificate message."""
	before = len(bed.refusals())
	assert "HTTP/1.1" not in bed.openssl_client(ADMINISTRATION, mine=()).stdout
	rows = wait_for(lambda: bed.refusals()[before:], 5, "the record")
	assert "did not return a certificate" in rows[0]["text"], rows[0]


# ---- another TLS ----

PRIORITY = "NONE:+VERS-TLS{version}:+{cipher}:+AEAD:+SIGN-ALL:+COMP-NULL:+GROUP-{group}{exchange}"
GNUTLS = [("1.3", cipher, "SECP256R1") for cipher in ("AES-128-GCM", "AES-256-GCM", "CHACHA20-POLY1305")]
GNUTLS += [("1.3", "AES-128-GCM", "X25519"), ("1.2", "AES-128-GCM", "SECP256R1"), ("1.2", "AES-256-GCM", "SECP256R1")]
GNUTLS_BAD = [("1.2", "CHACHA20-POLY1305", "X25519"), ("1.2", "AES-128-CCM", "X25519"), ("1.3", "AES-128-CCM", "X25519"),
	      ("1.3", "AES-128-GCM", "SECP521R1"), ("1.1", "AES-128-CBC", "X25519")]


def priority(version, cipher, group):
	text = PRIORITY.format(version=version, cipher=cipher, group=group, exchange="" if version == "1.3" else ":+ECDHE-ECDSA")
	return text + (":+SHA1" if version == "1.1" else "")


def gnutls_client(bed, *offer):
	tree = bed.system.operator.tree
	return process.run([*bed.network.enter(), "gnutls-cli", SERVER, "-p", ADMINISTRATION, "--verify-hostname", HOST, "--sni-hostname",
			    HOST, "--x509cafile", bed.channel / "issuers/server.crt", "--x509certfile", tree / "login.crt",
			    "--x509keyfile", tree / "login.key", "--priority", priority(*offer)], check=False, input=REQUEST)


@pytest.mark.parametrize("version, cipher, group", GNUTLS)
def test_gnutls_speaks_with_our_server(bed, version, cipher, group):
	"""T-12, V-1, V-8: every suite and group, by another implementation."""
	done = gnutls_client(bed, version, cipher, group)
	assert f"TLS{version}" in done.stdout and cipher in done.stdout and group in done.stdout, done
	assert "HTTP/1.1 200" in done.stdout, done


@pytest.mark.parametrize("version, cipher, group", GNUTLS_BAD)
def test_our_server_refuses_what_is_not_claimed(bed, version, cipher, group):
	"""V-2, V-5, V-8"""
	before = len(bed.refusals())
	assert "HTTP/1.1" not in gnutls_client(bed, version, cipher, group).stdout
	rows = wait_for(lambda: bed.refusals()[before:], 5, "the record")
	assert any(why in rows[0]["text"] for why in ("no shared cipher", "no suitable key share", "unsupported protocol")), rows[0]


@contextlib.contextmanager
def gnutls_server(bed, *offer):
	port, folder = next(bed.ports), bed.channel / "listeners"
	chain = bed.where / f"{port}.chain"
	chain.write_text((folder / "administration.crt").read_text() + (bed.channel / "issuers/server.crt").read_text())
	words = ["gnutls-serv", "--http", "-p", port, "--x509certfile", chain, "--x509keyfile", folder / "administration.key",
		 "--x509cafile", bed.channel / "issuers/login.crt", "--require-client-cert", "--priority", priority(*offer)]
	with bed.started(words, "done", port):
		yield port


@pytest.mark.parametrize("version, cipher, group", GNUTLS)
def test_our_client_speaks_with_gnutls(bed, version, cipher, group):
	"""T-1, T-12"""
	with gnutls_server(bed, version, cipher, group) as port:
		assert "not a reply of HTTP/1.1" in bed.muster(port).stderr


@pytest.mark.parametrize("version, cipher, group", GNUTLS_BAD)
def test_our_client_refuses_what_is_not_claimed(bed, version, cipher, group):
	"""T-4, T-5a, T-6"""
	with gnutls_server(bed, version, cipher, group) as port:
		done = bed.muster(port)
	assert done.returncode != 0 and "TLS: " in done.stderr and "alert" in done.stderr, done.stderr


# ---- resumption ----

def session(bed, port, *args):
	"""A request by s_client, without -quiet: what it says of the handshake."""
	tree = bed.system.operator.tree
	done = process.run([*bed.network.enter(), "openssl", "s_client", "-connect", f"{SERVER}:{port}", "-tls1_3", "-ciphersuites",
			    SUITE_13, "-ign_eof", "-cert", tree / "login.crt", "-key", tree / "login.key", *args],
			   check=False, input=REQUEST, timeout=40)
	# The line stands once for the handshake; the report of a ticket that came later has its own.
	kind = next((l.split(",")[0] for l in done.stdout.splitlines() if l.startswith(("New,", "Reused,"))), "none")
	return kind, "HTTP/1.1 200" in done.stdout


def test_a_session_is_resumed_by_any_front_and_once(bed):
	"""FCS_TLSS_EXT.1: the fronts share one cache; a ticket is used once, and brings the next one and the same identity."""
	fronts = [p for p in process.descendants(bed.system.server.process.pid) if process.cmdline(p) == "muster-server-front"]
	assert len(fronts) > 1
	assert session(bed, ADMINISTRATION, "-sess_out", bed.where / "s0") == ("New", True)
	for i in range(8): # whichever front takes it: the kernel chooses
		shown = ["-sess_in", bed.where / f"s{i}", "-sess_out", bed.where / f"s{i + 1}"]
		assert session(bed, ADMINISTRATION, *shown) == ("Reused", True), i
	assert session(bed, ADMINISTRATION, "-sess_in", bed.where / "s3") == ("New", True)


def test_no_early_data_is_offered(bed):
	"""FCS_TLSS_EXT.1: no ticket allows it."""
	session(bed, ADMINISTRATION, "-sess_out", bed.where / "early")
	text = process.run(["openssl", "sess_id", "-in", bed.where / "early", "-noout", "-text"]).stdout
	assert "Max Early Data: 0" in text


def test_nothing_is_resumed_after_a_fatal_alert(bed):
	"""V-4: the session of a handshake that failed is gone."""
	assert session(bed, ADMINISTRATION, "-sess_out", bed.where / "fatal") == ("New", True)
	keylog = bed.where / "fatal.keys"
	with bed.between("client-finished", ADMINISTRATION, keylog) as (middle, told):
		assert not session(bed, middle, "-sess_in", bed.where / "fatal", "-keylogfile", keylog)[1]
		assert "mutated" in told.read_text()
	assert session(bed, ADMINISTRATION, "-sess_in", bed.where / "fatal") == ("New", True)


def test_a_ticket_is_good_at_its_own_listener_alone(bed):
	"""V-6: who was let in at one listener is judged anew at another, where a login is nobody."""
	assert session(bed, ADMINISTRATION, "-sess_out", bed.where / "here") == ("New", True)
	before = len(bed.refusals())
	kind, good = session(bed, 8443, "-sess_in", bed.where / "here")
	assert kind != "Reused" and not good
	rows = wait_for(lambda: bed.refusals()[before:], 5, "the record")
	assert rows[0]["reason"] == "cert-untrusted"


# ---- status ----

@pytest.mark.parametrize("port", [8443, 8444, ADMINISTRATION])
def test_every_listener_staples_its_status(bed, port):
	"""X-15, FIA_X509_EXT.1: by the server's issuer, good, and verified by another implementation."""
	def stapled():
		done = process.run([*bed.network.enter(), "openssl", "s_client", "-connect", f"{SERVER}:{port}", "-status", "-CAfile",
				    bed.channel / "issuers/server.crt"], check=False)
		return "Cert Status: good" in done.stdout and done.stdout
	assert "OCSP Response Status: successful" in wait_for(stapled, 10, "a stapled response")
	tree = bed.system.operator.tree
	done = process.run([*bed.network.enter(), "gnutls-cli", SERVER, "-p", port, "--verify-hostname", HOST, "--x509cafile",
			    bed.channel / "issuers/server.crt", "--save-ocsp", bed.where / f"{port}.ocsp", "--x509certfile",
			    tree / "login.crt", "--x509keyfile", tree / "login.key"], check=False)
	assert "Status: The certificate is trusted" in done.stdout, done.stdout
	told = process.run(["openssl", "ocsp", "-respin", bed.where / f"{port}.ocsp", "-noverify", "-text"]).stdout
	assert "Cert Status: good" in told and "Next Update" in told


# ---- reloading ----

def test_a_certificate_is_renewed_under_open_connections(bed):
	"""FCS_TLSS_EXT.1: SIGHUP; who is there stays, who comes meets the new certificate."""
	held = bed.where / "held.log"
	tree = bed.system.operator.tree
	serial = ["openssl", "x509", "-noout", "-serial", "-in"]
	before = process.run([*serial, bed.channel / "listeners/administration.crt"]).stdout
	program = [*bed.network.enter(), sys.executable, "-c", f"""
import socket, ssl, sys, time
c = ssl.create_default_context(cafile="{bed.channel / "issuers/server.crt"}")
c.load_cert_chain("{tree / "login.crt"}", "{tree / "login.key"}")
s = c.wrap_socket(socket.create_connection(("{SERVER}", {ADMINISTRATION})), server_hostname="{HOST}")
ask = b"GET /api/v1/whoami HTTP/1.1\\r\\nHost: {HOST}\\r\\n\\r\\n"
s.sendall(ask)
print("first", s.recv(4000)[:12], flush=True)
sys.stdin.readline()
s.sendall(ask)
print("second", s.recv(4000)[:12], flush=True)
"""]
	with open(held, "wb") as out, subprocess.Popen([str(w) for w in program], stdin=subprocess.PIPE, stdout=out, stderr=out) as open_one:
		wait_for(lambda: "first" in held.read_text(), 10, "the first answer")
		folder = bed.certificate("administration", san=f"DNS:{HOST}")
		for name in ("administration.crt", "administration.key"):
			shutil.copyfile(folder / name, bed.channel / "listeners" / name)
		bed.system.server.process.send_signal(signal.SIGHUP)

		def presented():
			done = process.run([*bed.network.enter(), "openssl", "s_client", "-connect", f"{SERVER}:{ADMINISTRATION}"], check=False)
			(bed.where / "presented").write_text(done.stdout)
			return process.run([*serial, bed.where / "presented"], check=False).stdout
		wait_for(lambda: presented() not in ("", before), 10, "the new certificate")
		open_one.communicate(b"\n", timeout=20)
	assert "second b'HTTP/1.1 200" in held.read_text()
	assert bed.system.operator.muster("device", "list").returncode == 0


# ---- patience ----

def test_half_open_handshakes_are_bounded(bed):
	"""FCS_TLSS_EXT.1: who says nothing, or half a hello, hinders nobody, and is put out."""
	script = f"""
import socket
all = [socket.create_connection(("{SERVER}", {ADMINISTRATION})) for _ in range(300)]
for i, s in enumerate(all):
	s.sendall(b"\\x16\\x03\\x01\\x02\\x00\\x01"[:i % 7])
print("open", flush=True)
for s in all:
	s.settimeout(60)
	while s.recv(100):
		pass
print("put out", flush=True)
"""
	with bed.started([sys.executable, "-c", script], "open", next(bed.ports)) as log:
		assert bed.system.operator.muster("device", "list").returncode == 0
		assert "put out" not in log.read_text()
		wait_for(lambda: "put out" in log.read_text(), 60, "the server to close them")
