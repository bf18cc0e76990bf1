# SPDX-License-Identifier: Apache-2.0
"""A-STG-1, FCS_CKM_EXT.4: no secret is found in a command line, a log, a file or the memory of any process but the one that
must hold it, and there only while it must. Keys are in plain files here, the weakest of the stores."""
import json
import os

import pytest

from testbed import process
from testbed.secrets import in_files, in_memory, in_start, key_forms, text_forms
from testbed.waits import wait_for

AGENT = "/var/lib/muster-agent"
DEVICE_KEYS = ("channel", "evidence")
# What a process of the server must hold, by the beginning of its name.
HOLDS = {
	"muster-server": set(),
	"muster-server-core": set(),
	"muster-server-front": {"listeners/administration", "listeners/device", "listeners/enrollment"},
	"muster-server-key": {"issuers/server", "issuers/device", "issuers/login", "online"},
}


def read(path):
	return path.read_bytes()


@pytest.fixture(scope="module")
def secrets(system, enrolled):
	"""Name -> its forms: of the device, the server, the operator, and the payload that enrolled the device."""
	tree = system.operator.tree
	made = {f"device/{k}": key_forms(enrolled.run("cat", f"{AGENT}/keys/{k}.key").stdout.encode()) for k in DEVICE_KEYS}
	for path in (tree / "channel").rglob("*.key"):
		made[str(path.relative_to(tree / "channel").with_suffix(""))] = key_forms(read(path))
	made["login"] = key_forms(read(tree / "login.key"))
	for path in (tree / "authority").rglob("*.key"):
		made[f"authority/{path.stem}"] = key_forms(read(path))
	payload = json.loads(system.operator.home.joinpath("payload-1.json").read_text())
	made["enrollment secret"] = text_forms(payload["secret"])
	return made


def agent_pids(device):
	return device.agent_pids()


def key_process(device):
	try:
		return device.pid_of("muster-agent-key")
	except LookupError:
		return None


def test_a_stg_1_no_process_of_the_device_holds_a_secret(enrolled, secrets):
	"""The very processes that enrolled it. When nothing is to be signed there is no process that holds a key, and the others never do."""
	wait_for(lambda: key_process(enrolled) is None, 30, "the key process to end")
	for program, pid in agent_pids(enrolled).items():
		assert not in_memory(pid, secrets), program
		assert not in_start(pid, secrets), program


def test_a_stg_1_each_process_of_the_server_holds_its_own_keys(system, enrolled, secrets):
	seen = set()
	for pid in [system.server.process.pid, *process.descendants(system.server.process.pid)]:
		program = process.cmdline(pid)
		found = in_memory(pid, secrets)
		assert found <= HOLDS[program], f"{program} holds {sorted(found - HOLDS[program])}"
		assert not in_start(pid, secrets), program
		seen |= found
	assert seen == set().union(*HOLDS.values()), "the control: each key is where it must be"


def test_the_search_finds_what_is_there(system, enrolled, secrets):
	"""The control: the process that must hold a key is found to hold it while it serves."""
	enrolled.run("systemctl", "restart", "muster-agent")
	pid = wait_for(lambda: key_process(enrolled), 20, "a handshake", step=0.01)
	wait_for(lambda: "device/channel" in in_memory(pid, secrets), 5, "its key", step=0.05)
	assert in_memory(pid, secrets) <= {"device/channel", "device/evidence"}
	assert "payload-1.json" in in_files(system.operator.home, secrets)["enrollment secret"]


def test_a_stg_1_no_log_holds_a_secret(system, enrolled, secrets):
	for text in (enrolled.run("journalctl", "--no-pager", "-o", "verbose", "--all").stdout, system.server.log.read_text(errors="replace")):
		assert text
		assert not {n for n, forms in secrets.items() if any(f in text.encode() for f in forms)}


def test_a_stg_1_no_file_of_the_device_holds_a_secret_but_the_key_store(enrolled, secrets):
	root = enrolled.path("/")
	where = {}
	for top in ("var", "etc", "run/muster-agent", "root", "tmp"):
		for name, paths in in_files(root / top, secrets).items():
			where.setdefault(name, []).extend(f"/{top}/{p}" for p in paths)
	assert where == {f"device/{k}": [f"{AGENT}/keys/{k}.key"] for k in DEVICE_KEYS}


def test_a_stg_1_no_file_of_the_server_holds_a_secret_but_the_tree(system, enrolled, secrets):
	"""What is deployed is the channel tree; the authority's keys, the login key and the enrollment secret never come there."""
	where = in_files(system.server.directory, secrets)
	assert where == {name: [f"channel/{name}.key"] for name in set().union(*HOLDS.values())}


def test_fcs_ckm_ext_4_unenrollment_overwrites_the_keys(system, enrolled, secrets):
	"""The blocks of the files too: a second name of the file shows what was left in them."""
	enrolled.sh('for k in channel evidence; do ln "$1/keys/$k.key" "/var/lib/$k.kept"; done', AGENT)
	enrolled.run("muster-agent", "unenroll")
	wait_for(lambda: not enrolled.sh(f"ls {AGENT}/keys").stdout.strip(), 60, "the keys to be gone")
	for k in DEVICE_KEYS:
		assert set(os.fsencode(enrolled.read(f"/var/lib/{k}.kept"))) == {0}
	assert not {n for n in in_files(enrolled.path("/var"), secrets) if n.startswith("device/")}
