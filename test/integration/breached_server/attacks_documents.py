# SPDX-License-Identifier: Apache-2.0
"""Documents that the breached server signs, forges, keeps or replays: commands, policies, assignments, trust."""
import json
import uuid

from attack import Attack, SERVER, document, table
from forge import CLIENT, DAY, EVIDENCE, ONLINE, SIGNER, crl, der, issue
from scene import WEAK
from testbed.documents import flip, stamp


def signed(content, *signers):
	"""A maker: the document that content(scene) says, signed by the signers: functions of a scene, to a stem."""
	return lambda s: s.forge.sign_all(content(s), *[signer(s) for signer in signers])


def order(name, args=None, **changed):
	return lambda s: s.command(name, args, **changed)


def weak(ahead=1, **changed):
	"""A policy that would weaken the one in force; ahead: by how many serials it is newer."""
	return lambda s: s.policy(s.serial + ahead, WEAK, **changed)


def ada(s):
	return s.people.ada


def person(name):
	return lambda s: s.people.person(name)


def online(s):
	return s.forge.online


def listener(s):
	return s.forge.tree / "listeners/device"


def forged(issuer, eku, **kw):
	return lambda s: s.forge.forged(f"forged-{uuid.uuid4().hex[:6]}", issuer, eku, **kw)


def self_made(s):
	return s.forge.stranger(["-addext", "extendedKeyUsage=2.25.173041519682720203164603306361239638233.1", "-addext", "keyUsage=digitalSignature"])


LOCKED_OUT = {"failedAuthentication": {"maximumFailedAttempts": 1}}

COMMANDS = table("Commands by keys that a server holds", """\
What takes the device out of management or interrupts its user needs people. No key of the channel tree is a person's, whatever
certificate the tree's issuers make for it.""")
COMMANDS += [
	document("unenroll-signed-by-online-key", "signs `unenroll` with the online key", "signer-online", "command",
		 signed(order("unenroll"), online)),
	document("unenroll-signed-by-listener-key", "signs `unenroll` with a listener's key", "cert-untrusted", "command",
		 signed(order("unenroll"), listener)),
	document("unenroll-signed-by-forged-device", "signs `unenroll` with a device certificate that it issued", "cert-untrusted", "command",
		 signed(order("unenroll"), forged("device", CLIENT))),
	document("unenroll-signed-by-forged-login", "signs `unenroll` with an administrator's login certificate that it issued",
		 "cert-untrusted", "command", signed(order("unenroll"), forged("login", CLIENT))),
	document("unenroll-signed-by-forged-signer", "issues a signing certificate from the device issuer, and signs `unenroll` with it",
		 "cert-untrusted", "command", signed(order("unenroll"), forged("device", SIGNER))),
	document("unenroll-signed-by-self-made-root", "signs `unenroll` with a signing certificate of its own making", "cert-untrusted", "command",
		 signed(order("unenroll"), self_made)),
	document("unenroll-by-one-person-and-online-key", "adds the online key's signature to the one of two that it has", "signer-online", "command",
		 signed(order("unenroll"), ada, online)),
	document("wipe-signed-by-online-key", "signs `wipe` with the online key", "json", "command", signed(order("wipe"), online)),
	document("lock-signed-by-online-key", "signs `lock`, which `trust` does not list for it, with the online key", "signer-online", "command",
		 signed(order("lock"), online)),
	document("reboot-signed-by-online-key", "signs `reboot` with the online key", "signer-online", "command", signed(order("reboot"), online)),
	document("message-signed-by-online-key", "signs `message` with the online key", "signer-online", "command",
		 signed(order("message", {"text": "Your device is broken. Call +1 555 0100."}), online)),
]

CAPTURED = table("Captured, cancelled and late commands", """\
Documents that people did sign, for another time, another device, another enrollment, or once.""")


def cancel_first(s):
	"""A head calls the command off before it is delivered."""
	content = s.command("query")
	s.attack()
	s.believed_head(cancelled=[content["id"]])
	return s.refused("command", s.forge.sign_all(content, s.people.ada))


def other_device(**target):
	def make(s):
		device, enrollment = s.forge.target
		return s.command("query", targets=[{"device": device, "enrollment": enrollment, **target}])
	return make


CAPTURED += [
	document("command-again", "delivers a command again that was carried out", "replay", "command", lambda s: s.kept["command"]),
	document("command-for-another-device", "delivers a command that was signed for another device", "audience", "command",
		 signed(other_device(device=str(uuid.uuid4())), ada)),
	document("command-for-another-enrollment", "delivers a command of the device's last enrollment", "audience", "command",
		 signed(other_device(enrollment=str(uuid.uuid4())), ada)),
	Attack("command-after-cancel", SERVER, "delivers a command that a head has called off", "cancelled",
	       cancel_first),
	document("command-after-window", "holds a command back until its time is over", "window", "command",
		 signed(lambda s: s.command("reboot", notBefore=stamp(-7200), notAfter=stamp(-3600)), ada)),
	document("command-before-window", "delivers a command before its time", "window", "command",
		 signed(lambda s: s.command("reboot", notBefore=stamp(3600), notAfter=stamp(7200)), ada)),
	document("destructive-from-the-drawer", "keeps a destructive command that lives longer than a day", "window", "command",
		 signed(order("unenroll", notAfter=stamp(40 * 86400)), ada, person("ben"))),
	document("destructive-by-one-person", "delivers `unenroll` by one of the two persons that `trust` wants", "quorum", "command",
		 signed(order("unenroll"), ada)),
	document("destructive-by-one-person-twice", "delivers `unenroll` signed with two keys of one person", "quorum", "command",
		 signed(order("unenroll"), ada, person("ada2"))),
	document("command-with-a-bit-changed", "makes a signed `query` another command by changing its bytes", "signature", "command",
		 lambda s: flip(s.forge.sign_all(s.command("query"), s.people.ada), "query")),
	document("command-named-crl", "says that a command is a revocation list", "type", "crl",
		 lambda s: s.forge.pki["authority.crl"]),
	document("command-as-policy", "says that a command is a policy", "type", "policy", signed(order("query"), ada)),
]

POLICIES = table("Policies", """\
A policy is the enterprise's only where its people signed it, newer than the one in force, for the device's stream, in its time.""")


def old_crl_inside(s):
	"""A policy by gus, with the revocation list of before gus was revoked in it."""
	old = crl(s.people.root, 1, start=-DAY, end=30 * DAY)
	return with_crls(s, weak()(s), [s.people.person("gus")], old)


def forged_crl_inside(s):
	"""The same with a list in the root's name by a key of the server."""
	return with_crls(s, weak()(s), [s.people.person("gus")], crl(s.forge.issuer("device"), 2 ** 62, name_of=s.people.root))


def with_crls(s, content, signers, *lists):
	"""CMS with revocation lists in it: put among the certificates, as RFC 5652 5.1 has them."""
	return add_crls(s.forge.sign_all(content, *signers), lists)


def parts(data):
	"""The values of a DER sequence's content, each whole."""
	at = 0
	while at < len(data):
		n, head = data[at + 1], 2
		if n >= 128:
			head += n & 127
			n = int.from_bytes(data[at + 2:at + head], "big")
		yield data[at:at + head + n]
		at += head + n


def inner(value):
	return value[2 + (value[1] & 127 if value[1] >= 128 else 0):]


def add_crls(cms, lists):
	kind, explicit = parts(inner(cms))
	fields = list(parts(inner(inner(explicit))))
	at = next(i for i, f in enumerate(fields) if f[0] == 0xa0) + 1
	fields.insert(at, der(0xa1, b"".join(lists)))
	return der(0x30, kind + der(0xa0, der(0x30, b"".join(fields))))


def by_removed_key_of_ada(s):
	return issue(s.forge.directory / "lost-key", s.people.root, SIGNER)


def bare_text(content):
	return lambda s: s.forge.sign_all(json.dumps(content(s)).replace('"serial":', '"serial": 1, "serial":', 1), s.people.ada)


POLICIES += [
	document("policy-signed-by-online-key", "signs a weaker policy with the online key", "signer-online", "policy", signed(weak(), online)),
	document("policy-signed-by-listener-key", "signs a weaker policy with a listener's key", "cert-untrusted", "policy", signed(weak(), listener)),
	document("policy-signed-by-forged-signer", "issues itself a signing certificate from the login issuer", "cert-untrusted", "policy",
		 signed(weak(), forged("login", SIGNER))),
	document("policy-signed-by-forged-online", "issues itself an online signer's certificate from the server issuer", "cert-untrusted", "policy",
		 signed(weak(), forged("server", ONLINE))),
	document("policy-unsigned", "takes the signature off", "cms-form", "policy", lambda s: json.dumps(weak()(s)).encode()),
	document("policy-tampered", "changes one bit of a signed policy", "signature", "policy",
		 lambda s: flip(s.forge.sign_all(weak()(s), s.people.ada), "pwned")),
	document("policy-again-of-before", "delivers the first policy again", "serial", "policy", lambda s: s.kept["policy 1"]),
	document("policy-older-serial", "delivers a weaker policy that was signed earlier", "serial", "policy", signed(weak(-1), ada)),
	document("policy-equal-serial", "delivers another policy with the serial in force", "serial", "policy", signed(weak(0), ada)),
	document("policy-of-another-stream", "delivers the weaker policy of another stream", "audience", "policy",
		 signed(weak(stream="kiosks"), ada)),
	document("policy-expired", "delivers a policy whose time is over", "window", "policy",
		 signed(weak(notBefore=stamp(-7200), notAfter=stamp(-3600)), ada)),
	document("policy-not-yet", "delivers a policy whose time has not come", "window", "policy",
		 signed(weak(notBefore=stamp(3600), notAfter=stamp(7200)), ada)),
	document("policy-of-another-enterprise", "delivers the policy of another enterprise", "enterprise", "policy",
		 signed(weak(enterprise=str(uuid.uuid4())), ada)),
	document("policy-by-a-removed-person", "delivers what a person signed whom `trust` lists no more", "signer-not-listed", "policy",
		 signed(weak(), person("fred"))),
	document("policy-by-an-unlisted-key", "delivers what a key signed that the authority certified and `trust` does not list", "signer-not-listed",
		 "policy", signed(weak(), by_removed_key_of_ada)),
	document("policy-by-a-revoked-signer", "delivers what a signer signed whose certificate is revoked", "cert-revoked", "policy",
		 signed(weak(), person("gus"))),
	document("policy-by-an-expired-signer", "delivers what a signer signed whose certificate has expired", "cert-expired", "policy",
		 signed(weak(), person("late"))),
	document("policy-by-ada-and-a-revoked-signer", "adds a good signature to a revoked signer's", "cert-revoked", "policy",
		 signed(weak(), ada, person("gus"))),
	document("policy-by-a-revoked-signer-with-the-old-list", "puts the revocation list of before into the document", "cert-revoked", "policy",
		 old_crl_inside),
	document("policy-by-a-revoked-signer-with-a-forged-list", "puts a revocation list in the root's name into it, by the device issuer's key, with a "
		 "number of 2^62", "cert-revoked", "policy", forged_crl_inside),
	document("policy-that-installs-an-authority", "delivers, by one person of two, a policy that adds a certificate authority to the system's store",
		 "quorum", "policy", lambda s: s.forge.sign_all(s.policy(s.serial + 1, {"trustAnchors": {"anchors": [
			 {"name": "evil", "certificate": s.people.anchor(s.forge.issuer("server"))["certificate"]}]}}), s.people.ada)),
	document("policy-that-installs-code", "delivers, by one person of two, a policy that says what the device installs", "quorum", "policy",
		 signed(lambda s: s.policy(s.serial + 1, {"systemUpdate": {"type": "AUTOMATIC"}}), ada)),
	document("policy-that-locks-out", "delivers, by one person of two, a policy that locks an account for good after one wrong password", "quorum", "policy",
		 signed(lambda s: s.policy(s.serial + 1, LOCKED_OUT), ada)),
	document("policy-with-two-serials", "says the serial twice", "json", "policy", bare_text(weak())),
	document("policy-with-an-unknown-setting", "adds a setting that nobody knows", "json", "policy",
		 signed(lambda s: s.policy(s.serial + 1, {**WEAK, "shell": {"run": "id"}}), ada)),
	document("policy-nested-deep", "nests its JSON ten thousand levels deep", "json", "policy",
		 lambda s: s.forge.sign_all('{"type":"policy","settings":' + "[" * 10000 + "]" * 10000 + "}", s.people.ada)),
	document("policy-with-bytes-behind", "puts a byte behind the signed document", "cms-form", "policy",
		 lambda s: s.forge.sign_all(weak()(s), s.people.ada) + b"\0"),
	document("policy-over-sha1", "delivers a signature over SHA-1", "cms-algorithm", "policy",
		 lambda s: s.forge.sign_all(weak()(s), s.people.ada, digest="sha1")),
	document("policy-as-command", "says that a policy is a command", "type", "command", signed(weak(), ada)),
	document("policy-of-no-known-type", "gives the document's type a name that nobody knows", "type", "whatever", signed(weak(), online)),
]

ASSIGNMENTS = table("Assignments", "Which stream a device follows is said by the enterprise, for this device and this enrollment.")
ASSIGNMENTS += [
	document("assignment-signed-by-online-key", "assigns the device to a weaker stream with the online key", "signer-online", "assignment",
		 signed(lambda s: s.forge.assignment(99, stream="kiosks"), online)),
	document("assignment-older", "delivers an assignment of before", "serial", "assignment",
		 signed(lambda s: s.forge.assignment(1, stream="kiosks"), ada)),
	document("assignment-of-another-device", "delivers another device's assignment", "audience", "assignment",
		 signed(lambda s: s.forge.assignment(99, device=str(uuid.uuid4()), stream="kiosks"), ada)),
	document("assignment-of-another-enrollment", "delivers the assignment of the device's last enrollment", "audience", "assignment",
		 signed(lambda s: s.forge.assignment(99, enrollment=str(uuid.uuid4()), stream="kiosks"), ada)),
	document("assignment-to-the-attacker", "says that the device is a person's own, with the online key", "signer-online", "assignment",
		 signed(lambda s: s.forge.assignment(99, ownership="personal"), online)),
]

TRUST = table("Trust", """\
Whom the device believes changes one version at a time, by those who are believed now and by those who will be.""")


def trust(version, *signers, **changed):
	return lambda s: s.people.trust(version, *[signer(s) for signer in signers], **changed)


def take_over(s):
	"""Trust 4 by which the online key is a person's."""
	content = s.people.trust_content(4)
	content["roles"][0]["signers"].append({"key": content["online"]["signers"][0]["key"], "person": "mallory"})
	content["online"] = {"signers": [], "may": []}
	content["quorum"] = {k: 1 for k in content["quorum"]}
	return s.forge.sign_all(content, s.forge.online)


def by_the_next_quorum(s):
	"""Trust 4 whose signers are all new, and have all signed."""
	content = s.people.trust_content(4)
	content["roles"][0]["signers"] = [r for r in s.people.trust_content(2)["roles"][0]["signers"] if r["person"] == "fred"]
	content["quorum"] = {k: 1 for k in content["quorum"]}
	return s.forge.sign_all(content, s.people.person("fred"))


def other_root(s):
	"""Trust 4 with a root of the attacker's, by ada alone."""
	stem = s.forge.stranger()
	return s.people.trust(4, s.people.ada, anchors=[s.people.anchor(s.people.root), s.people.anchor(stem)])


def without_those_who_take_over(s):
	content = s.people.trust_content(4)
	content["roles"][0]["signers"] = [x for x in content["roles"][0]["signers"] if x["person"] not in ("ada", "ben")]
	return s.forge.sign_all(content, s.people.ada, s.people.person("ben"))


def fork(s):
	return s.people.trust(3, s.people.ada, s.people.person("ben"), maxTargets=7)


TRUST += [
	document("trust-signed-by-online-key", "makes itself a person with a trust document of its own", "signer-online", "trust", take_over),
	document("trust-by-the-next-quorum-only", "delivers a trust document that only those have signed who would take over", "signer-not-listed",
		 "trust", by_the_next_quorum),
	document("trust-by-the-last-quorum-only", "delivers one that none of those have signed who would take over", "quorum", "trust",
		 without_those_who_take_over),
	document("trust-by-one-of-two", "delivers one by one person of two", "quorum", "trust", trust(4, ada)),
	document("trust-by-one-person-twice", "delivers one by two keys of one person", "quorum", "trust",
		 trust(4, ada, person("ada2"))),
	document("trust-another-root", "delivers one that adds a root, by one person of two", "quorum", "trust", other_root),
	document("trust-skips-a-version", "delivers version 5 where 4 must follow", "version", "trust", trust(5, ada, person("ben"))),
	document("trust-rollback", "delivers another version 2", "version", "trust",
		 lambda s: s.people.trust(2, s.people.ada, s.people.person("ben"))),
	document("trust-first-again", "delivers another first version, by the first quorum", "version", "trust",
		 lambda s: s.forge.sign_all({**s.people.first, "id": str(uuid.uuid4())}, s.people.ada)),
	document("trust-fork", "delivers another version 3 than the one in force", "version", "trust", fork),
	document("trust-of-another-enterprise", "delivers the trust of another enterprise", "enterprise", "trust",
		 lambda s: s.people.trust(4, s.people.ada, s.people.person("ben"), enterprise=str(uuid.uuid4()))),
	document("trust-by-an-authority-certificate-of-the-wrong-use", "delivers one signed with an evidence certificate of the authority", "cert-purpose",
		 "trust", lambda s: s.people.trust(4, issue(s.forge.directory / "evidence", s.people.root, EVIDENCE))),
]
