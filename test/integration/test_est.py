# SPDX-License-Identifier: Apache-2.0
"""Enrollment with stock tools alone: what curl and openssl can do, any EST client can (RFC 7030)."""
import base64
import json

import pytest

from testbed import process
from testbed.system import HOST

BASE = f"https://{HOST}:8444"
EST = BASE + "/.well-known/est"


class Stock:
	"""A client with nothing of ours."""

	def __init__(self, system, directory):
		self.system, self.directory = system, directory
		self.directory.chmod(0o755)
		self.anchor = system.operator.tree / "channel/issuers/server.crt"

	def openssl(self, *args, **kw):
		return process.run(["openssl", *args], cwd=self.directory, **kw).stdout

	def curl(self, url, *args, user=None, anchor=None, data=None):
		"""The status and the body; 0 where no HTTP answer came. The secret goes by a file, not an argument."""
		config = self.directory / "curl.conf"
		config.write_text(f'user = "{user}"\n' if user else "")
		out = self.directory / "body"
		out.unlink(missing_ok=True)
		words = ["curl", "-sS", "--tlsv1.3", "--cacert", anchor or self.anchor, "--config", config, "-o", out, "-w", "%{http_code}",
			 *args, url]
		if data is not None:
			body = self.directory / "request"
			body.write_bytes(data)
			words += ["--data-binary", f"@{body}", "-H", "Content-Type: application/pkcs10"]
		done = process.run([*self.system.network.enter(), *words], check=False)
		return int(done.stdout or 0), out.read_bytes() if out.exists() else b""

	def request(self, name, *extra):
		"""A key, and a PKCS#10 by it, as EST wants it: base64."""
		self.openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key",
			     "-out", f"{name}.csr", "-outform", "DER", "-subj", f"/CN={name}", *extra)
		self.openssl("base64", "-in", f"{name}.csr", "-out", f"{name}.b64")
		return (self.directory / f"{name}.b64").read_bytes()

	def certificates(self, body):
		"""PKCS#7 certs-only in base64 to PEM, by the decoders that a script has at hand."""
		(self.directory / "answer").write_bytes(body)
		process.run(["sh", "-c", "base64 -d answer >answer.p7"], cwd=self.directory)
		self.openssl("base64", "-d", "-in", "answer", "-out", "again.p7")
		assert (self.directory / "answer.p7").read_bytes() == (self.directory / "again.p7").read_bytes()
		return self.openssl("pkcs7", "-inform", "DER", "-in", "answer.p7", "-print_certs")


@pytest.fixture
def stock(system, tmp_path):
	return Stock(system, tmp_path)


def token(system, *args):
	return json.loads(system.payload(*args))


def credentials(payload):
	return f"{payload['token']}:{payload['secret']}"


def test_cacerts_are_public(stock):
	status, body = stock.curl(EST + "/cacerts")
	assert status == 200
	assert "BEGIN CERTIFICATE" in stock.certificates(body)


def test_csrattrs_are_answered(stock):
	status, _ = stock.curl(EST + "/csrattrs")
	assert status in (200, 204)


def test_s_enr_1_a_stock_client_enrolls(system, stock):
	payload = token(system)
	csr = stock.request("stock-device")
	status, body = stock.curl(EST + "/simpleenroll", user=credentials(payload), data=csr)
	assert status == 200, body
	pem = stock.certificates(body)
	(stock.directory / "leaf.pem").write_text(pem)
	issuer = system.operator.tree / "channel/issuers/device.crt"
	assert "OK" in stock.openssl("verify", "-purpose", "sslclient", "-partial_chain", "-CAfile", issuer, "leaf.pem")
	assert stock.openssl("x509", "-in", "leaf.pem", "-noout", "-pubkey") == \
		stock.openssl("pkey", "-in", "stock-device.key", "-pubout")


def test_s_enr_2_a_repeated_request_gets_the_same_certificate(system, stock):
	payload = token(system)
	csr = stock.request("lost-answer")
	first = stock.curl(EST + "/simpleenroll", user=credentials(payload), data=csr)
	again = stock.curl(EST + "/simpleenroll", user=credentials(payload), data=csr)
	assert first[0] == again[0] == 200
	assert stock.certificates(first[1]) == stock.certificates(again[1])


def test_s_enr_3_a_secret_is_used_once(system, stock):
	payload = token(system)
	assert stock.curl(EST + "/simpleenroll", user=credentials(payload), data=stock.request("one"))[0] == 200
	status, _ = stock.curl(EST + "/simpleenroll", user=credentials(payload), data=stock.request("two"))
	assert status in (401, 403)


def test_s_enr_3_a_wrong_secret_is_refused(system, stock):
	payload = token(system)
	csr = stock.request("wrong")
	assert stock.curl(EST + "/simpleenroll", user=f"{payload['token']}:wrong", data=csr)[0] == 401
	assert stock.curl(EST + "/simpleenroll", data=csr)[0] == 401
	assert stock.curl(EST + "/simpleenroll", user=credentials(payload), data=csr)[0] == 200, "the right one still works"


@pytest.mark.parametrize("what, data", [
	("no base64", b"\xff\xfe not base64 !"),
	("no request", base64.b64encode(b"hello")),
	("empty", b""),
	("too long", base64.b64encode(b"\x30" * 100000)),
], ids=lambda v: v if isinstance(v, str) else "")
def test_a_bad_request_is_refused(system, stock, what, data):
	payload = token(system)
	status, _ = stock.curl(EST + "/simpleenroll", user=credentials(payload), data=data)
	assert 400 <= status < 500, what


def test_a_request_without_proof_of_its_key_is_refused(system, stock):
	payload = token(system)
	der = bytearray(base64.b64decode(stock.request("forged")))
	der[-5] ^= 1
	status, _ = stock.curl(EST + "/simpleenroll", user=credentials(payload), data=base64.b64encode(bytes(der)))
	assert 400 <= status < 500


@pytest.mark.parametrize("port", [8443, 8445])
def test_x_10_the_other_listeners_want_a_certificate(stock, port):
	status, _ = stock.curl(f"https://{HOST}:{port}/")
	assert status == 0


@pytest.mark.parametrize("port", [8443, 8445])
def test_x_10_a_certificate_by_a_stranger_is_refused(stock, port):
	stock.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "rogue.key", "-out",
		      "rogue.pem", "-subj", "/CN=rogue", "-addext", "extendedKeyUsage=clientAuth")
	status, _ = stock.curl(f"https://{HOST}:{port}/", "--cert", stock.directory / "rogue.pem", "--key",
			       stock.directory / "rogue.key")
	assert status == 0


def test_x_10_a_device_certificate_opens_no_administration(system, stock):
	payload = token(system)
	_, body = stock.curl(EST + "/simpleenroll", user=credentials(payload), data=stock.request("device"))
	(stock.directory / "device.pem").write_text(stock.certificates(body))
	status, _ = stock.curl(f"https://{HOST}:8445/api/v1/version", "--cert", stock.directory / "device.pem", "--key",
			       stock.directory / "device.key")
	assert status in (0, 401, 403)


def test_tls_1_2_is_refused(stock):
	done = process.run([*stock.system.network.enter(), "curl", "-sS", "--tls-max", "1.2", "--cacert", stock.anchor,
			    EST + "/cacerts"], check=False)
	assert done.returncode != 0
