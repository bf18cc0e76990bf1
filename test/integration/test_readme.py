# SPDX-License-Identifier: Apache-2.0
"""README, "By hand": every line as it stands there. Only the machines are not real ones: the names are those of the test's
network, scp is a copy, and the device is a certificate that stock tools have enrolled with the payload of README's token."""
import base64
import json
import pathlib
import re

import pytest

from testbed import process
from testbed.network import SERVER
from testbed.system import HOST, READY, as_user
from testbed.system import SERVER_UID, own
from testbed.waits import wait_for

TREE = pathlib.Path(__file__).resolve().parents[2]
DEVICE = "laptop-7"
# What a person who is not root looks for programs in, on Debian.
PATH = "PATH=/usr/local/bin:/usr/bin:/bin"
# What a line is for, by its first word, where it is not the operator's.
ELSEWHERE = {"meson": "install", "sudo": "install", "systemctl": "device", "systemd-sysusers": "device", "muster-agent": "device", "scp": "server",
	     "/usr/sbin/muster-server": "server"}


def by_hand():
	"""The command lines, in order, without their comments."""
	section = (TREE / "README.md").read_text().split("\n## By hand\n")[1].split("\n## ")[0]
	return [re.sub(r"\s+# .*", "", line[4:]) for line in section.splitlines() if line.startswith("    ")]


class Walk:
	"""One new user's way through the page."""

	def __init__(self, world):
		self.world, self.said = world, {}

	def operator(self, line):
		line = line.replace("--wait", "--wait --timeout 1s")
		if line.startswith("muster init"):
			line += f" --connect {SERVER}"
		done = self.world.operator.run("env", "-u", "MUSTER_HOME", PATH, "bash", "-c", f"cd && {line}", check=False)
		assert done.returncode == (8 if "--wait" in line else 0), f"{line}: {done.stdout}{done.stderr}"
		self.said[" ".join(line.split()[:3])] = done.stdout

	def server(self, line):
		where = self.world.server.directory
		if line.startswith("scp"):
			source, target = re.fullmatch(r"scp -r (\S+) [a-z]+@\S+:(\S*)", line).groups()
			assert not target, "into the home of the server's user"
			where.mkdir()
			process.run(["cp", "-r", source.replace("~", str(self.world.operator.home)), where])
			own(where, SERVER_UID)
			return
		self.world.server.process = process.start(
			[*self.world.network.enter(), *as_user(SERVER_UID, where), "env", "-C", where, PATH, *line.split()],
			self.world.server.log)
		wait_for(lambda: any(l.endswith(READY) for l in self.world.server.log.read_text().splitlines()), 20, "the server")

	def device(self, line):
		if not line.startswith("muster-agent enroll"):
			return
		home, where = self.world.operator.home, self.world.directory / "device"
		payload = json.loads((home / line.split()[-1]).read_text())
		where.mkdir()
		process.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
			     where / "key", "-out", where / "csr", "-outform", "DER", "-subj", f"/CN={DEVICE}"])
		(where / "b64").write_bytes(base64.encodebytes((where / "csr").read_bytes()))
		(where / "conf").write_text(f'user = "{payload["token"]}:{payload["secret"]}"\n')
		done = process.run([*self.world.network.enter(), "curl", "-sS", "--tlsv1.3", "--cacert", home / ".config/muster/server.crt",
				    "--config", where / "conf", "-H", "Content-Type: application/pkcs10", "--data-binary",
				    f"@{where}/b64", "-o", where / "p7", "-w", "%{http_code}",
				    f"https://{HOST}:8444/.well-known/est/simpleenroll"])
		assert done.stdout == "200"

	def install(self, line):
		"""Done: the test's own layer is what `meson install` made."""


@pytest.fixture(scope="module")
def walk(world):
	made = Walk(world)
	examples = world.operator.home / "data/examples"
	examples.mkdir(parents=True)
	world.operator.write("data/examples/office.yaml", (TREE / "data/examples/office.yaml").read_text())
	own(world.operator.home, world.operator.home.stat().st_uid)
	for line in by_hand():
		getattr(made, ELSEWHERE.get(line.split()[0], "operator"))(line.replace("mdm.example.com", HOST))
	return made


def test_readme_by_hand_works_to_the_letter(walk):
	assert DEVICE in walk.said["muster device list"]
	assert "good; its effect is" in walk.said["muster policy check"]
	assert "goes to 1 device" in walk.said["muster policy publish"]
	assert re.search(r"stream +default", walk.said["muster device show"])


def test_every_file_that_readme_names_exists():
	text = (TREE / "README.md").read_text()
	names = re.findall(r"\]\(([^):]+)\)", text) + re.findall(r"\b((?:data|docs|script)/[\w./-]+\w)", text)
	assert names and all((TREE / name).exists() for name in names), names
