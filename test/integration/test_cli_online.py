# SPDX-License-Identifier: Apache-2.0
"""The CLI with a server: every command's examples as they stand, tables and JSON, and what is refused. The devices here are
certificates that openssl and curl have enrolled; what a real device does with a command is in test_device.py."""
import json
import pathlib
import re

import pytest

from testbed import process
from testbed.stock import enroll
from testbed.system import HOST

TREE = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE_ID = "6f1c0b1e-3c55-4d0a-9a60-4b8a1f6b2c11"
POLICY = "name: Kiosks\nsettings:\n  loginBanner:\n    text: hello\n"


@pytest.fixture(scope="module")
def stock(system):
	"""A system with two devices, kiosk-7 and kiosk-70, and a published policy."""
	for name in ("kiosk-7", "kiosk-70"):
		enroll(system, name)
	policy = system.operator.write("office.yaml", (TREE / "data/examples/office.yaml").read_text())
	system.operator.muster("policy", "publish", policy)
	return system


def devices(system):
	return {d["hostname"]: d for d in system.operator.json("device", "list")["devices"]}


def last(system, kind):
	return system.operator.json("instruction", "list", "--type", kind)["instructions"][0]["id"]


def refused(system, *args):
	"""The exit status, and the one line that says why."""
	done = system.operator.muster(*args, check=False)
	assert done.returncode != 0 and done.stderr.startswith("muster") and done.stderr.count("\n") == 1, done
	return done.returncode, done.stderr


# ---- examples ----

ONLINE = ["token create", "token list", "token revoke", "device list", "device show", "device assign", "device lock",
	  "device message", "device reboot", "device sync", "device query", "device unenroll", "policy publish", "policy show",
	  "instruction list", "instruction show", "instruction publish", "instruction cancel", "roster update", "roster list",
	  "roster remove", "pending list", "records", "version"]


@pytest.mark.parametrize("name", ONLINE)
def test_the_examples_run_as_they_stand(stock, name):
	"""An id in an example becomes a real one; what waits for a device that never answers may time out, and says so."""
	operator = stock.operator
	operator.muster("policy", "publish", operator.home / "office.yaml", "--out", operator.home / "office.cms")
	operator.muster("device", "sync", "kiosk-7")
	operator.muster("instruction", "show", last(stock, "command"), "--out", operator.home / "command.cms")
	real = json.loads(stock.payload())["token"] if name.startswith("token") else last(stock, "policy")
	if name == "instruction cancel":
		real = operator.json("device", "reboot", "kiosk-70")["id"]
	elif name == "roster remove":
		operator.muster("roster", "update", "--yes")
	for line in operator.muster(*name.split(), "--help").stdout.split("\nExamples:\n")[1].splitlines():
		line = line.strip().replace(EXAMPLE_ID, real)
		line = re.sub(r"--wait", "--wait --timeout 1s", line)
		line = line.replace("roster update", "roster update --yes").replace("--yes kiosk-7 --yes", "kiosk-7 --yes")
		line = re.sub(r"^(.*--follow)", r"timeout 2 \1", line)
		done = operator.run("bash", "-c", f"set -o pipefail; cd; {line}", check=False)
		allowed = {0, 8} if "--wait" in line else {0, 124} if "--follow" in line else {0}
		assert done.returncode in allowed, f"{line}: {done.stderr}"


# ---- tokens ----

def test_the_payload_says_what_the_operator_knows(stock):
	"""FIA_ENR_EXT.2: the digests are those of the operator's own files, whatever a server says."""
	tree = stock.operator.tree
	payload = json.loads(stock.payload("--ownership", "personal"))
	digest = process.run(["sh", "-c", 'openssl x509 -in "$1" -outform DER | sha256sum', "sh", tree / "server.crt"]).stdout.split()[0]
	trust = process.run(["sha256sum", tree / "authority/trust/1.cms"]).stdout.split()[0]
	assert (payload["anchorDigest"], payload["trustDigest"]) == (digest, trust)
	assert payload["reference"] == HOST and payload["ownership"] == "personal" and payload["type"] == "enrollment"


def test_a_payload_file_is_its_owners_alone(stock):
	path = stock.operator.home / "mine.json"
	stock.operator.muster("token", "create", "--out", path, "--png", stock.operator.home / "mine.png")
	assert path.stat().st_mode & 0o777 == 0o600
	assert (stock.operator.home / "mine.png").stat().st_mode & 0o777 == 0o600


def test_the_secret_is_shown_once(stock):
	payload = json.loads(stock.payload())
	for args in (["token", "list", "--json"], ["records", "--json"]):
		assert payload["secret"] not in stock.operator.muster(*args).stdout
	assert payload["secret"] not in stock.server.tail(1000)


def test_a_payload_that_reaches_nobody_opens_nothing(stock):
	status, _ = refused(stock, "token", "create", "--out", "/nonexistent/payload", "--note", "lost")
	assert status == 4
	rows = stock.operator.json("token", "list")["tokens"]
	assert next(r for r in rows if r.get("note") == "lost")["state"] == "revoked"


def test_a_device_node_is_never_replaced(stock):
	stock.operator.muster("token", "create", "--out", "/dev/null")
	assert process.run(["stat", "-c", "%F", "/dev/null"]).stdout.strip() == "character special file"


# ---- naming devices ----

def test_devices_by_id_name_and_beginning(stock):
	row = devices(stock)["kiosk-7"]
	for name in (row["id"], "kiosk-7", row["id"][:13]):
		assert stock.operator.json("device", "show", name)["device"]["id"] == row["id"], name


def test_a_beginning_of_several_is_refused(stock):
	status, line = refused(stock, "device", "show", "kios")
	assert status == 5 and all(d["id"] in line for d in devices(stock).values())


def test_an_unknown_device_is_refused(stock):
	assert refused(stock, "device", "lock", "kiosk-8")[0] == 4
	assert refused(stock, "device", "show", EXAMPLE_ID)[0] == 4


# ---- commands ----

def test_a_command_is_signed_here_and_names_its_target(stock):
	row = devices(stock)["kiosk-7"]
	sent = stock.operator.json("device", "lock", "kiosk-7", "--message", "Locked")
	assert sent["devices"] == 1 and sent["ms"]["resolved"] <= sent["ms"]["signed"] <= sent["ms"]["published"]
	path = stock.operator.home / "lock.cms"
	stock.operator.muster("instruction", "show", sent["id"], "--out", path)
	verdict = stock.operator.json("instruction", "verify", path, "--content", "--device", row["id"])
	assert verdict["persons"] == ["ada"] and not verdict["online"]
	assert verdict["content"]["targets"] == [{"device": row["id"], "enrollment": row["enrollment"]}]
	assert verdict["content"]["args"] == {"message": "Locked"}


def test_one_command_for_two_devices(stock):
	assert stock.operator.json("device", "sync", "kiosk-7", "kiosk-70")["devices"] == 2


def test_waiting_ends_with_the_exit_status_of_a_timeout(stock):
	done = stock.operator.muster("device", "sync", "kiosk-7", "--wait", "--timeout", "1s", "--json", check=False)
	assert done.returncode == 8 and done.stderr == "muster: no answer from every device yet\n"
	assert json.loads(done.stdout)["deliveries"][0]["state"] in ("requested", "sent")


def test_a_destructive_command_wants_a_word_more(stock):
	before = last(stock, "command")
	status, line = refused(stock, "device", "unenroll", "kiosk-70")
	assert status == 2 and "destructive" in line and "--yes" in line
	assert last(stock, "command") == before


@pytest.mark.parametrize("args, says", [
	(["message", "kiosk-7", "--text", ""], "--text: shorter than 1 bytes"),
	(["message", "kiosk-7", "--text", "x" * 2001], "--text: longer than 2000 bytes"),
	(["reboot", "kiosk-7", "--delay", "2d"], "--delay: not within 0 and 86400 seconds"),
	(["lock", "kiosk-7", "--expires", "2d"], "--expires: not within 1 and 86400 seconds"),
])
def test_bad_arguments_are_refused_before_anything_is_sent(stock, args, says):
	assert says in refused(stock, "device", *args)[1]


# ---- publication ----

def test_the_serial_rises_by_itself(stock):
	policy = stock.operator.write("serial.yaml", "stream: serials\n" + POLICY)
	for serial in (1, 2):
		stock.operator.muster("policy", "publish", policy)
		assert stock.operator.json("policy", "show", "serials")["serial"] == serial


def test_an_older_serial_is_refused(stock):
	policy = stock.operator.write("old.yaml", "stream: old\nserial: 5\n" + POLICY)
	stock.operator.muster("policy", "publish", policy)
	older = stock.operator.write("older.yaml", "stream: old\nserial: 4\n" + POLICY)
	assert refused(stock, "policy", "publish", older)[0] == 5


def test_publishing_the_same_bytes_again_changes_nothing(stock):
	path = stock.operator.home / "same.cms"
	first = json.loads(stock.operator.muster("policy", "publish", stock.operator.home / "office.yaml", "--out", path,
						 "--json").stdout)
	again = stock.operator.json("policy", "publish", path)
	assert not first["known"] and again["known"] and again["id"] == first["id"]


def test_a_tampered_document_does_not_leave_this_machine(stock):
	path = stock.operator.home / "tampered.cms"
	stock.operator.muster("policy", "sign", stock.operator.home / "office.yaml", "--serial", 900, "--out", path)
	data = bytearray(path.read_bytes())
	data[data.index(b"Example Corp")] ^= 1
	path.write_bytes(bytes(data))
	before = last(stock, "policy")
	for command in (["policy", "publish"], ["instruction", "publish"]):
		assert refused(stock, *command, path)[0] == 1
	assert last(stock, "policy") == before


def test_what_goes_nowhere_says_what_is_missing(stock):
	policy = stock.operator.write("nobody.yaml", "stream: nobody\n" + POLICY)
	said = stock.operator.muster("policy", "publish", policy).stdout
	assert "goes to 0 devices\nno device follows stream 'nobody': 'muster device assign DEVICE --stream nobody'" in said
	stock.operator.muster("device", "assign", "kiosk-70", "--stream", "nobody")
	assert "no device" not in stock.operator.muster("policy", "publish", policy).stdout


def test_what_ended_well_or_badly_is_an_object_under_json(stock):
	"""token create, token revoke, device retire, and a wait that ends without an answer."""
	operator = stock.operator
	made = operator.json("token", "create", "--count", 2)
	assert made["payload"]["token"] == made["token"] and made["count"] == 2
	path = operator.home / "scripted.json"
	made = operator.json("token", "create", "--out", path)
	assert "payload" not in made and json.loads(path.read_text())["token"] == made["token"]
	assert operator.json("token", "revoke", made["token"]) == {"token": made["token"], "state": "revoked"}
	done = operator.muster("token", "revoke", made["token"] + "0", "--json", check=False)
	assert done.returncode and json.loads(done.stdout)["error"]["message"] in done.stderr
	done = operator.muster("device", "lock", "kiosk-7", "--wait", "--timeout", "1s", "--json", check=False)
	answer = json.loads(done.stdout)
	assert done.returncode == 8 and answer["error"]["code"] == "timeout" and answer["deliveries"], done
	assert answer["error"]["message"] in done.stderr
	enroll(stock, "broken-1")
	retired = operator.json("device", "retire", "broken-1")
	assert retired["state"] == "retired" and len(retired["device"]) == 36


def test_an_assignment_moves_a_device(stock):
	policy = stock.operator.write("lobby.yaml", "stream: lobby\n" + POLICY)
	stock.operator.muster("policy", "publish", policy)
	stock.operator.muster("device", "assign", "kiosk-70", "--stream", "lobby", "--group", "a", "--group", "b")
	detail = stock.operator.json("device", "show", "kiosk-70")
	assert detail["device"]["stream"] == "lobby" and detail["groups"] == ["a", "b"]
	assert {"assignment", "policy"} <= {d["type"] for d in detail["deliveries"]}


# ---- what is shown ----

@pytest.mark.parametrize("args, title", [
	(["device", "list"], "DEVICE"), (["token", "list"], "TOKEN"), (["instruction", "list"], "INSTRUCTION"), (["records"], "SEQ"),
])
def test_tables_are_aligned(stock, args, title):
	lines = stock.operator.muster(*args).stdout.splitlines()
	assert lines[0].startswith(title)
	starts = [m.start() for m in re.finditer(r"(?<=  )\S", lines[0])]
	for line in lines[1:]:
		for at in starts[:2]:
			assert line[at - 1] == " " and line[at] != " ", line


def test_what_a_device_says_of_itself_cannot_drive_a_terminal(stock):
	"""A host name is the device's own word."""
	for args in (["device", "list"], ["device", "show", "kiosk-7"], ["records"]):
		assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", stock.operator.muster(*args).stdout)


def test_records_follow(stock):
	done = stock.operator.run("timeout", "3", "muster", "records", "--follow", "--json", check=False)
	rows = [json.loads(line) for line in done.stdout.splitlines()]
	assert [r["seq"] for r in rows] == sorted(r["seq"] for r in rows) and len(rows) > 5
	whole = stock.operator.json("records")["records"]
	assert [r["id"] for r in rows] == [r["id"] for r in whole][:len(rows)]


# ---- the channel ----

def test_the_server_is_judged_with_its_status(stock):
	"""X-11: what the server's issuer says of it was fetched, is kept, and is asked for again where it is gone."""
	kept = stock.operator.tree / "status/server.crl"
	assert kept.exists()
	kept.unlink()
	stock.operator.muster("version", "--server")
	assert kept.exists()


def test_another_anchor_is_refused(stock):
	"""A server that some other authority vouches for is not ours."""
	anchor = stock.operator.tree / "server.crt"
	whole = anchor.read_bytes()
	anchor.write_bytes((stock.operator.tree / "authority/root.crt").read_bytes())
	try:
		status, line = refused(stock, "device", "list")
		assert status == 1 and "cert" in line or "anchor" in line or "trust" in line, line
	finally:
		anchor.write_bytes(whole)


def test_another_login_is_refused(stock):
	"""A certificate of another issuer opens nothing, though it is an administrator's own."""
	tree = stock.operator.tree
	kept = {name: (tree / name).read_bytes() for name in ("login.crt", "login.key")}
	for suffix in ("crt", "key"):
		(tree / f"login.{suffix}").write_bytes((tree / f"authority/signers/ada.{suffix}").read_bytes())
	try:
		assert refused(stock, "device", "list")[0] != 0
	finally:
		for name, data in kept.items():
			(tree / name).write_bytes(data)


def test_a_retired_device_is_not_found(stock):
	enroll(stock, "old-1")
	stock.operator.muster("device", "retire", "old-1")
	assert refused(stock, "device", "lock", "old-1")[0] == 4


# ---- calling off ----

def test_a_command_that_never_arrived_is_called_off_at_once(stock):
	ident = stock.operator.json("device", "reboot", "kiosk-70")["id"]
	answer = stock.operator.json("instruction", "cancel", ident, "--wait", "--timeout", "5s")
	assert answer["devices"] == 1 and answer["deliveries"][0]["state"] == "cancelled"
	assert answer["deliveries"][0]["reason"] == "called off by ada"
	assert stock.operator.json("instruction", "cancel", ident)["devices"] == 1  # again: as it was
	row = stock.operator.json("instruction", "show", ident)["instruction"]
	assert (row["cancelled"], row["failed"], row["delivered"]) == (1, 0, 0)


def test_only_a_command_that_is_there_is_called_off(stock):
	assert refused(stock, "instruction", "cancel", last(stock, "policy"))[0] == 2
	assert refused(stock, "instruction", "cancel", EXAMPLE_ID)[0] == 4
	assert refused(stock, "instruction", "cancel", "kiosk-7")[0] == 2


def test_a_device_that_the_roster_has_otherwise_is_not_commanded(stock):
	"""The server says that another device is called so: found out before anything is signed."""
	roster = stock.operator.tree / "roster.json"
	stock.operator.muster("roster", "update", "--yes")
	try:
		stock.operator.muster("device", "sync", "kiosk-7")
		listed = json.loads(roster.read_text())
		for row in listed["devices"]:
			row["enrollment"] = EXAMPLE_ID
		roster.write_text(json.dumps(listed))
		status, line = refused(stock, "device", "sync", "kiosk-7")
		assert status == 3 and "not the one in your roster" in line
		stock.operator.muster("device", "sync", "kiosk-7", "--yes-unlisted")
	finally:
		roster.unlink()


def test_a_revocation_list_is_the_roots_and_newer(stock):
	"""What another root has signed, and what is no list at all, is not published."""
	tree = stock.operator.tree
	post = ["curl", "-sS", "--tlsv1.3", "--cacert", tree / "server.crt", "--cert", tree / "login.crt", "--key", tree / "login.key",
		"-H", "Content-Type: application/pkix-crl", "--data-binary"]
	to = f"https://{HOST}:8445/api/v1/crl"
	foreign = stock.operator.write("foreign.crl", b"no list")
	assert json.loads(stock.operator.run(*post, f"@{foreign}", to).stdout)["error"]["code"] == "refused"
	for issuer in ("server", "device"):
		path = stock.operator.home / f"{issuer}.crl"
		stock.operator.run("curl", "-sS", "--tlsv1.3", "--cacert", tree / "server.crt", "-o", path, f"https://{HOST}:8444/pki/{issuer}.crl")
		answer = json.loads(stock.operator.run(*post, f"@{path}", to).stdout)
		assert answer["error"]["reason"] == "cert-untrusted", answer
