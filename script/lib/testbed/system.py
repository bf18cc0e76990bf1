# SPDX-License-Identifier: Apache-2.0
"""An enterprise whole: the operator on one account, the server on another with nothing but the channel
tree's directory, devices on the same network."""
import contextlib
import hashlib
import itertools
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import uuid

from . import process
from .device import Device, remove_groups
from .network import SERVER, Network
from .waits import wait_for

OPERATOR_UID, SERVER_UID = 60101, 60102
HOST = "mdm.example.test"
READY = "ready"


def as_user(uid, home):
	"""The words before a command that is to run as a user without a name or a capability."""
	return ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--no-new-privs", "--inh-caps=-all",
		"--bounding-set=-all", "env", "-i", f"PATH={process.PATH}", "LANG=C.UTF-8", f"HOME={home}", "TERM=dumb"]


def own(path, uid):
	for folder, _, names in os.walk(path):
		os.chown(folder, uid, uid)
		for name in names:
			os.chown(os.path.join(folder, name), uid, uid, follow_symlinks=False)


class Operator:
	"""The person with the authority tree, and the CLI."""

	def __init__(self, network, home):
		self.network, self.home = network, pathlib.Path(home)
		self.tree = self.home / "enterprise"
		self.home.mkdir(parents=True)
		self.home.chmod(0o700)
		os.chown(self.home, OPERATOR_UID, OPERATOR_UID)

	def command(self, *args):
		return [*self.network.enter(), *as_user(OPERATOR_UID, self.home), f"MUSTER_HOME={self.tree}", *map(str, args)]

	def run(self, *args, check=True, **kw):
		kw.setdefault("cwd", self.home)
		return process.run(self.command(*args), check=check, **kw)

	def muster(self, *args, check=True, **kw):
		return self.run("muster", *args, check=check, **kw)

	def json(self, *args, **kw):
		return json.loads(self.muster(*args, "--json", **kw).stdout)

	def write(self, name, data):
		path = self.home / name
		path.write_bytes(data if isinstance(data, bytes) else data.encode())
		os.chown(path, OPERATOR_UID, OPERATOR_UID)
		return path

	def init(self, data):
		"""Make the two trees; data: the directory that the server will have."""
		return self.muster("init", "--enterprise", "Example Ltd", "--administrator", "ada", "--server", HOST, "--connect",
				   SERVER, "--data", data, "--no-destructive-delay")


class Server:
	"""muster-server as its own user. Its disk is a directory with the channel tree's copy and its data."""

	def __init__(self, network, directory):
		self.network, self.directory = network, pathlib.Path(directory)
		self.tree, self.data = self.directory / "channel", self.directory / "data"
		self.log = self.directory.parent / "server.log"
		self.process = None

	def deploy(self, channel):
		"""What an operator does with scp: the channel tree's directory, and nothing else."""
		self.directory.mkdir(parents=True)
		shutil.copytree(channel, self.tree)
		self.data.mkdir(mode=0o700)
		own(self.directory, SERVER_UID)
		self.directory.chmod(0o700)

	def start(self):
		before = self.log.stat().st_size if self.log.exists() else 0
		self.process = process.start([*self.network.enter(), *as_user(SERVER_UID, self.directory), "muster-server",
					      "--config", self.tree / "server.conf"],
					     self.log, linger=self.network.linger, cwd=self.directory)

		def ready():
			if self.process.poll() is not None:
				raise RuntimeError(f"the server ended ({self.process.returncode}): {self.tail()}")
			return any(l.strip().endswith(READY) for l in self.log.read_text(errors="replace")[before:].splitlines())
		try:
			wait_for(ready, 20, "the server to be ready")
		except AssertionError as e:
			raise AssertionError(f"{e}\n{self.tail()}") from e
		return self

	def tail(self, n=30):
		return "\n".join(self.log.read_text(errors="replace").splitlines()[-n:]) if self.log.exists() else ""

	def pids(self):
		"""Name to process id, of the supervisor and what it started."""
		found = [self.process.pid, *process.descendants(self.process.pid)]
		return {process.cmdline(p): p for p in found}

	def stop(self):
		process.end(self.process)

	def kill(self):
		"""All its processes at once."""
		for pid in [self.process.pid, *process.descendants(self.process.pid)]:
			try:
				os.kill(pid, signal.SIGKILL)
			except ProcessLookupError:
				pass
		self.process.wait(10)


class System:
	"""One enterprise in one directory. Nothing of it is left after close()."""

	def __init__(self, directory, build, image=None, linger=False):
		self.directory, self.image, self.linger = pathlib.Path(directory), image, linger
		self.directory.mkdir(parents=True)
		self.directory.chmod(0o755)
		self.layer = self.directory / "layer"
		install(build, self.layer)
		self.network = Network(self.directory, self.layer, hosts=(HOST,), linger=linger)
		self.operator = Operator(self.network, self.directory / "operator")
		self.server = Server(self.network, self.directory / "server")
		self.devices = []
		self.numbers = itertools.count(1)

	@classmethod
	def ready(cls, directory, build, image, linger=False):
		"""An enterprise whose server runs."""
		system = cls(directory, build, image, linger)
		system.operator.init(system.server.data)
		system.server.deploy(system.operator.tree / "channel")
		system.server.start()
		return system

	def payload(self, *args):
		"""A new one-time enrollment payload, as the text of its file."""
		path = self.operator.home / f"payload-{next(self.numbers)}.json"
		self.operator.muster("token", "create", "--out", path, *args)
		return path.read_text()

	def boot(self, name="device"):
		"""A device that is up, with the agent installed and not enrolled."""
		device = Device(self.image, self.directory / name, self.network, name, linger=self.linger)
		self.devices.append(device)
		device.up()
		device.sh('hostname "$1" && echo "$1" >/etc/hostname', name)
		device.write("/etc/hosts", f"127.0.0.1 localhost {name}\n::1 localhost\n{SERVER} {HOST}\n")
		device.install(self.layer)
		return device

	def enroll(self, device, stream="default"):
		"""Enroll with a new payload, and assign to a stream; the server's row of the device."""
		device.write("/etc/muster/enrollment.json", self.payload(), 0o600)
		device.run("systemctl", "start", "muster-agent")
		row = wait_for(lambda: self.row(device), 30, f"{device.name} to enroll")
		self.operator.muster("device", "assign", row["id"], "--stream", stream)
		return row

	def row(self, device):
		"""What the server says of a device in one line, once it is enrolled."""
		rows = self.operator.json("device", "list")["devices"]
		return next((r for r in rows if r.get("hostname") == device.name and r["state"] == "enrolled"), None)

	def show(self, device):
		return self.operator.json("device", "show", device.name)

	def publish(self, settings, serial, stream="default"):
		"""Write a policy as people do, check it, sign it, publish it."""
		# JSON is YAML: what is checked here is the reader of either.
		policy = self.operator.write(f"policy-{serial}.yaml", json.dumps(
			{"name": "office", "stream": stream, "settings": settings}, indent=1))
		self.operator.muster("policy", "check", policy)
		signed = self.operator.home / f"policy-{serial}.cms"
		self.operator.muster("policy", "sign", policy, "--serial", serial, "--out", signed)
		self.operator.muster("policy", "publish", signed)
		return signed

	def wait_applied(self, device, serial, timeout=60):
		"""Wait until the server knows that a policy is in force; the settings' rows."""
		def applied():
			detail = self.show(device)
			return detail["device"].get("policySerial") == serial and detail["settings"]
		return wait_for(applied, timeout, f"policy {serial} on {device.name}", step=0.1)

	def lock(self, device, *args):
		"""Send a lock and wait for it; the CLI's own account."""
		return self.operator.json("device", "lock", device.name, "--wait", *args)

	def delivery(self, device, name, state):
		"""The newest instruction of a name to a device, where it is in a state."""
		rows = [d for d in self.show(device)["deliveries"] if d.get("name") == name]
		return rows[0] if rows and rows[0]["state"] == state else None

	def records(self, device=None, event=None):
		args = ["--device", self.show(device)["device"]["id"]] if device else []
		rows = self.operator.json("records", *args)["records"]
		return [r for r in rows if event in (None, r["event"])]

	def breach(self, device, der, kind="policy"):
		"""Put bytes on the server's own disk as an instruction for a device, past every check of ours: what somebody
		can do who has taken the server over."""
		with contextlib.closing(sqlite3.connect(next(self.server.data.glob("*.db")), timeout=10)) as db, db:
			(row, seq), = db.execute("SELECT id, last_seq + 1 FROM device WHERE hostname = ? AND state = 'enrolled'",
						 (device.name,)).fetchall()
			name = str(uuid.uuid4())
			db.execute("INSERT INTO instruction (id, seq, type, name, stream, serial, digest, published_by, published, not_before, "
				   "not_after, signers, der) SELECT ?, MAX(seq) + 1, ?, 'breach', 'default', 0, ?, 'nobody', 0, 0, 0, '[]', ? "
				   "FROM instruction", (name, kind, hashlib.sha256(der).hexdigest(), der))
			db.execute("UPDATE device SET last_seq = ? WHERE id = ?", (seq, row))
			db.execute("INSERT INTO delivery (device, seq, instruction, state, requested, sent, delivered, proven) "
				   "VALUES (?, ?, ?, 'requested', 0, 0, 0, 0)", (row, seq, name))
		return name

	def close(self):
		for device in self.devices:
			device.down()
		if self.server.process:
			self.server.stop()
		self.network.close()
		shutil.rmtree(self.directory, ignore_errors=True)


def install(build, layer):
	done = subprocess.run(["meson", "install", "-C", str(build), "--no-rebuild", "--quiet", "--strip", "--destdir",
			       str(layer)], capture_output=True, text=True, check=False)
	if done.returncode:
		raise process.Failed(["meson", "install"], done)
	(layer / "usr").mkdir(exist_ok=True)


def run_directory(kind):
	"""A directory of this run's own, in the cache; what runs before left of theirs is removed."""
	top = pathlib.Path(os.environ["MUSTER_CACHE"]) / "run"
	top.mkdir(parents=True, exist_ok=True)
	for old in top.iterdir():
		pid = old.name.rsplit("-", 1)[-1]
		# A process id comes again, after a restart for one: what has ours is not ours.
		gone = pid.isdigit() and (int(pid) == os.getpid() or not pathlib.Path(f"/proc/{pid}").exists())
		if gone and not (old / "linger").exists():
			remove_run(old)
	names = itertools.chain([kind], (f"{kind}-{n}" for n in itertools.count(2)))
	return next(where for name in names if not (where := top / f"{name}-{os.getpid()}").exists())


def remove_run(directory):
	"""End what a run left running, and remove what it left."""
	process.end_written(directory)
	for groups in directory.glob("*/groups"):
		remove_groups(groups)
	shutil.rmtree(directory, ignore_errors=True)
