# SPDX-License-Identifier: Apache-2.0
"""Enrollment at a server that was broken into: the payload in the device's hands came by another way."""
import base64
import json
import uuid

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from attack import Attack, SERVER, table
from attacks_channel import forged
from forge import CLIENT, CMC_RA, DAY, SERVER as SERVER_USE, der, load
from hostile_server import http

ENROLL = "/.well-known/est/simpleenroll"
BOTH = f"{SERVER_USE} {CMC_RA}"

ENROLLMENT = table("Enrollment", """\
The payload names the server's anchor and the first trust by their digests. Until the server is judged, the one-time secret stays at
home; an enrollment that fails leaves nothing.""")


def tries(s, **how):
	"""A person enrolls the device; what they are told when it fails."""
	s.switch.turn(None)
	s.device.write("/run/payload.json", s.system.payload(), 0o600)
	s.attack(**how)
	done = s.device.run("muster-agent", "enroll", "--yes", "/run/payload.json", check=False)
	assert done.returncode != 0, "the device enrolled"
	assert s.status()["phase"] == "unenrolled"
	assert not s.device.sh("ls /var/lib/muster-agent/keys").stdout.strip(), "keys were kept"
	assert s.event("enrollment-failed")["outcome"] == "failure"
	return s.event("enrollment-failed")


def shows(name, what, reason, make, chain=None):
	"""The hostile server shows a certificate at the enrollment listener."""
	def run(s):
		record = tries(s, listener=make(s), chain=chain and chain(s))
		assert not any(r.path == ENROLL for r in s.hostile.seen), "the secret was told"
		return record["reason"]
	return Attack(name, SERVER, what, reason, run, managed=False)


def answers(name, what, text, make):
	"""The certificate request is answered with something else; make: of (scene, request's public key), to an HTTP body."""
	def run(s):
		def answer(request):
			key = x509.load_der_x509_csr(base64.b64decode(request.body)).public_key()
			return http(200, make(s, key), "application/pkcs7-mime")
		record = tries(s, answers={ENROLL: answer})
		return text if text in record["text"] else record["text"]
	return Attack(name, SERVER, what, text, run, managed=False)


def certs_only(*ders):
	"""A PKCS#7 with certificates alone, in base64 (RFC 7030 4.1.3)."""
	signed_data, data = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
	inside = der(0x30, b"\x02\x01\x01" + der(0x31, b"") + der(0x30, data) + der(0xa0, b"".join(ders)) + der(0x31, b""))
	return base64.encodebytes(der(0x30, signed_data + der(0xa0, inside)))


def issued(s, key, issuer="device", names=None, **kw):
	stem = s.forge.forged(f"issued-{uuid.uuid4().hex[:6]}", issuer, CLIENT, key=key,
			      names=names if names is not None else [x509.UniformResourceIdentifier(f"urn:uuid:{uuid.uuid4()}")], **kw)
	return x509.load_pem_x509_certificate(stem.with_suffix(".crt").read_bytes()).public_bytes(serialization.Encoding.DER)


def another_key(s, _key):
	other = load(s.forge.stranger())[0].public_key()
	return certs_only(issued(s, other))


def another_trust(s):
	"""The enrollment goes well; the first trust is the attacker's."""
	def answer(request):
		key = x509.load_der_x509_csr(base64.b64decode(request.body)).public_key()
		return http(200, certs_only(issued(s, key)), "application/pkcs7-mime")
	evil = s.forge.sign_all(json.dumps({**s.people.first, "id": str(uuid.uuid4())}), s.people.ada)
	return tries(s, answers={ENROLL: answer}, queue=[(1, "trust", str(uuid.uuid4()), evil)])["reason"]


ENROLLMENT += [
	shows("enroll-certificate-of-the-device-issuer", "shows a server certificate that the device issuer made", "cert-untrusted", forged("device", BOTH),
	      lambda s: [s.forge.issuer("device").with_suffix(".crt")]),
	shows("enroll-certificate-without-authority", "shows a server certificate that is not the enrollment's", "cert-purpose",
	      lambda s: s.forge.tree / "listeners/device"),
	shows("enroll-certificate-of-another-name", "shows a certificate for another name", "cert-name", forged("server", BOTH, "evil.test")),
	shows("enroll-certificate-expired", "shows a certificate that has expired", "cert-expired", forged("server", BOTH, start=-9 * DAY, end=-DAY)),
	answers("est-for-another-key", "certifies another key than the device's", "the certificate is for another key", another_key),
	answers("est-for-nobody", "certifies the device's key for nobody", "the certificate names no device",
		lambda s, key: certs_only(issued(s, key, names=[x509.DNSName("device.test")]))),
	answers("est-for-no-id", "certifies it for a name that is no id", "the certificate names no device",
		lambda s, key: certs_only(issued(s, key, names=[x509.UniformResourceIdentifier("urn:uuid:../../etc/passwd")]))),
	answers("est-empty", "answers with no certificate", "a PKCS#7 without certificates", lambda s, key: certs_only()),
	answers("est-garbage", "answers with bytes that are no certificate", "est", lambda s, key: b"!!"),
	Attack("enroll-another-first-trust", SERVER, "gives another first trust, by the first quorum", "digest", another_trust, managed=False),
]
