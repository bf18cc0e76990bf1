# SPDX-License-Identifier: Apache-2.0
"""The agent's own life: asked enrollment, killed processes, lost contact, re-enrollment. The tests share a device; each
brings it to the state that it begins with."""
import itertools
import json
import os
import signal

import pytest

from testbed import process
from testbed.settings import BANNER, Authority, settings
from testbed.waits import wait_for

TOUCHED = r"""
find /etc /usr/local -xdev ! -path '/etc/muster/*' ! -name shadow ! -name shadow- ! -name ld.so.cache \( -type f -o -type l \) \
	-printf '%p %m %U:%G %l ' \( -type f -exec sh -c 'sha256sum <"$1"' sh {} \; -o -printf '\n' \) | sort
"""


def status(device):
	return json.loads(device.run("muster-agent", "status", "--json").stdout)


def enroll(device, payload, *args, answer="", check=True):
	"""`muster-agent enroll`, as a person at the device types it."""
	device.write("/run/payload.json", payload, 0o600)
	return device.run("muster-agent", "enroll", *args, "/run/payload.json", input=answer, check=check)


def without(payload, *keys):
	tree = json.loads(payload)
	for key in keys:
		del tree[key]
	return json.dumps(tree)


def leave(device):
	"""Unenroll, as root does at the device."""
	device.run("muster-agent", "unenroll")
	wait_for(lambda: status(device)["phase"] == "unenrolled", 60, "the device to leave")


def join(system, device):
	"""Enroll, and follow the stream that the policies are of."""
	enroll(device, system.payload(), "--yes")
	row = wait_for(lambda: system.row(device), 20, "the device to enroll")
	system.operator.muster("device", "assign", row["id"], "--stream", "default")


@pytest.fixture(scope="module")
def serials():
	"""Of the policies of all tests: each is newer than those before it."""
	return itertools.count(2)


@pytest.fixture(scope="module")
def installed(device):
	device.write("/etc/muster/agent.conf", "checkinS: 5\n")
	device.run("systemctl", "start", "muster-agent")
	return device


@pytest.fixture
def agent(installed):
	"""The agent runs, and nobody manages the device."""
	if status(installed)["phase"] != "unenrolled":
		leave(installed)
	return installed


@pytest.fixture
def managed(system, installed):
	"""The device is enrolled, and connected."""
	if status(installed)["phase"] != "enrolled":
		join(system, installed)
	wait_for(lambda: status(installed)["connected"], 20, "the device to be connected")
	return installed


def test_a_device_says_that_nobody_manages_it(agent):
	assert status(agent)["phase"] == "unenrolled"


def test_enrollment_shows_what_it_means_and_asks(system, agent):
	done = enroll(agent, system.payload(), answer="n\n", check=False)
	assert done.returncode != 0
	assert "Example Ltd" in done.stdout and "lock the screen" in done.stdout
	assert status(agent)["phase"] == "unenrolled"


@pytest.mark.parametrize("payload, why", [
	(lambda p: "{", "line 1"), (lambda p: without(p, "reference"), "reference"),
	(lambda p: without(p, "trustDigest", "anchorDigest"), "digests"),
	(lambda p: p.replace(json.loads(p)["expires"], "2020-01-01T00:00:00Z"), "expired"),
])
def test_a_payload_that_will_not_do_is_refused(system, agent, payload, why):
	done = enroll(agent, payload(system.payload()), "--yes", check=False)
	assert done.returncode != 0 and why in done.stderr, done.stderr
	assert status(agent)["phase"] == "unenrolled"


@pytest.mark.parametrize("key", ["anchorDigest", "trustDigest", "reference"])
def test_a_enr_2_what_does_not_match_enrolls_nobody(system, agent, key):
	tree = json.loads(system.payload())
	tree[key] = "elsewhere.example.test" if key == "reference" else "ab" * 32
	failures = agent.journal(1000).count("enrollment-failed")
	done = enroll(agent, json.dumps(tree), "--yes", check=False)
	assert done.returncode != 0, done.stdout
	assert status(agent)["phase"] == "unenrolled"
	assert agent.journal(1000).count("enrollment-failed") == failures + 1
	assert not agent.sh("ls /var/lib/muster-agent/keys").stdout.strip(), "keys were kept"


def test_trust_on_first_use_is_told_and_recorded(system, agent):
	done = enroll(agent, without(system.payload(), "trustDigest", "anchorDigest"), "--trust-on-first-use", answer="y\n")
	assert "whoever answers" in done.stdout
	wait_for(lambda: system.row(agent), 20, "the device to enroll")
	wait_for(lambda: system.records(agent, "trust-on-first-use"), 20, "the record")


def test_a_enr_1_a_person_enrolls_the_device(system, agent):
	done = enroll(agent, system.payload(), answer="y\n")
	assert "enrolled" in done.stdout
	wait_for(lambda: system.row(agent), 20, "the device to enroll")
	shown = status(agent)
	assert shown["phase"] == "enrolled" and shown["reference"] == json.loads(system.payload())["reference"]


def test_everybody_may_look_and_only_root_may_act(managed):
	def as_alice(*args):
		return managed.run("setpriv", "--reuid=alice", "--regid=alice", "--clear-groups", "muster-agent", *args, check=False)
	assert as_alice("status").returncode == 0
	for command in ("sync", "unenroll"):
		done = as_alice(command)
		assert done.returncode != 0 and "root" in done.stderr
	for path in ("spool.db", "keys"):
		assert managed.run("setpriv", "--reuid=alice", "--regid=alice", "--clear-groups", "cat", f"/var/lib/muster-agent/{path}",
				 check=False).returncode != 0
	assert status(managed)["phase"] == "enrolled"


def kill_when(device, program, nth):
	"""Kill the agent's manager when the n-th look sees that program run; whether it was seen at all."""
	seen = 0
	for _ in range(4000):
		try:
			device.pid_of(program)
		except LookupError:
			if seen:
				return False
			continue
		seen += 1
		if seen == nth:
			os.kill(device.pid_of("muster-agent"), signal.SIGKILL)
			return True
	return False


def test_killed_at_any_point_a_policy_is_in_force_whole_or_not_at_all(system, agent, serials):
	before = agent.sh(TOUCHED).stdout
	wanted = settings(Authority(system.directory / "authority"))
	join(system, agent)
	for nth, items in ((1, wanted), (3, {"loginBanner": wanted["loginBanner"]}), (8, wanted), (20, {"loginBanner": wanted["loginBanner"]})):
		serial = next(serials)
		system.publish(items, serial)
		kill_when(agent, "muster-agent-work", nth)
		system.wait_applied(agent, serial)
		states = {row["state"] for row in system.show(agent)["settings"]}
		assert states <= {"enforced", "configured"}, states
		assert BANNER in agent.read("/etc/issue")
	leave(agent)
	gone = sorted(set(before.splitlines()) ^ set(agent.sh(TOUCHED).stdout.splitlines()))
	assert not gone, "\n".join(gone)


def test_a_pol_5_after_enrolling_again_the_newest_policy_holds_and_an_old_one_is_refused(system, managed, serials):
	old, newest = next(serials), next(serials)
	for serial in (old, newest):
		system.publish({"loginBanner": {"text": BANNER}}, serial)
	system.wait_applied(managed, newest)
	leave(managed)
	join(system, managed)
	system.wait_applied(managed, newest)
	system.breach(managed, (system.operator.home / f"policy-{old}.cms").read_bytes())
	system.operator.muster("device", "message", managed.name, "--text", "wake up")
	wait_for(lambda: any(r.get("reason") == "serial" for r in system.records(managed, "instruction-refused")), 20,
		 "the old policy to be refused")
	assert status(managed)["policySerial"] == newest


def test_the_channel_comes_back_when_its_process_is_killed(system, managed):
	old = managed.pid_of("muster-agent-net")
	os.kill(old, signal.SIGKILL)
	wait_for(lambda: managed.pid_of("muster-agent-net") != old, 10, "the process to be started again")
	answer = wait_for(lambda: system.lock(managed), 30, "a lock to arrive")
	assert answer["deliveries"][0]["state"] in ("delivered", "proven")


def test_a_alt_4_what_happened_without_contact_arrives_once_and_in_order(system, managed, serials):
	serial = next(serials)
	system.publish({"loginBanner": {"text": BANNER}}, serial)
	system.wait_applied(managed, serial)
	already = len(system.records(managed, "setting-drifted"))
	system.server.stop()
	wait_for(lambda: not status(managed)["connected"], 20, "the loss to be seen")
	for n in range(3):
		managed.sh("printf 'drift %s\\n' \"$1\" >/etc/issue", n)
		managed.run("muster-agent", "sync")
		wait_for(lambda: BANNER in managed.read("/etc/issue") and not status(managed)["applying"], 30, "the banner to be back")
	managed.run("systemctl", "restart", "muster-agent")
	system.server.start()
	wait_for(lambda: status(managed)["connected"] and not status(managed)["recordsWaiting"], 60, "the records to be sent")
	records = system.records(managed)
	drifts = [r for r in records if r["event"] == "setting-drifted"]
	assert len(drifts) == already + 3
	numbers = [r["deviceSeq"] for r in records if r.get("deviceSeq")]
	assert sorted(numbers) == list(range(min(numbers), max(numbers) + 1)) and len(set(numbers)) == len(numbers)


def test_a_lost_secret_is_nowhere_on_the_device(system, managed):
	"""The one-time secret of the payload is in no file of the agent, no log and no argument."""
	secret = json.loads(managed.read("/run/payload.json"))["secret"]
	assert process.run(["grep", "-c", secret], input=managed.journal(2000), check=False).stdout.strip() == "0"
	assert managed.run("grep", "-rlaF", "-e", secret, "/var/lib/muster-agent", "/run/muster-agent", check=False).stdout == ""
