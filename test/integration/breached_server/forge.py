# SPDX-License-Identifier: Apache-2.0
"""What can be made with the keys of a server (Forge), and what only the enterprise's people can make (Authority)."""
import base64
import datetime
import hashlib
import json
import uuid

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from testbed import process
from testbed.documents import Documents, stamp

ARC = "2.25.173041519682720203164603306361239638233"
# Purposes of certificates (crypto/purpose.h).
SIGNER, ONLINE, EVIDENCE = (f"{ARC}.{n}" for n in (1, 2, 3))
CLIENT, SERVER, CMC_RA = "1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.28"
EKU = x509.ObjectIdentifier("2.5.29.37")
NOW = datetime.datetime.utcnow
DAY = datetime.timedelta(days=1)


def sha256(data):
	return hashlib.sha256(data).hexdigest()


def spki(cert):
	return sha256(cert.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))


def load(stem):
	"""The certificate and the key of stem.crt and stem.key."""
	return (x509.load_pem_x509_certificate(stem.with_suffix(".crt").read_bytes()),
		serialization.load_pem_private_key(stem.with_suffix(".key").read_bytes(), None))


def der(tag, body):
	"""A DER value."""
	n = len(body)
	length = bytes([n]) if n < 128 else bytes([0x80 | (n.bit_length() + 7) // 8]) + n.to_bytes((n.bit_length() + 7) // 8, "big")
	return bytes([tag]) + length + body


def oid(text):
	"""An object identifier in DER, of any length: the library refuses ours."""
	first, second, *rest = map(int, text.split("."))
	out = b""
	for arc in (first * 40 + second, *rest):
		septets = [arc & 127]
		while arc := arc >> 7:
			septets.append(arc & 127 | 128)
		out += bytes(reversed(septets))
	return der(6, out)


def issue(out, issuer, eku, key=None, start=-DAY, end=30 * DAY, ca=False, names=()):
	"""A certificate with its key at out.crt and out.key; issuer: a stem. key: a public one, and no key is written."""
	own = None if key else ec.generate_private_key(ec.SECP384R1())
	key = key or own.public_key()
	above, above_key = load(issuer)
	usage = x509.KeyUsage(not ca, False, False, False, False, ca, ca, False, False)
	made = (x509.CertificateBuilder().issuer_name(above.subject).subject_name(x509.Name([
		x509.NameAttribute(NameOID.COMMON_NAME, out.name)])).public_key(key).serial_number(x509.random_serial_number())
		.not_valid_before(NOW() + start).not_valid_after(NOW() + end)
		.add_extension(x509.BasicConstraints(ca, None), True).add_extension(usage, True)
		.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), False)
		.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key()), False))
	if eku:
		made = made.add_extension(x509.UnrecognizedExtension(EKU, der(0x30, b"".join(map(oid, eku.split())))), False)
	if names:
		made = made.add_extension(x509.SubjectAlternativeName(names), False)
	cert = made.sign(above_key, hashes.SHA384())
	out.with_suffix(".crt").write_bytes(cert.public_bytes(serialization.Encoding.PEM))
	if own:
		out.with_suffix(".key").write_bytes(own.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
								      serialization.NoEncryption()))
	return out


def crl(issuer, number, revoked=(), start=-DAY / 24, end=90 * DAY, name_of=None):
	"""A revocation list as DER, signed with the key of a stem; name_of: the stem whose name and key id it bears instead."""
	cert, key = load(issuer)
	said = load(name_of)[0] if name_of else cert
	made = (x509.CertificateRevocationListBuilder().issuer_name(said.subject).last_update(NOW() + start)
		.next_update(NOW() + end).add_extension(x509.CRLNumber(number), False)
		.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(said.public_key()), False))
	for other in revoked:
		made = made.add_revoked_certificate(x509.RevokedCertificateBuilder().serial_number(other.serial_number)
						    .revocation_date(NOW()).build())
	return made.sign(key, hashes.SHA384()).public_bytes(serialization.Encoding.DER)


class Forge(Documents):
	"""Somebody with everything of the server. `pki`: the public files, by name. The signers of the people are here too, for
	what they signed once and somebody kept; no attack signs with a key that it names `online` or `issuers` but means a person's."""

	def __init__(self, operator, directory, tree):
		super().__init__(operator, directory)
		self.tree, self.pki = tree, {}
		self.root = operator.tree / "authority/root"
		self.trust_version = 1

	def sign_all(self, content, *signers, digest="sha384", crls=()):
		"""CMS by several signers at once, each a stem."""
		text = content if isinstance(content, (str, bytes)) else json.dumps(content, sort_keys=True, separators=(",", ":"))
		stem = self.directory / uuid.uuid4().hex
		stem.write_bytes(text.encode() if isinstance(text, str) else text)
		words = ["openssl", "cms", "-sign", "-binary", "-nodetach", "-outform", "DER", "-md", digest, "-in", stem, "-out",
			 f"{stem}.cms", "-certfile", self.root.with_suffix(".crt")]
		for signer in signers:
			words += ["-signer", signer.with_suffix(".crt"), "-inkey", signer.with_suffix(".key")]
		process.run(words)
		return (self.directory / f"{stem.name}.cms").read_bytes()

	def head_content(self, nonce, **changed):
		content = {"type": "head", "enterprise": self.enterprise, "id": str(uuid.uuid4()), "device": self.target[0],
			   "time": stamp(), "notAfter": stamp(3600), "nonce": nonce, "trustVersion": self.trust_version}
		content.update(changed)
		return {k: v for k, v in content.items() if v is not None}

	def head(self, nonce, signer=None, **changed):
		return self.sign_all(self.head_content(nonce, **changed), signer or self.online)

	def assignment(self, serial, **changed):
		content = {"type": "assignment", "enterprise": self.enterprise, "id": str(uuid.uuid4()), "serial": serial,
			   "device": self.target[0], "enrollment": self.target[1], "stream": "default", "ownership": "enterprise"}
		content.update(changed)
		return content

	def issuer(self, name):
		return self.tree / "issuers" / name

	def forged(self, name, issuer, eku, **kw):
		"""A certificate of the channel tree's issuers that never should have been."""
		return issue(self.directory / name, self.issuer(issuer), eku, **kw)


class Authority:
	"""The people of the enterprise. Trust 2 makes five of one; trust 3, in force in the end, takes fred away."""

	def __init__(self, forge):
		self.forge, self.directory = forge, forge.directory / "people"
		self.directory.mkdir()
		self.ada, self.root, self.crl_number = forge.administrator, forge.root, 1
		for name in ("ada2", "ben", "fred", "gus", "online2"):
			issue(self.directory / name, self.root, ONLINE if name == "online2" else SIGNER)
		issue(self.directory / "late", self.root, SIGNER, start=-30 * DAY, end=-DAY)
		first = process.run(["openssl", "cms", "-verify", "-noverify", "-inform", "DER", "-in",
				     forge.operator.tree / "authority/trust/1.cms"]).stdout
		self.first = json.loads(first)

	def person(self, name):
		return self.directory / name

	def new_crl(self, revoked=(), **kw):
		"""The authority's next revocation list; it stands at /pki from now on."""
		self.crl_number += 1
		made = crl(self.root, self.crl_number, [load(r)[0] for r in revoked], **kw)
		self.forge.pki["authority.crl"] = made
		return made

	def trust_content(self, version, **changed):
		people = {"ada": ["ada", "ada2"], "ben": ["ben"], "gus": ["gus"], "late": ["late"]}
		if version == 2:
			people["fred"] = ["fred"]
		signers = [{"key": spki(load(self.ada if key == "ada" else self.person(key))[0]), "person": name}
			   for name, keys in people.items() for key in keys]
		content = {**self.first, "version": version, "id": str(uuid.uuid4()), "issued": stamp(),
			   "roles": [{"name": "administrators", "signers": signers}],
			   "quorum": {**self.first["quorum"], **{k: min(version - 1, 2) for k in ("destructive", "code", "authority")}}}
		content.update(changed)
		return content

	def trust(self, version, *signers, **changed):
		return self.forge.sign_all(self.trust_content(version, **changed), *(signers or (self.ada, self.person("ben"))))

	def anchor(self, stem):
		return {"certificate": base64.b64encode(load(stem)[0].public_bytes(serialization.Encoding.DER)).decode()}
