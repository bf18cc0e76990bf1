# SPDX-License-Identifier: Apache-2.0
"""The device's own keys in each kind of store: a device enrolls, comes back and is held to a floor; and what is copied off it
is no device (FCS_STG_EXT.4, A-STG-2). The tests stand in the order of the story and share the device of their store."""
import json
import subprocess

import pytest

from testbed import process
from testbed.settings import BANNER
from testbed.tokens import PIN, STORES
from testbed.waits import wait_for

STATE = "/var/lib/muster-agent"
TOKENS = [name for name in STORES if name != "file"]


def status(device):
	return json.loads(device.run("muster-agent", "status", "--json").stdout)


@pytest.fixture(scope="module")
def devices(system, image):
	"""A device of each store, enrolled when it is first asked for."""
	system.image = image
	made = {}

	def get(name):
		if name not in made:
			made[name] = system.boot(name)
			STORES[name]().set_up(made[name])
			system.enroll(made[name])
		return made[name]
	return get


@pytest.fixture(params=STORES)
def store(request):
	return request.param


def test_fcs_stg_ext_4_the_keys_are_in_the_store_and_their_level_is_told(system, devices, store, image):
	device = devices(store)
	wait_for(lambda: len(system.show(device)["status"].get("keys", [])) == 2, 20, "the keys' levels")
	for keys in (system.show(device)["status"]["keys"], status(device)["keys"]):
		assert {k["key"] for k in keys} == {"channel", "evidence"}
		for k in keys:
			assert k.get("level", 0) == STORES[store].level and STORES[store].word in k["reason"], k
	shown = system.operator.muster("device", "show", device.name).stdout
	assert STORES[store].word in shown
	assert STORES[store].word in device.run("muster-agent", "status").stdout


def test_the_agent_comes_back_with_the_same_keys(system, devices, store, image):
	device = devices(store)
	before = status(device)["device"]
	device.run("systemctl", "restart", "muster-agent")
	wait_for(lambda: status(device).get("connected"), 30, "the channel")
	assert status(device)["device"] == before


def test_a_policy_demands_a_minimum(system, devices, store, image):
	"""The floor that the store reaches is enforced; the one above is refused whole, and the policy before stays."""
	device, reached = devices(store), STORES[store].level
	serial = 10 * (1 + list(STORES).index(store))
	system.operator.muster("device", "assign", device.name, "--stream", store)
	wanted = {"loginBanner": {"text": BANNER}}
	if reached:
		wanted["keyProtection"] = {"minimumLevel": reached}
	system.publish(wanted, serial, stream=store)
	rows = {r["setting"]: r for r in system.wait_applied(device, serial)}
	if reached:
		assert rows["keyProtection"]["state"] == "enforced" and f"level {reached}" in rows["keyProtection"]["readBack"]
	system.publish({"loginBanner": {"text": "Another"}, "keyProtection": {"minimumLevel": reached + 1}}, serial + 1, stream=store)
	failed = wait_for(lambda: [r for r in system.records(device, "policy-failed")], 30, "the refusal")[-1]
	assert STORES[store].word in json.dumps(failed), failed
	assert system.show(device)["device"]["policySerial"] == serial
	assert BANNER in device.read("/etc/issue")


def pem_keys(device, *folders):
	"""Files with a private key that is not wrapped by anything."""
	found = device.run("grep", "-rlE", "BEGIN (EC |RSA )?PRIVATE KEY", *folders, check=False).stdout.split()
	return sorted(found)


def test_a_stg_1_no_plain_private_key_is_in_any_file_of_the_agent_but_the_file_stores(devices, store, image):
	found = pem_keys(devices(store), STATE, "/etc/muster", "/run/muster-agent")
	assert found == ([f"{STATE}/keys/channel.key", f"{STATE}/keys/evidence.key"] if store == "file" else [])


def copy_state(device, other):
	"""All that the agent keeps, and its configuration."""
	with subprocess.Popen(device.command("tar", "-C", "/", "-cf", "-", STATE.lstrip("/"), "etc/muster"),
			      stdout=subprocess.PIPE) as tar:
		process.run(other.command("tar", "-C", "/", "-xpf", "-", "--numeric-owner"), stdin=tar.stdout)


@pytest.fixture(scope="module")
def twin(system, image):
	system.image = image
	return system.boot("twin")


@pytest.mark.parametrize("name", ["file", *TOKENS])
def test_a_stg_2_a_copied_state_directory_is_no_device(system, devices, twin, name):
	"""With a token or a TPM of its own the other machine is as far as without. Files are at level 0 for that reason: the
	control that the copy is whole."""
	device = devices(name)
	wait_for(lambda: status(device).get("connected"), 30, "the channel")
	device.run("systemctl", "stop", "muster-agent")
	twin.sh("systemctl stop muster-agent; rm -rf /var/lib/muster-agent/* /etc/muster/*; systemctl reset-failed muster-agent")
	STORES[name]().set_up(twin)
	copy_state(device, twin)
	twin.run("systemctl", "start", "muster-agent")
	try:
		if name == "file":
			wait_for(lambda: status(twin).get("connected"), 30, "the copy to connect")
			return
		said = wait_for(lambda: "key: " in twin.journal(50) and twin.journal(50), 30, "the copy to try")
		assert "no such private key" in said or "another TPM" in said, said
		assert not status(twin).get("connected")
		system.operator.muster("device", "message", device.name, "--text", "are you there?")
		assert not status(twin).get("connected")
	finally:
		twin.run("systemctl", "stop", "muster-agent")
		device.run("systemctl", "start", "muster-agent")
	wait_for(lambda: status(device).get("connected"), 30, "the device itself to come back")


@pytest.mark.parametrize("name", TOKENS)
def test_unenrollment_destroys_the_keys_in_the_store(system, devices, name, image):
	device = devices(name)
	device.run("muster-agent", "unenroll")
	wait_for(lambda: status(device)["phase"] == "unenrolled", 60, "the device to leave")
	assert not device.sh(f"ls {STATE}/keys").stdout.strip()
	if name == "pkcs11":
		assert not device.sh("ls /var/lib/token/*/*.object 2>/dev/null | grep -v token.object", check=False).stdout.strip()


def test_a_pin_that_was_refused_is_not_tried_until_its_file_changes(system, image, devices):
	"""A few wrong ones would lock a smart card for good, and the key process lives for seconds."""
	device = system.boot("wrong-pin")
	STORES["pkcs11"]().set_up(device, pin="000000")
	device.write("/run/payload.json", system.payload(), 0o600)
	device.run("systemctl", "start", "muster-agent")

	def enroll():
		return device.run("muster-agent", "enroll", "--yes", "/run/payload.json", check=False)
	first = enroll()
	assert first.returncode != 0 and "the PIN is wrong" in first.stderr, first.stderr
	for _ in range(2):
		device.run("systemctl", "restart", "muster-agent")
		again = enroll()
		assert again.returncode != 0 and "not tried again" in again.stderr, again.stderr
	device.write("/etc/muster/pin", PIN + "\n", 0o600)
	device.run("chown", "muster-key", "/etc/muster/pin")
	# A process that still serves sees the file that was there when it began.
	wait_for(lambda: "muster-agent-key" not in device.agent_pids(), 30, "the key process to end")
	assert enroll().returncode == 0
	assert PIN not in device.journal(500)
