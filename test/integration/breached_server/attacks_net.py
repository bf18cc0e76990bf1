# SPDX-License-Identifier: Apache-2.0
"""A network process of the device that was taken over: what it tells the manager and the key process."""
import base64
import contextlib
import json
import uuid

from attack import Attack, NET, table
from attacks_heads import RECOVERS
from attacks_documents import weak
from forge import DAY, crl
from hostile_net import HEADER, frame
from testbed.waits import wait_for

MANAGER = table("To the manager", """\
What does not keep to the tables of the channel ends the process, and the next one is an honest one. What keeps to them is judged like
anything that comes from a server.""")


def breaks(name, what, said, do):
	"""Something after which the manager ends the process; do: of (scene, channel). `said` stands in the journal."""
	def run(s):
		net = s.net.start()
		with contextlib.suppress(OSError):	# it may be ended while it speaks
			do(s, net.manager)
		return s.said(said) and said
	return Attack(name, NET, what, said, run)


def raw(data):
	return lambda s, manager: manager.raw(data)


def instruction(seq, der, kind="policy", name=None):
	return ("instruction", {"seq": seq, "type": kind, "id": name or str(uuid.uuid4())}, der)


def gives(name, what, reason, kind, make):
	"""A document from the process itself."""
	def run(s):
		net, ident = s.net.start(), str(uuid.uuid4())
		net.up()
		net.manager.send(*instruction(s.value("after") + 1, make(s), kind, ident))
		return s.refusal(instruction=ident)
	return Attack(name, NET, what, reason, run)


def old_reply(s):
	"""The reply to an earlier check-in."""
	net = s.net.start()
	before = s.status().get("lastContact")
	net.up()
	_, request, _, _ = net.manager.wait("checkin")
	net.manager.send("checked", blob=json.dumps(s.hostile.reply("", s.forge.head(nonce="ab" * 32))).encode(), request=request)
	reason = s.refusal(type="head")
	assert s.status()["lastContact"] == before, "it believes in contact that was not"
	return reason


def only_up(s):
	"""It is up, and that is all."""
	net = s.net.start()
	before = s.status().get("lastContact")
	net.up()
	net.manager.wait("checkin")
	assert s.status()["lastContact"] == before, "it believes in contact that was not"
	return RECOVERS


def swallows_records(s):
	"""Records are said to be stored that no server saw: the next server finds the gap."""
	net = s.net.start()
	net.up()
	_, request, _, _ = net.manager.wait("records")
	net.manager.send("stored", {"last": 2 ** 63 - 1}, request=request)
	wait_for(lambda: not s.records(), 20, "the records to be gone")
	return "records-missing"


def noticed(s):
	"""The honest server's own record of it."""
	gaps = "SELECT count(*) FROM record WHERE event = 'records-missing'"
	wait_for(lambda: s.stored(gaps)[0][0], 20, "the server to notice")


def answer_with(kind, *args):
	def do(s, manager):
		s.net.up()
		_, request, _, _ = manager.wait("checkin")
		manager.send(kind, *args, request=request)
	return do


def flood_instructions(s, manager):
	s.net.up()
	seq = s.value("after")
	for n in range(1, 400):
		manager.send(*instruction(seq + n, b"\x30\x03abc"))


def flood_events(s):
	net = s.net.start()
	for _ in range(300):
		net.up()
		net.manager.send("event", {"state": "down", "code": "unavailable", "message": "it is down"})
	net.up()
	# All were dealt with, and the process is still spoken to.
	wait_for(lambda: sum(r["event"] == "channel-closed" for r in s.records()) > 300, 40, "the records of it")
	assert s.status()["phase"] == "enrolled"
	return RECOVERS


def half_frame(s):
	"""The rest of a frame never comes."""
	net = s.net.start()
	net.manager.raw(frame(4, {"state": "up"})[:20])
	assert s.status()["phase"] == "enrolled"
	return RECOVERS


def poison(make):
	"""A list of the server's issuer that is kept, and that the next process gets."""
	def run(s):
		net = s.net.start()
		net.manager.send("event", {"state": "down", "crl": base64.b64encode(make(s)).decode()})
		wait_for(lambda: s.state()["membership"] != s.kept["membership"], 20, "the list to be kept")
		return RECOVERS
	return lambda s: s.kept.update(membership=s.state()["membership"]) or run(s)


def control(s, manager):
	manager.send("enrolled", {"device": str(uuid.uuid4()), "certificate": "AA==", "anchor": "AA==", "anchorDigest": "ab" * 32})


MANAGER += [
	gives("net-unsigned-policy", "hands over a policy that nobody signed", "cms-form", "policy", lambda s: json.dumps(weak()(s)).encode()),
	gives("net-command-again", "hands over a command again that was carried out", "replay", "command", lambda s: s.kept["command"]),
	gives("net-policy-of-before", "hands over the first policy again", "serial", "policy", lambda s: s.kept["policy 1"]),
	gives("net-trust-of-before", "hands over another trust document 3", "version", "trust",
	      lambda s: s.people.trust(3, s.people.ada, s.people.person("ben"), maxTargets=9)),
	gives("net-head-as-instruction", "hands over a head, which answers no check-in, as an instruction", "type", "head",
	      lambda s: s.forge.head(nonce="ab" * 32)),
	gives("net-crl-as-instruction", "hands over a revocation list as an instruction", "type", "crl", lambda s: s.forge.pki["authority.crl"]),
	Attack("net-old-reply", NET, "answers a check-in with the reply to another", "nonce", old_reply),
	Attack("net-claims-contact", NET, "says that the channel is up, and answers nothing", RECOVERS, only_up),
	Attack("net-swallows-records", NET, "says that records are stored, up to 2^63-1", "records-missing", swallows_records, after=noticed),
	breaks("net-answer-unasked", "answers what was not asked", "an answer to nothing that was asked",
	       lambda s, m: m.send("checked", blob=b"{}", request=4711)),
	breaks("net-enrolls-by-itself", "says that the device is enrolled elsewhere", "an answer to nothing that was asked", control),
	breaks("net-answer-of-another-kind", "answers a check-in as if records were stored", "an answer to nothing that was asked",
	       answer_with("stored", {"last": 1})),
	breaks("net-speaks-as-the-manager", "sends what only the manager sends", "an answer to nothing that was asked", lambda s, m: m.send("next", {"after": 1})),
	breaks("net-unknown-message", "sends a message that there is not", "net: unknown message 99", raw(frame(99, {}))),
	breaks("net-huge-body", "says that a body of four gigabytes follows", "a body of 4294967295 bytes", raw(frame(4, {}, body_len=2 ** 32 - 1))),
	breaks("net-huge-document", "hands over a document of more than 512 KiB", "a blob of 524289 bytes",
	       raw(frame(7, {}, blob_len=512 * 1024 + 1))),
	breaks("net-descriptors", "sends file descriptors", "descriptors, at most 0", raw(frame(4, {"state": "up"}, n_fds=3))),
	breaks("net-deep-body", "nests a body a hundred thousand levels deep", "net event:", raw(frame(4, b'{"state":' + b"[" * 100000))),
	breaks("net-duplicate-key", "says a key twice", "duplicate object key", raw(frame(4, b'{"state":"up","state":"down"}'))),
	breaks("net-unknown-key", "adds a key", "'root'", raw(frame(4, {"state": "up", "root": True}))),
	breaks("net-forged-log-line", "has the manager log a line in the name of another program", "has a control character",
	       lambda s, m: m.send("event", {"state": "down", "code": "unavailable", "message": "\n<0>device panic[1]: forged"})),
	breaks("net-place-0", "hands over a document in no place", "'seq'", lambda s, m: m.send(*instruction(0, b"0"))),
	breaks("net-flood", "hands over four hundred documents without being asked for more", "more instructions than can wait", flood_instructions),
	Attack("net-event-flood", NET, "says six hundred times that the channel is up, or down", RECOVERS, flood_events),
	Attack("net-half-message", NET, "never ends a message", RECOVERS, half_frame),
	Attack("net-leaves-a-list-that-is-none", NET, "has a revocation list kept that is none, for the process that comes after it", RECOVERS,
	       poison(lambda s: b"\x30\x03abc"), may=("membership",)),
	Attack("net-leaves-a-list-above-all", NET, "has a list kept that the stolen issuer signed, with the number 2^62, and that has ended", RECOVERS,
	       poison(lambda s: crl(s.forge.issuer("server"), 2 ** 62, start=-DAY, end=-DAY / 24)), may=("membership",)),
	Attack("net-leaves-a-list-for-good", NET, "the same with a list that lasts a hundred years and revokes the honest server", RECOVERS,
	       poison(lambda s: crl(s.forge.issuer("server"), 2 ** 62, [s.listener()], end=36500 * DAY)), may=("membership",)),
]

KEY = table("To the key process", """\
The network process may have digests signed with the channel's key, since TLS needs that; so whoever has taken it over can be the
device on the channel for as long as it has it. It gets nothing else.""")


def asks(name, what, kind, body, blob=b""):
	"""A request to the key process that is denied."""
	def run(s):
		net = s.net.start()
		net.key.send(kind, body, blob, request=7)
		answer, _, why, _ = net.key.receive()
		assert answer == "failed", answer
		return why["code"]
	return Attack(name, NET, what, "denied", run)


EVIDENCE, CHANNEL = {"key": "evidence"}, {"key": "channel"}


def leaves_answers(s):
	"""Questions whose answers it does not take, for the process that comes after it."""
	net = s.net.start()
	for _ in range(40):
		net.key.send("show", CHANNEL, request=1)
	net.key.receive()
	return RECOVERS


def leaves_half(s):
	net = s.net.start()
	net.key.raw(HEADER.pack(500000, 0, 1, 0, 0) + b"{")
	return RECOVERS


def no_digest(s):
	net = s.net.start()
	net.key.send("sign", CHANNEL, b"x" * 33, request=7)
	answer, _, why, _ = net.key.receive()
	assert answer == "failed", answer
	return why["code"]


KEY += [
	asks("key-signs-evidence", "has a digest of its choice signed with the evidence key", "sign", EVIDENCE, b"\0" * 32),
	asks("key-shows-evidence", "asks for the public evidence key", "show", EVIDENCE),
	asks("key-destroys", "has the channel's key destroyed", "destroy", CHANNEL),
	asks("key-destroys-evidence", "has the evidence key destroyed", "destroy", EVIDENCE),
	asks("key-makes", "has a key made", "make", CHANNEL),
	asks("key-requests", "has a certificate request made in the name of another", "request", {"key": "channel", "subject": "somebody else"}),
	Attack("key-signs-no-digest", NET, "has bytes signed that are no digest", "invalid", no_digest),
	Attack("key-leaves-answers", NET, "asks forty times, and leaves the answers for the process that comes after it", RECOVERS, leaves_answers),
	Attack("key-leaves-half-a-question", NET, "leaves half a question behind", RECOVERS, leaves_half),
]
