# SPDX-License-Identifier: Apache-2.0
"""The stage of the attacks: an enterprise, a device that it manages, somebody in the server's place, somebody in the place of
the device's network process; what must not change, and the honest server that comes back."""
import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import stat
import uuid
from concurrent.futures import ThreadPoolExecutor

from forge import Authority, Forge, load
from hostile_net import HostileNet
from hostile_server import DEVICE, ENROLLMENT, HostileServer, http
from testbed.documents import stamp
from testbed.network import SERVER
from testbed.process import LIBC
from testbed.switch import Switch
from testbed.system import SERVER_UID, own
from testbed.waits import wait_for

BEHIND = {DEVICE: 18443, ENROLLMENT: 18444}
CLONE_FS, CLONE_NEWNS = 0x200, 0x20000
FAR = 2 ** 62
SPOOL = "/var/lib/muster-agent/spool.db"
SETTINGS = {"loginBanner": {"text": "Property of Example Ltd."}, "passwordRequirements": {"passwordMinimumLength": 14}}
WEAK = {"loginBanner": {"text": "pwned"}, "passwordRequirements": {"passwordMinimumLength": 6}}
# What an attack may leave in the spool: what was recorded, what was received, and what is told of the channel.
STATE = {
	"document": "SELECT role, id, sha256 FROM document ORDER BY role",
	"trust": "SELECT version, sha256 FROM trust ORDER BY version",
	"floor": "SELECT enterprise, kind, name, number, sha256 FROM floor ORDER BY kind, name",
	"used": "SELECT id FROM used WHERE cancelled = 0 ORDER BY id",
	"due": "SELECT id, due FROM due",
	"setting": "SELECT key, body FROM setting ORDER BY key",
	"undo": "SELECT run, seq, object FROM undo ORDER BY run, seq",
	"crl": "SELECT issuer, number, hex(der) FROM crl ORDER BY issuer",
	"membership": "SELECT hex(data) FROM value WHERE name = 'membership'",
	"evidence": "SELECT hex(data) FROM value WHERE name = 'evidence-certificate'",
}


def fingerprint(root):
	"""Every file, link and folder of a tree: its mode, owner and bytes."""
	seen = {}
	for folder, _, names in os.walk(root):
		for name in names:
			path = os.path.join(folder, name)
			st = os.lstat(path)
			data = os.readlink(path).encode() if stat.S_ISLNK(st.st_mode) else b""
			if stat.S_ISREG(st.st_mode):
				with open(path, "rb") as f:
					data = f.read()
			seen[path.removeprefix(root)] = (st.st_mode, st.st_uid, st.st_gid, hashlib.sha256(data).hexdigest())
	return seen


def enter_mounts(pid):
	"""Take this thread to the files of a process; its root is not that of its mounts where we are in a chroot ourselves."""
	fd, root = os.open(f"/proc/{pid}/ns/mnt", os.O_RDONLY), os.open(f"/proc/{pid}/root", os.O_PATH)
	if LIBC.unshare(CLONE_FS) < 0 or LIBC.setns(fd, CLONE_NEWNS) < 0:
		raise OSError("the device's mounts")
	os.fchdir(root)
	os.chroot(".")
	os.close(fd)
	os.close(root)


class Scene:
	def __init__(self, system):
		self.system, self.device = system, None
		system.operator.init(system.server.data)
		self.forge = Forge(system.operator, system.directory / "forge", system.server.tree)
		self.people = Authority(self.forge)
		self.deploy()
		self.switch = Switch(system.network, SERVER, BEHIND)
		self.hostile = HostileServer(self.forge, system.server.tree)
		self.serial, self.mark, self.cursor, self.enrolled = 0, 0, None, False
		self.kept, self.net, self.inside, self.under_attack = {}, None, None, False

	def deploy(self):
		"""The honest server, beside the place where devices look for it. Its root's list revokes gus."""
		channel = self.system.operator.tree / "channel"
		(channel / "authority.crl").write_bytes(self.people.new_crl([self.people.person("gus")]))
		shutil.copy(channel / "authority.crl", self.system.operator.tree / "authority/root.crl")
		self.system.server.deploy(channel)
		conf = self.system.server.tree / "server.conf"
		text = conf.read_text()
		for port, behind in BEHIND.items():
			text = text.replace(f":{port}", f":{behind}")
		conf.write_text(text)
		own(self.system.server.directory, SERVER_UID)
		self.system.server.start()
		self.forge.pki["server.crl"] = self.stored("SELECT der FROM crl WHERE issuer = 'server'")[0][0]

	def close(self):
		if self.net:
			self.net.stop()
		self.switch.close()
		if self.inside:
			self.inside.shutdown()

	# ---- the honest side ----

	def database(self):
		return contextlib.closing(sqlite3.connect(next(self.system.server.data.glob("*.db")), timeout=10))

	def stored(self, query, *args):
		"""Rows of the honest server's database."""
		with self.database() as db:
			return db.execute(query, args).fetchall()

	def publish(self, der, kind="policy", seq=None):
		"""What the honest server has for the device from now on; it is asked for with the next connection."""
		with self.database() as db, db:
			(last,), = db.execute("SELECT last_seq FROM device WHERE id = ?", (self.forge.target[0],)).fetchall()
			seq, name = seq or last + 1, str(uuid.uuid4())
			db.execute("INSERT INTO instruction (id, seq, type, name, stream, serial, digest, published_by, published, not_before, "
				   "not_after, signers, der) SELECT ?, MAX(seq) + 1, ?, 'honest', 'default', ?, ?, 'ada', 0, 0, 0, '[]', ? "
				   "FROM instruction", (name, kind, self.serial, hashlib.sha256(der).hexdigest(), der))
			db.execute("UPDATE device SET last_seq = ? WHERE id = ?", (seq, self.forge.target[0]))
			db.execute("INSERT INTO delivery (device, seq, instruction, state, requested, sent, delivered, proven) "
				   "VALUES (?, ?, ?, 'requested', 0, 0, 0, 0)", (self.forge.target[0], seq, name))

	def policy(self, serial, settings=None, **changed):
		return self.forge.policy(serial, settings or SETTINGS, **changed)

	def next_policy(self):
		"""The enterprise's next policy, signed; its banner says its serial."""
		self.serial += 1
		text = {"text": f"Property of Example Ltd. Notice {self.serial}."}
		return self.forge.sign_all(self.policy(self.serial, {**SETTINGS, "loginBanner": text}, notAfter=stamp(30 * 86400)), self.people.ada)

	def command(self, name, args=None, **changed):
		return self.forge.command(name, args or {}, **changed)

	def status(self):
		return json.loads(self.device.run("muster-agent", "status", "--json").stdout)

	def manage(self):
		"""Enroll the device, and bring it to trust 3 with a policy in force."""
		self.device.run("systemctl", "stop", "muster-agent")
		row = self.system.enroll(self.device)
		self.forge.target = (row["id"], row["enrollment"])
		self.kept["trust 1"] = (self.system.operator.tree / "authority/trust/1.cms").read_bytes()
		for version in (2, 3):
			# Who signs must be known to the version before: ben is, from version 2 on.
			signers = [self.people.ada, self.people.person("ben")][:version - 1]
			self.kept[f"trust {version}"] = self.people.trust(version, *signers)
			self.publish(self.kept[f"trust {version}"], "trust")
		self.kept["policy 1"] = self.next_policy()
		self.publish(self.kept["policy 1"])
		self.forge.trust_version = 3
		self.system.operator.muster("device", "sync", self.device.name)
		wait_for(lambda: self.status()["trustVersion"] == 3, 30, "trust 3")
		self.kept["command"] = self.forge.sign_all(self.command("query"), self.people.ada)
		self.publish(self.kept["command"], "command")
		self.enrolled = True
		self.honest()
		wait_for(lambda: self.spool(STATE["used"]), 20, "the command to be carried out")

	def honest(self):
		"""The honest server is back: the device reports, and takes the next policy."""
		if self.net:
			self.net.stop()
		after = self.value("after")
		last = self.stored("SELECT last_seq FROM device WHERE id = ?", self.forge.target[0])[0][0]
		# A place that leaves room for none behind it is not the honest server's.
		self.publish(self.next_policy(), seq=(after if last < after < FAR else last) + 1)
		self.under_attack = False
		self.switch.turn(None)
		try:
			wait_for(lambda: (s := self.status())["policySerial"] == self.serial and not s["recordsWaiting"] and not s["applying"], 20,
				 f"policy {self.serial} of the honest server")
		except AssertionError:
			# It is stranded, which is a failure; the next attack finds a device that works.
			self.net.remove()
			self.device.run("systemctl", "restart", "muster-agent")
			raise
		assert f"Notice {self.serial}." in self.device.path("/etc/issue").read_text()

	def listener(self):
		"""The certificate of the honest server."""
		return load(self.forge.tree / "listeners/device")[0]

	# ---- what the device knows ----

	def spool(self, query, *args):
		def run():
			with contextlib.closing(sqlite3.connect(f"file:{SPOOL}?mode=ro", uri=True, timeout=10)) as db:
				return db.execute(query, args).fetchall()
		# SQLite follows links by itself, and so leaves /proc/PID/root again: it has to be inside.
		if not self.inside:
			self.inside = ThreadPoolExecutor(1, initializer=enter_mounts, initargs=(self.device.leader(),))
		return self.inside.submit(run).result()

	def value(self, name):
		rows = self.spool("SELECT number FROM value WHERE name = ?", name)
		return rows[0][0] or 0 if rows else 0

	def state(self):
		"""All that an attack must leave as it is."""
		state = {name: self.spool(query) for name, query in STATE.items()}
		status = self.status()
		state["status"] = {k: status.get(k) for k in ("phase", "enterprise", "stream", "policySerial", "trustVersion", "settings",
							      "ownership", "server", "reference", "enrollment", "device")}
		state["files"] = fingerprint(str(self.device.path("/etc")))
		state["manager"] = self.device.pid_of("muster-agent")
		return state

	def records(self):
		"""What the device recorded since the case began, as far as it was not sent yet."""
		if self.value("record-sequence") < self.mark:
			self.mark = 0	# the end of an enrollment ends its chain of records
		return [json.loads(body) for body, in self.spool("SELECT body FROM record WHERE sequence > ? ORDER BY sequence", self.mark)]

	def refusal(self, **detail):
		"""The reason of the record of a refusal whose detail says this."""
		def found():
			return next((r for r in self.records() if r["event"] == "instruction-refused"
				     and detail.items() <= (r.get("detail") or {}).items()), None)
		return wait_for(found, 20, f"the refusal of {detail}; there are {[(r['event'], r.get('reason')) for r in self.records()]}")["reason"]

	def event(self, name):
		"""The first record of an event since the case began."""
		return wait_for(lambda: next((r for r in self.records() if r["event"] == name), None), 20, f"the record {name}")

	def begin(self):
		"""What is recorded and said from now on is the attack's."""
		self.mark = self.value("record-sequence")
		self.cursor = self.device.run("journalctl", "-n", "0", "--show-cursor").stdout.rsplit("cursor: ", 1)[1].strip()

	def said(self, text):
		"""What the agent says of itself since the attack began has this text in it."""
		def journal():
			return self.device.run("journalctl", "-u", "muster-agent", "--after-cursor", self.cursor, "-o", "cat").stdout
		try:
			return wait_for(lambda: text in journal(), 20, text, step=0.1)
		except AssertionError as e:
			raise AssertionError(f"'{text}' was not said, but:\n{journal()}") from e

	def closed(self, text):
		"""The channel was closed with this text in the record of it."""
		def texts():
			return [r["text"] for r in self.records() if r["event"] == "channel-closed"]
		try:
			return wait_for(lambda: any(text in t for t in texts()), 20, text) and text
		except AssertionError as e:
			raise AssertionError(f"'{text}' is in none of {texts()}") from e

	# ---- the attacker ----

	def attack(self, **how):
		"""The server is taken over. how: attributes of the HostileServer."""
		self.hostile.reset()
		self.hostile.latest = self.value("after")
		if self.under_attack and not how:
			return
		for name, value in how.items():
			if value is not None:
				setattr(self.hostile, name, value)
		self.under_attack = True
		self.switch.turn(self.hostile)

	def asked(self, path="/device/v1/instructions"):
		"""The device has asked for a path with this in it."""
		return wait_for(lambda: any(path in r.path for r in self.hostile.seen) or path in self.hostile.held, 20, f"the device to ask for {path}")

	def give(self, kind, der, name=None, seq=None):
		"""Have a document delivered; returns the id that it is said to have."""
		name = name or str(uuid.uuid4())
		self.hostile.give(seq or max(self.value("after"), self.hostile.latest) + 1, kind, name, der)
		return name

	def refused(self, kind, der):
		"""Deliver a document, and tell why the device refused it."""
		return self.refusal(instruction=self.give(kind, der))

	def hostile_head(self, signer=None, der=None, **changed):
		"""Answer the next check-in with a head that says this, or with these bytes; returns when it was asked for."""
		asked = []

		def answer(request):
			nonce = request.json()["nonce"]
			if asked:	# a check-in behind it is answered as ever
				return http(200, self.hostile.reply(nonce))
			signers = signer if isinstance(signer, list) else [signer or self.forge.online]
			asked.append(self.hostile.reply(nonce, der or self.forge.sign_all(self.forge.head_content(**{"nonce": nonce, **changed}), *signers)))
			return http(200, asked[-1])
		self.asked()
		self.hostile.answers["/device/v1/checkin"] = answer
		# While one is under way, another is not begun.
		wait_for(lambda: asked or not self.device.run("muster-agent", "sync"), 20, "a check-in", step=0.1)

	def believed_head(self, cancelled=(), **changed):
		"""The same, and the device has believed it: it remembers what was called off."""
		marker = str(uuid.uuid4())
		self.hostile_head(cancelled=[*cancelled, marker], **changed)
		wait_for(lambda: self.spool("SELECT 1 FROM used WHERE id = ?", marker), 20, "the head to be believed")
