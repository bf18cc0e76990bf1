# SPDX-License-Identifier: Apache-2.0
"""Heads, time and revocation lists: what the breached server says is newest."""
import uuid

from attack import Attack, SERVER, table
from forge import DAY, ONLINE, crl, load, spki
from hostile_server import http
from testbed.documents import stamp

RECOVERS = "recovers"
CANCELLED = "SELECT count(*) FROM used WHERE cancelled = 1"


def head(name, what, reason, changed, signer=None, **kw):
	"""A check-in answered with a head that says something else; changed, signer: of a Scene."""
	def run(s):
		s.attack()
		s.hostile_head(signer=signer and signer(s), **changed(s))
		return s.refusal(type="head")
	return Attack(name, SERVER, what, reason, run, short=True, **kw)


def checkin(name, what, said, answer):
	"""A check-in answered with something that is no reply: told in the journal. answer: of (scene, request), to bytes."""
	def run(s):
		s.attack()
		s.asked()
		s.hostile.answers["/device/v1/checkin"] = lambda request: answer(s, request)
		s.device.run("muster-agent", "sync")
		return s.said(said) and said
	return Attack(name, SERVER, what, said, run)


def accepted(name, what, do, **kw):
	"""What the online key may say, and what must come to nothing once the honest server is back. do: of a Scene."""
	def run(s):
		s.attack()
		do(s)
		return RECOVERS
	return Attack(name, SERVER, what, RECOVERS, run, **kw)


def nothing(_):
	return {}


HEADS = table("Heads and time", """\
A head answers one check-in of one device, and moves trusted time no further than its signer's certificate and status reach.
"recovers": the online key may say it; with the honest server's next head it is as if it had not been said.""")


def replayed(s):
	kept = s.forge.head(nonce="ab" * 32)
	return {"der": kept}


def forged_online(s):
	return s.forge.forged("online", "server", ONLINE)


def future_trust(s):
	"""From now on, what is not trust is held: a policy, and a command that the honest server has again later."""
	s.believed_head(trustVersion=2 ** 31 - 1)
	order = s.forge.sign_all(s.command("query"), s.people.ada)
	seq = max(s.value("after"), s.hostile.latest) + 1000
	s.give("command", order, seq=seq)
	s.said("waits for trust document 2147483647")
	s.publish(order, "command", seq=seq - 900)


def floods_cancelled(s):
	"""More ids than a device keeps, in heads of as many as one may name."""
	for _ in range(6):
		s.hostile_head(cancelled=[str(uuid.uuid4()) for _ in range(256)])
	(count,), = s.spool(CANCELLED)
	assert 256 <= count <= 1024, count


def absurd_crl(s):
	s.hostile_head(crlNumbers=[{"issuer": spki(load(s.people.root)[0]), "number": 2 ** 63 - 1}])
	s.asked("/pki/" + spki(load(s.people.root)[0]))


HEADS += [
	head("head-other-nonce", "answers another nonce than the check-in's", "nonce", lambda s: {"nonce": "ab" * 32}),
	head("head-replayed", "answers with a head that the device has had", "nonce", replayed),
	head("head-of-another-device", "answers with a head for another device", "audience", lambda s: {"device": str(uuid.uuid4())}),
	head("head-of-another-enterprise", "answers with the head of another enterprise", "enterprise", lambda s: {"enterprise": str(uuid.uuid4())}),
	head("head-signed-by-listener-key", "signs the head with a listener's key", "cert-untrusted", nothing,
	     lambda s: s.forge.tree / "listeners/device"),
	head("head-signed-by-forged-online", "issues itself an online signer's certificate, and signs the head with it", "cert-untrusted", nothing,
	     forged_online),
	head("head-signed-by-an-unlisted-online-key", "signs it with an online key that `trust` does not list", "signer-not-listed", nothing,
	     lambda s: s.people.person("online2")),
	head("head-signed-by-a-person", "gets a head that a person signed", "signer-not-listed", nothing, lambda s: s.people.ada),
	head("head-of-the-year-2100", "says that it is the year 2100", "cert-expired",
	     lambda s: {"time": "2100-01-01T00:00:00Z", "notAfter": "2100-01-01T01:00:00Z"}),
	head("head-of-next-year", "says that it is a time at which nobody is known not to be revoked", "need-status",
	     lambda s: {"time": stamp(200 * 86400), "notAfter": stamp(200 * 86400 + 3600)}),
	head("head-of-last-week", "says that it is last week", "window", lambda s: {"time": stamp(-7 * 86400), "notAfter": stamp(-6 * 86400)}),
	head("head-that-lives-a-year", "makes a head that lives a year", "json", lambda s: {"notAfter": stamp(365 * 86400)}),
	head("head-with-no-trust", "says that the newest trust is version 0", "json", lambda s: {"trustVersion": 0}),
	head("head-that-cancels-too-many", "calls off more commands than a head may name", "json",
	     lambda s: {"cancelled": [str(uuid.uuid4()) for _ in range(257)]}),
	head("head-serial-above-all", "says that the newest serial is 2^63", "json", lambda s: {"streams": [{"stream": "default", "serial": 2 ** 63}]}),
	head("head-signed-twice", "adds the signature of a stranger to a good one", "cert-untrusted", nothing,
	     lambda s: [s.forge.online, s.forge.stranger()]),
	checkin("checkin-without-head", "answers a check-in without a head", "'head': missing",
		lambda s, r: http(200, {"enrollment": s.forge.target[1], "latest": 1})),
	checkin("checkin-with-two-heads", "answers a check-in with two heads", "duplicate object key",
		lambda s, r: http(200, b'{"head": "AA==", "head": "AA==", "latest": 1}')),
	accepted("head-trust-from-the-future", "says that there is a trust version 2147483647, so that the device waits for it", future_trust),
	accepted("head-serial-floor", "says that the newest policy has the serial 2^62",
		 lambda s: s.believed_head(streams=[{"stream": "default", "serial": 2 ** 62}])),
	accepted("head-crl-floor", "says that revocation lists below 2^63 count no more", absurd_crl),
	accepted("head-cancels-without-end", "calls off a thousand commands that nobody has given", floods_cancelled),
]

LISTS = table("Revocation lists", """\
A list counts where an anchor of `trust` has signed it, and no older one counts after it. A server can withhold the newest until the
last one ends; then nothing is believed until it comes.""")


def fetched(name, what, reason, make):
	"""A revocation list that the device fetches since a head names a newer one; make: of a Scene, to DER."""
	def run(s):
		s.attack()
		s.asked()
		good = s.forge.pki["authority.crl"]
		try:
			s.forge.pki["authority.crl"] = make(s)
			s.hostile_head(crlNumbers=[{"issuer": spki(load(s.people.root)[0]), "number": 99}])
			return s.refusal(type="crl")
		finally:
			s.forge.pki["authority.crl"] = good
	return Attack(name, SERVER, what, reason, run)


def withheld(s):
	good = s.forge.pki.pop("authority.crl")
	try:
		absurd_crl(s)
		s.said("the server answered 404")
	finally:
		s.forge.pki["authority.crl"] = good


LISTS += [
	fetched("crl-forged-in-the-roots-name", "signs a list in the root's name with the device issuer's key", "cert-signature",
		lambda s: crl(s.forge.issuer("device"), 99, name_of=s.people.root)),
	fetched("crl-that-revokes-the-people", "the same, with everybody revoked and a number of 2^63-1", "cert-signature",
		lambda s: crl(s.forge.issuer("device"), 2 ** 63 - 1, [load(s.people.ada)[0], load(s.people.person("ben"))[0]], name_of=s.people.root)),
	fetched("crl-of-a-channel-issuer", "serves the device issuer's own list as the authority's", "cert-untrusted",
		lambda s: crl(s.forge.issuer("device"), 2 ** 62)),
	fetched("crl-of-before", "serves the list of before somebody was revoked", "serial", lambda s: crl(s.people.root, 1, start=-DAY)),
	fetched("crl-garbage", "serves bytes that are no list", "cert-form", lambda s: b"\x30\x03abc"),
	accepted("crl-withheld", "says that there is a newer list and does not give it", withheld),
]
