# SPDX-License-Identifier: Apache-2.0
"""The authority and a real device: commands called off, two persons for what destroys, three rotations while the device was
off. The tests stand in the order of the story and share the device."""
import json
import os
import shutil
import signal

import pytest

from testbed import process
from testbed.system import HOST, OPERATOR_UID, SERVER_UID, own
from testbed.waits import wait_for


def last(system, name):
	"""The newest delivery of a command to the device."""
	detail = system.show(system.devices[0])
	return next((d for d in detail["deliveries"] if d.get("name") == name), None)


def trust_of(system, device):
	return system.show(device)["device"].get("trustVersion")


def change(system, *args):
	"""The next trust document, published."""
	return system.operator.json("trust", *args, "--yes", "--publish")


def unenroll(system, device):
	return system.operator.json("device", "unenroll", device.name, "--yes")["id"]


def waiting(system, device, ident):
	return any(r["detail"].get("instruction") == ident for r in system.records(device, "command-accepted"))


def events(system, device, event, ident):
	return [r for r in system.records(device, event) if (r.get("detail") or {}).get("instruction") == ident]


@pytest.fixture(scope="module")
def grace(system):
	"""A second administrator on a machine of her own: her key is made there, and what she has of the enterprise is public."""
	operator = system.operator
	home = operator.home / "grace"
	operator.muster("trust", "request", "grace", "--out", operator.home / "grace.csr", "--home", home)
	change(system, "add", "grace", "--request", operator.home / "grace.csr")
	share(system, home, "client.conf", "server.crt", "login.key", "login.crt")
	operator.muster("roster", "update", "--yes", "--home", home)
	return home


def share(system, home, *more):
	tree = system.operator.tree
	for name in ("authority/root.crt", "authority/root.crl", "authority/signers/grace.crt", *more):
		shutil.copy(tree / name, home / name)
	shutil.copytree(tree / "authority/trust", home / "authority/trust", dirs_exist_ok=True)
	own(home, OPERATOR_UID)


def test_the_device_has_the_delay_of_the_second_trust(system, enrolled):
	assert change(system, "rotate", "--destructive-delay", "10m")["complete"]
	wait_for(lambda: trust_of(system, enrolled) == 2, 30, "trust 2")


def test_a_command_is_called_off_within_its_delay(system, enrolled):
	"""FMT_SMF_EXT.3: at once, over the held request; the device says so, and stays enrolled."""
	ident = unenroll(system, enrolled)
	wait_for(lambda: waiting(system, enrolled, ident), 30, "the command to wait")
	answer = system.operator.json("instruction", "cancel", ident, "--wait", "--timeout", "30s")
	assert answer["devices"] == 1 and answer["late"] == 0
	assert answer["deliveries"][0]["state"] == "cancelled"
	assert len(events(system, enrolled, "command-cancelled", ident)) == 1
	(record,) = [r for r in system.records(event="instruction-cancelled") if r["detail"]["instruction"] == ident]
	assert record["subject"] == "ada"
	assert system.row(enrolled)


def test_a_cancelled_command_that_comes_again_is_refused(system, enrolled):
	"""Whoever has taken the server over has the bytes, but not the command's use."""
	ident = last(system, "unenroll")["id"]
	out = system.operator.home / "cancelled.cms"
	system.operator.muster("instruction", "show", ident, "--out", out)
	system.breach(enrolled, out.read_bytes(), "command")
	system.operator.muster("device", "query", enrolled.name, "--wait")
	refused = wait_for(lambda: [r for r in system.records(enrolled, "instruction-refused") if r.get("reason") == "cancelled"], 30,
			   "the refusal")
	assert refused and system.row(enrolled)


def test_what_was_carried_out_is_too_late(system, enrolled):
	ident = system.operator.json("device", "sync", enrolled.name, "--wait")["id"]
	done = system.operator.muster("instruction", "cancel", ident, check=False)
	assert done.returncode == 5 and "too late" in done.stderr


def test_a_device_that_was_off_never_gets_what_was_called_off(system, enrolled):
	enrolled.run("systemctl", "stop", "muster-agent")
	ident = unenroll(system, enrolled)
	assert system.operator.json("instruction", "cancel", ident)["devices"] == 1
	assert last(system, "unenroll")["state"] == "cancelled"
	enrolled.run("systemctl", "start", "muster-agent")
	wait_for(lambda: events(system, enrolled, "command-cancelled", ident), 30, "the device to hear of it")
	assert not events(system, enrolled, "command-accepted", ident) and system.row(enrolled)


def test_a_crl_is_published_as_bytes(system, enrolled):
	"""Served at once, on every listener; a lower number never is."""
	tree = system.operator.tree
	old = (tree / "authority/root.crl").read_bytes()
	issued = system.operator.json("trust", "crl", "--publish")

	def served(name="authority.crl"):
		out = system.operator.home / "served"
		process.run([*system.network.enter(), "curl", "-sS", "--tlsv1.3", "--cacert", tree / "server.crt", "-o", out,
			     f"https://{HOST}:8444/pki/{name}"])
		return out.read_bytes()
	assert served() == (tree / "authority/root.crl").read_bytes() != old
	key = process.run(["sh", "-c", 'openssl x509 -in "$1" -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum', "sh",
			   tree / "authority/root.crt"]).stdout.split()[0]
	assert served(f"{key}.crl") == served()
	path = system.operator.write("old.crl", old)
	answer = system.operator.run("curl", "-sS", "--tlsv1.3", "--cacert", tree / "server.crt", "--cert", tree / "login.crt", "--key",
				     tree / "login.key", "-H", "Content-Type: application/pkix-crl", "--data-binary", f"@{path}",
				     f"https://{HOST}:8445/api/v1/crl").stdout
	assert json.loads(answer)["error"]["code"] == "conflict"
	assert served() != old
	system.operator.muster("device", "sync", enrolled.name, "--wait")
	(record,) = [r for r in system.records(event="crl-published") if r["outcome"] == "success"]
	assert record["detail"]["number"] == issued["number"]


def test_two_persons_are_needed(system, enrolled, grace):
	"""FMT_POL_EXT.2: what one has signed waits for the other, who sees what it does, and to whom."""
	system.operator.muster("roster", "update", "--yes")
	pending = change(system, "rotate", "--quorum", "destructive=2", "--quorum", "authority=2")
	assert not pending["complete"] and pending["ownHave"] == 1
	share(system, grace)
	(row,) = system.operator.json("pending", "list")["pending"]
	assert (row["id"], row["type"], row["have"], row["want"]) == (pending["id"], "trust", 1, 1)
	approved = system.operator.json("approve", pending["id"], "--person", "grace", "--yes", "--home", grace)
	assert approved["complete"] and approved["published"] and set(approved["persons"]) == {"ada", "grace"}
	assert system.operator.json("pending", "list")["pending"] == []
	wait_for(lambda: trust_of(system, enrolled) == 4, 30, "trust 4")
	system.operator.muster("trust", "adopt", grace / "authority/trust/4.cms")


def test_one_person_destroys_nothing(system, enrolled, grace):
	sent = system.operator.json("device", "unenroll", enrolled.name, "--yes")
	assert sent["pending"]
	assert not any(d["id"] == sent["id"] for d in system.show(enrolled)["deliveries"])
	shown = system.operator.json("pending", "show", sent["id"], "--home", grace)
	(target,) = shown["targets"]
	assert target["hostname"] == enrolled.name and target["roster"] == "listed" and shown["effect"] == "destructive"
	again = system.operator.muster("approve", sent["id"], "--yes", check=False)
	assert again.returncode == 5 and "already" in again.stderr
	# For a device that the signer does not know, or knows otherwise, nothing is signed.
	system.operator.muster("roster", "remove", enrolled.name, "--home", grace)
	unknown = system.operator.muster("approve", sent["id"], "--person", "grace", "--yes", "--home", grace, check=False)
	assert unknown.returncode == 3 and "roster" in unknown.stderr
	system.operator.muster("roster", "update", "--yes", "--home", grace)
	roster = json.loads((grace / "roster.json").read_text())
	roster["devices"][0]["enrollment"] = "00000000-0000-4000-8000-000000000000"
	(grace / "roster.json").write_text(json.dumps(roster))
	changed = system.operator.muster("approve", sent["id"], "--person", "grace", "--yes", "--home", grace, check=False)
	assert changed.returncode == 3 and "1 changed" in changed.stderr
	(grace / "roster.json").unlink()
	system.operator.muster("roster", "update", "--yes", "--home", grace)
	approved = system.operator.json("approve", sent["id"], "--person", "grace", "--yes", "--home", grace)
	assert approved["complete"] and approved["published"]
	wait_for(lambda: waiting(system, enrolled, sent["id"]), 30, "the command to wait")
	assert system.operator.json("instruction", "cancel", sent["id"], "--wait")["deliveries"][0]["state"] == "cancelled"


def both(system, grace, *args):
	"""The next trust document by files alone: one signs and hands it on, the other signs."""
	out = system.operator.home / "next.cms"
	system.operator.muster("trust", *args, "--yes", "--out", out)
	system.operator.muster("approve", out, "--person", "grace", "--yes", "--home", grace)
	system.operator.muster("trust", "adopt", out)
	version = system.operator.json("trust", "show")["trust"]["version"]
	system.operator.muster("instruction", "publish", system.operator.tree / f"authority/trust/{version}.cms")
	share(system, grace)
	return version


def deploy_authority(system):
	"""What the operator copies when the root has changed; the server reads it anew."""
	for name in ("authority.crt", "authority.crl", "online.crt"):
		shutil.copy(system.operator.tree / "channel" / name, system.server.tree / name)
	own(system.server.tree, SERVER_UID)
	os.kill(system.server.process.pid, signal.SIGHUP)


def test_a_device_that_was_away_walks_the_chain(system, enrolled, grace):
	"""Three rotations, another root, and a signer who is none any more: the device comes back to all of it at once."""
	enrolled.run("systemctl", "stop", "muster-agent")
	old_root = (system.operator.tree / "authority/root.crt").read_bytes()
	assert both(system, grace, "rotate", "--new-root") == 5
	assert (system.operator.tree / "authority/root.crt").read_bytes() != old_root
	deploy_authority(system)
	system.operator.muster("trust", "crl", "--publish")
	share(system, grace)
	assert both(system, grace, "rotate", "--drop-old-roots") == 6
	assert both(system, grace, "rotate", "--quorum", "destructive=1", "--quorum", "authority=1") == 7
	removed = change(system, "remove", "grace")
	assert removed["complete"] and removed["version"] == 8
	enrolled.run("systemctl", "start", "muster-agent")
	wait_for(lambda: trust_of(system, enrolled) == 8, 60, "trust 8")
	# The first head was the new root's, which trust 4 did not know: the documents before it were not refused.
	assert not [r for r in system.records(enrolled, "instruction-refused")
		    if r.get("reason") != "cancelled" and r["detail"].get("type") != "head"]


def test_who_was_removed_signs_nothing_at_once(system, enrolled, grace):
	"""Her certificate is good, and on no revocation list; the trust in force says otherwise."""
	policy = system.operator.write("grace.yaml", "name: by grace\nsettings:\n  loginBanner:\n    text: hello\n")
	system.operator.muster("policy", "render", policy, "--serial", "1", "--out", system.operator.home / "grace.json")
	out = system.operator.home / "grace.cms"
	system.operator.muster("sign", system.operator.home / "grace.json", "--person", "grace", "--yes", "--out", out, "--home", grace)
	system.breach(enrolled, out.read_bytes())
	system.operator.muster("device", "query", enrolled.name, "--wait")
	wait_for(lambda: [r for r in system.records(enrolled, "instruction-refused") if r.get("reason") == "signer-not-listed"], 30,
		 "the refusal")


def test_by_the_new_root_work_goes_on(system, enrolled):
	system.publish({"loginBanner": {"text": "by the new root"}}, 2)
	rows = {row["setting"]: row["state"] for row in system.wait_applied(enrolled, 2)}
	assert rows == {"loginBanner": "enforced"}


def test_a_new_device_walks_the_whole_chain(system, enrolled):
	"""From the first trust, whose digest its payload has, over a root that no longer signs, to the newest."""
	second = system.boot("second")
	system.enroll(second)
	wait_for(lambda: trust_of(system, second) == 8, 60, "trust 8 on a new device")
	rows = {row["setting"]: row["state"] for row in system.wait_applied(second, 2)}
	assert rows == {"loginBanner": "enforced"}
