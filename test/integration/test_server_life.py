# SPDX-License-Identifier: Apache-2.0
"""The server among people who mean it no good, and with parts of it gone: what one request says, or one
process loses, is nobody else's trouble for longer than a moment."""
import base64
import ctypes
import json
import os
import signal
import socket
import subprocess
import threading
import time

import pytest

from testbed import process
from testbed.system import HOST
from testbed.waits import wait_for

EST = f"https://{HOST}:8444/.well-known/est"
PIDFD_OPEN, PIDFD_GETFD = 434, 438
SUPERVISOR_FD = 3


class Client:
	"""curl in the server's network."""

	def __init__(self, system, directory):
		self.system, self.directory = system, directory
		self.directory.chmod(0o755)
		self.anchor = system.operator.tree / "channel/issuers/server.crt"

	def words(self, url, *args):
		return [*self.system.network.enter(), "curl", "-sS", "-m", "5", "--cacert", str(self.anchor), "-o", "/dev/null",
			"-w", "%{http_code}", *map(str, args), url]

	def status(self, url, *args):
		"""0 where no answer came."""
		done = subprocess.run(self.words(url, *args), capture_output=True, text=True, check=False)
		return int(done.stdout or 0)

	def enroll(self, user, csr, query="", secret=b"secret"):
		credentials = base64.b64encode(user + b":" + secret).decode()
		return self.status(EST + "/simpleenroll" + query, "-H", f"Authorization: Basic {credentials}", "-H",
				   "Content-Type: application/pkcs10", "--data-binary", f"@{csr}")

	def works(self):
		"""Every front answers what only core knows: a wrong secret is 401, a rate 429, a server without a core 503."""
		return all(self.enroll(b"nobody", self.csr) in (401, 429) for _ in range(6))

	def request(self, name, subject):
		der = self.directory / f"{name}.der"
		process.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
			     self.directory / f"{name}.key", "-outform", "DER", "-out", der, "-utf8", "-subj", subject])
		path = self.directory / f"{name}.csr"
		path.write_bytes(base64.encodebytes(der.read_bytes()))
		return path


@pytest.fixture
def client(system, tmp_path):
	made = Client(system, tmp_path)
	made.csr = made.request("good", "/CN=good")
	return made


def server_pids(system, role):
	supervisor = system.server.process.pid
	return [p for p in process.descendants(supervisor) if process.cmdline(p) == f"muster-server-{role}"]


@pytest.mark.parametrize("user, query, subject", [
	(b"", "", "/CN=a"),
	(b"x" * 129, "", "/CN=a"),
	(b"a\x01b", "", "/CN=a"),
	(b"a\xff\xfe", "", "/CN=a"),
	(b"nobody", "?model=" + "m" * 200, "/CN=a"),
	(b"nobody", "?hardwareId=%01", "/CN=a"),
	(b"nobody", "", "/CN=a\x01b"),
])
def test_an_odd_text_is_400_and_nobody_elses_trouble(system, client, user, query, subject):
	csr = client.request("odd", subject)
	statuses, stop = [], threading.Event()

	def others():
		while not stop.is_set():
			statuses.append(client.status(EST + "/cacerts"))
			statuses.append(200 if system.operator.muster("version", check=False).returncode == 0 else 0)
	at_work = threading.Thread(target=others)
	at_work.start()
	try:
		odd = [client.enroll(user, csr, query) for _ in range(4)]
	finally:
		stop.set()
		at_work.join()
	assert odd == [400] * 4
	assert statuses and set(statuses) == {200}
	assert client.works()


def test_guessing_from_many_ports_is_one_guesser(system, client):
	"""A connection each, which is a port each."""
	statuses = [client.enroll(b"nobody", client.csr) for _ in range(40)]
	assert 429 in statuses
	rows = system.operator.json("records", "--event", "enrollment-refused")["records"]
	assert len(rows) <= statuses.count(401) + 60 # those of the other tests here


def returns(client, within=2.0):
	began = time.monotonic()
	wait_for(client.works, within + 5, "the server to answer again", step=0.05)
	took = time.monotonic() - began
	# What the asking itself takes is a handful of processes.
	assert took < within + 1.0, f"{took:.1f} s"


def test_core_is_killed_alone(system, client):
	[core] = server_pids(system, "core")
	os.kill(core, signal.SIGKILL)
	returns(client)
	assert server_pids(system, "core") != [core]


def cut(pid):
	"""End the channels to other processes but the supervisor's, from outside; how many there were."""
	libc = ctypes.CDLL(None, use_errno=True)
	pidfd = libc.syscall(PIDFD_OPEN, pid, 0)
	assert pidfd >= 0, os.strerror(ctypes.get_errno())
	n = 0
	for name in os.listdir(f"/proc/{pid}/fd"):
		if int(name) == SUPERVISOR_FD or not os.readlink(f"/proc/{pid}/fd/{name}").startswith("socket:"):
			continue
		fd = libc.syscall(PIDFD_GETFD, pidfd, int(name), 0)
		assert fd >= 0, os.strerror(ctypes.get_errno())
		with socket.socket(fileno=fd) as s:
			if s.family == socket.AF_UNIX and s.type == socket.SOCK_STREAM:
				s.shutdown(socket.SHUT_RDWR)
				n += 1
	os.close(pidfd)
	return n


def test_the_channel_of_core_and_front_ends_alone(system, client):
	[core] = server_pids(system, "core")
	fronts = server_pids(system, "front")
	assert sum(cut(front) for front in fronts) == len(fronts)
	returns(client)
	assert server_pids(system, "core") == [core]
	assert not set(fronts) & set(server_pids(system, "front"))


def test_the_channel_of_core_and_key_ends_alone(system, client):
	[key] = server_pids(system, "key")
	assert cut(key) == 1
	wait_for(lambda: server_pids(system, "key") not in ([key], []), 5, "another key process")
	payload = json.loads(system.payload())
	csr = client.request("late", "/CN=late")
	wait_for(lambda: client.enroll(payload["token"].encode(), csr, secret=payload["secret"].encode()) == 200, 5, "a certificate")


def test_an_administrators_login_is_a_record(system):
	before = len(system.operator.json("records", "--event", "administrator-login")["records"])
	rows = system.operator.json("records", "--event", "administrator-login")["records"]
	assert len(rows) > before and rows[-1]["subject"] == "ada" and rows[-1]["outcome"] == "success"


def test_the_unit_runs_the_server(enterprise, machine):
	"""What `meson install` put there, with the channel tree of another enterprise's operator; systemd does the rest."""
	tree = enterprise.operator.tree / "channel"
	with subprocess.Popen(["tar", "-C", str(tree), "-cf", "-", "."], stdout=subprocess.PIPE) as tar:
		machine.run("mkdir", "-p", "/etc/muster-server/channel")
		done = subprocess.run(machine.command("tar", "-C", "/etc/muster-server/channel", "-xf", "-", "--no-same-owner"),
				      stdin=tar.stdout, capture_output=True, text=True, check=False)
	assert done.returncode == 0, done.stderr
	machine.run("systemd-tmpfiles", "--create", "muster-server.conf")
	machine.run("sed", "-i", "s/^\\(device\\|enrollment\\|administration\\):.*$/\\1: \"127.0.0.1:0\"/",
		    "/etc/muster-server/channel/server.conf")
	machine.run("systemctl", "start", "muster-server")
	state = machine.run("systemctl", "is-active", "muster-server").stdout.strip()
	assert state == "active"
	users = machine.run("sh", "-c", "ps -o user:20= -C muster-server,muster-server-front | sort -u").stdout.split()
	assert users == ["muster-server"]
	assert machine.run("sh", "-c", "stat -c %a /etc/muster-server/channel/online.key").stdout.strip() == "600"
	machine.run("systemctl", "stop", "muster-server")
	assert "failed" not in machine.run("systemctl", "is-failed", "muster-server", check=False).stdout
