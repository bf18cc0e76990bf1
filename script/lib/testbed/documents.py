# SPDX-License-Identifier: Apache-2.0
"""Signed documents made with plain openssl, as an administrator without our CLI would make them, or as an attacker
who has what lies on the server. ATTEMPTS lists what must be refused, and for which reason."""
import datetime
import json
import uuid

from . import process


def stamp(seconds=0):
	return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Documents:
	"""Makes documents of one enterprise. `target`: the device's id and enrollment, for commands."""

	def __init__(self, operator, directory, target=None):
		self.operator, self.directory, self.target = operator, directory, target
		self.directory.mkdir(parents=True, exist_ok=True)
		conf = (operator.tree / "client.conf").read_text()
		self.enterprise = next(l.split('"')[1] for l in conf.splitlines() if l.startswith("enterprise:"))
		self.administrator = operator.tree / "authority/signers/ada"
		self.online = operator.tree / "channel/online"

	def policy(self, serial, settings=None, **changed):
		"""The content of a policy; a keyword replaces a key, None removes it."""
		content = {"type": "policy", "enterprise": self.enterprise, "id": str(uuid.uuid4()), "stream": "default",
			   "serial": serial, "name": "attempt", "notBefore": stamp(-60), "notAfter": stamp(86400),
			   "settings": settings or {"loginBanner": {"text": "attempt"}}}
		content.update(changed)
		return {k: v for k, v in content.items() if v is not None}

	def command(self, name="message", args=None, **changed):
		device, enrollment = self.target or (str(uuid.uuid4()), str(uuid.uuid4()))
		content = {"type": "command", "enterprise": self.enterprise, "id": str(uuid.uuid4()), "command": name,
			   "args": {"text": "attempt"} if args is None else args, "notBefore": stamp(-60), "notAfter": stamp(3600),
			   "targets": [{"device": device, "enrollment": enrollment}]}
		content.update(changed)
		return content

	def trust(self, **quorum):
		"""The content of the trust document after the first: a second person, of a key that nobody has, and other quorums."""
		first = process.run(["openssl", "cms", "-verify", "-noverify", "-inform", "DER", "-in",
				     self.operator.tree / "authority/trust/1.cms"]).stdout
		content = json.loads(first)
		content.update(id=str(uuid.uuid4()), version=2, issued=stamp(), quorum=dict(content["quorum"], **quorum))
		content["roles"][0]["signers"].append({"key": "b0" * 32, "person": "bob"})
		return content

	def sign(self, content, signer=None, digest="sha384", chain=None):
		"""CMS over a document, by `openssl cms` and a certificate with its key beside it."""
		signer = signer or self.administrator
		text = content if isinstance(content, str) else json.dumps(content, sort_keys=True, separators=(",", ":"))
		(self.directory / "content").write_text(text)
		process.run(["openssl", "cms", "-sign", "-binary", "-nodetach", "-outform", "DER", "-md", digest, "-signer", f"{signer}.crt",
			     "-inkey", f"{signer}.key", "-certfile", chain or self.operator.tree / "authority/root.crt", "-in",
			     self.directory / "content", "-out", self.directory / "signed"])
		return (self.directory / "signed").read_bytes()

	def stranger(self, eku=None):
		"""A signer whom nobody knows: a self-signed certificate and its key."""
		stem = self.directory / "stranger"
		process.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384", "-nodes", "-keyout",
			     f"{stem}.key", "-out", f"{stem}.crt", "-days", "30", "-subj", "/CN=stranger", *(eku or [])])
		return stem


def flip(der, text):
	"""One bit of a document's content, where a text stands in it."""
	at = der.index(text.encode())
	return der[:at] + bytes([der[at] ^ 1]) + der[at + 1:]


# What must be refused: name -> (how it is made from (documents, serial in force), the reason, what it is in words).
ATTEMPTS = {
	"tampered": (lambda d, s: flip(d.sign(d.policy(s + 1)), "attempt"), "signature", "a policy with one bit changed"),
	"older": (lambda d, s: d.sign(d.policy(max(s - 1, 1))), "serial", "a policy with an older serial"),
	"equal": (lambda d, s: d.sign(d.policy(s)), "serial", "another policy with the serial in force"),
	"server-signed": (lambda d, s: d.sign(d.policy(s + 1), d.online), "signer-online",
			  "a policy signed with the key that the server holds"),
	"listener-signed": (lambda d, s: d.sign(d.policy(s + 1), d.operator.tree / "channel/listeners/device"),
			    "cert-untrusted", "a policy signed with the server's TLS key"),
	"unsigned": (lambda d, s: json.dumps(d.policy(s + 1)).encode(), "cms-form", "a policy without a signature"),
	"stranger": (lambda d, s: d.sign(d.policy(s + 1), d.stranger()), "cert-untrusted",
		     "a policy signed by a stranger"),
	"other-enterprise": (lambda d, s: d.sign(d.policy(s + 1, enterprise=str(uuid.uuid4()))), "enterprise",
			     "a policy for another enterprise"),
	"other-stream": (lambda d, s: d.sign(d.policy(s + 1, stream="kiosks")), "audience", "a policy of another stream"),
	"expired": (lambda d, s: d.sign(d.policy(s + 1, notBefore=stamp(-7200), notAfter=stamp(-3600))), "window",
		    "a policy whose time is over"),
	"early": (lambda d, s: d.sign(d.policy(s + 1, notBefore=stamp(3600), notAfter=stamp(7200))), "window",
		  "a policy whose time has not come"),
	"duplicate-key": (lambda d, s: d.sign(json.dumps(d.policy(s + 1))[:-1] + ',"serial":99}'), "json",
			  "a policy that says its serial twice"),
	"unknown-setting": (lambda d, s: d.sign(d.policy(s + 1, {"cameraDisabled": {"x": True}})), "json",
			    "a policy with a setting that nobody knows"),
	"weak-digest": (lambda d, s: d.sign(d.policy(s + 1), digest="sha1"), "cms-algorithm", "a policy signed over SHA-1"),
	"trailing-bytes": (lambda d, s: d.sign(d.policy(s + 1)) + b"\0", "cms-form", "a policy with a byte after its end"),
	"other-device": (lambda d, s: d.sign(d.command(targets=[{"device": str(uuid.uuid4()), "enrollment": str(uuid.uuid4())}])),
			 "audience", "a command for another device"),
	"server-signed-command": (lambda d, s: d.sign(d.command("lock", {}), d.online), "signer-online",
				  "a lock signed with the server's key, which trust does not allow"),
}
