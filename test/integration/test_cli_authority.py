# SPDX-License-Identifier: Apache-2.0
"""Signing together, without a server: what is shown, what is refused with which exit status and one line, and keys in tokens."""
import json
import shutil

import pytest

from testbed.cli import HOST, POLICY, Cli
from testbed.process import missing

DEVICE, ENROLLMENT = "11111111-2222-4333-8444-555555555555", "66666666-7777-4888-9999-aaaaaaaaaaaa"
COMMAND = {"type": "command", "id": "0b7a9f6e-0c55-4c2f-8d8e-1f2a3b4c5d61", "command": "unenroll",
	   "targets": [{"device": DEVICE, "enrollment": ENROLLMENT}]}


@pytest.fixture
def two(build, tmp_path):
	"""ada and grace, both of whom must sign what destroys; the tree of each."""
	cli = Cli(build, tmp_path)
	cli.ok("init", "--enterprise", "Example Corp", "--administrator", "ada", "--server", HOST)
	cli.tree = tmp_path / ".config/muster"
	cli.ok("trust", "request", "grace", "--home", "grace", "--out", "grace.csr")
	cli.ok("trust", "add", "grace", "--request", "grace.csr", "--yes")
	cli.ok("trust", "rotate", "--quorum", "destructive=2", "--yes")
	for name in ("client.conf", "authority/root.crt", "authority/root.crl", "authority/signers/grace.crt"):
		shutil.copy(cli.tree / name, tmp_path / "grace" / name)
	shutil.copytree(cli.tree / "authority/trust", tmp_path / "grace/authority/trust", dirs_exist_ok=True)
	return cli


def by_grace(*args):
	return [*args, "--person", "grace", "--home", "grace"]


def command(cli, **more):
	enterprise = json.loads(cli.ok("trust", "show", "--json"))["trust"]["enterprise"]
	now, later = (cli.shell(f"date -u -d '{when}' +%FT%TZ").stdout.strip() for when in ("-1 hour", "+20 hours"))
	return cli.write("command.json", json.dumps({**COMMAND, "enterprise": enterprise, "notBefore": now, "notAfter": later, **more}))


def list_in(cli, home, **more):
	path = cli.directory / home / "roster.json"
	path.write_text(json.dumps({"devices": [{"device": DEVICE, "enrollment": ENROLLMENT, "hostname": "kiosk-7", **more}]}))


def refused(cli, status, what, *args):
	done = cli.run(*args)
	last = done.stderr.splitlines()[-1]
	assert done.returncode == status and last.startswith("muster") and what in last, done


def test_a_command_is_shown_with_the_names_of_the_roster(two):
	command(two)
	refused(two, 3, "1 unknown", "sign", "command.json", "--yes")
	list_in(two, ".config/muster", enrollment=DEVICE)
	refused(two, 3, "1 changed", "sign", "command.json", "--yes")
	list_in(two, ".config/muster")
	refused(two, 2, "--yes", "sign", "command.json")
	done = two.run("sign", "command.json", "--yes")
	assert done.returncode == 0 and "kiosk-7" in done.stderr and "destructive" in done.stderr
	assert "each device waits 600 s" in done.stderr and "1 of 2 persons signed: ada" in done.stderr
	assert two.run("sign", "command.json", "--yes-unlisted", "--yes", "--out", "again.cms").returncode == 0


def test_two_signatures_are_those_of_two_persons(two):
	command(two)
	list_in(two, ".config/muster")
	list_in(two, "grace")
	two.ok("sign", "command.json", "--yes")
	assert json.loads(two.run("instruction", "verify", "command.cms", "--json").stdout)["reason"] == "quorum"
	refused(two, 5, "already", "approve", "command.cms", "--yes")
	answer = json.loads(two.ok(*by_grace("approve", "command.cms", "--yes", "--json")))
	assert answer["complete"] and answer["have"] == answer["want"] == 2 and not answer["published"]
	good = json.loads(two.ok("instruction", "verify", "command.cms", "--json"))
	assert set(good["persons"]) == {"ada", "grace"}


def test_what_is_not_wholly_understood_is_not_signed(two):
	list_in(two, ".config/muster")
	for more in ({"surprise": 1}, {"command": "explode"}, {"args": {"hidden": True}}, {"targets": []}):
		command(two, **more)
		refused(two, 2, "", "sign", "command.json", "--yes")
	command(two, enterprise=DEVICE)
	refused(two, 1, "enterprise", "sign", "command.json", "--yes")
	two.write("head.json", json.dumps({"type": "head"}))
	refused(two, 2, "", "sign", "head.json", "--yes")


def test_changes_that_cannot_be_are_refused_by_one_line(two):
	refused(two, 4, "'eve' is no signer", "trust", "remove", "eve", "--yes")
	refused(two, 2, "2 persons must sign, 1 are listed", "trust", "remove", "grace", "--yes")
	refused(two, 2, "CLASS=PERSONS", "trust", "rotate", "--quorum", "destructive", "--yes")
	refused(two, 2, "no effect class", "trust", "rotate", "--quorum", "everything=2", "--yes")
	refused(two, 2, "9 persons must sign", "trust", "rotate", "--quorum", "code=9", "--yes")
	refused(two, 2, "no routine command", "trust", "rotate", "--online-may", "unenroll", "--yes")
	refused(two, 2, "--request", "trust", "add", "online2", "--online", "--yes")
	refused(two, 5, "listed already", "trust", "add", "ada", "--yes")
	(two.tree / "authority/root.key").rename(two.directory / "away.key")
	refused(two, 4, "--root-key", "trust", "add", "eve", "--yes")
	two.ok("trust", "add", "eve", "--yes", "--root-key", "away.key")
	refused(two, 5, "not that of", "trust", "rotate", "--yes", "--key", "away.key")
	assert json.loads(two.ok("trust", "show", "--json"))["trust"]["version"] == 4


def test_an_approval_wants_signed_bytes_that_are_good(two):
	two.write("p.yaml", POLICY)
	two.write("p.json", two.ok("policy", "render", "p.yaml", "--serial", 3))
	refused(two, 2, "nobody has signed it", "approve", "p.json", "--yes")
	two.ok("sign", "p.json", "--yes")
	data = bytearray((two.directory / "p.cms").read_bytes())
	data[len(data) // 3] ^= 1
	two.write("bad.cms", bytes(data))
	assert two.run(*by_grace("approve", "bad.cms", "--yes")).returncode in (1, 2)
	two.ok("trust", "rotate", "--quorum", "authority=2", "--yes", "--out", "next.cms")
	refused(two, 1, "persons signed", "trust", "adopt", "next.cms")
	two.ok(*by_grace("approve", "next.cms", "--yes"))
	two.ok("trust", "adopt", "next.cms")
	two.ok("trust", "adopt", "next.cms")  # what is here already may come again


def test_an_authority_alone_has_no_server(build, tmp_path):
	cli = Cli(build, tmp_path)
	made = json.loads(cli.ok("trust", "init", "--enterprise", "Example Corp", "--administrator", "ada", "--json"))
	assert not (tmp_path / ".config/muster/channel").exists() and made["trustDigest"]
	assert json.loads(cli.ok("trust", "show", "--json"))["trust"]["online"]["may"] == ["query", "sync"]
	refused(cli, 4, "names no server", "device", "list")


@pytest.mark.skipif(bool(missing("softhsm2-util")), reason="needs softhsm2")
def test_a_signers_key_may_be_in_a_token(two):
	"""FCS_STG_EXT.1: made in the token, used from there, and remembered by its URI alone."""
	module = "/usr/lib/softhsm/libsofthsm2.so"
	(two.directory / "tokens").mkdir()
	two.write("softhsm2.conf", f"directories.tokendir = {two.directory}/tokens\n")
	two.env["SOFTHSM2_CONF"] = str(two.directory / "softhsm2.conf")
	two.write("pin", "1234").chmod(0o600)
	assert two.shell("softhsm2-util --init-token --free --label t --pin 1234 --so-pin 1234").returncode == 0
	uri = f"pkcs11:token=t;object=eve;type=private?module-path={module}&pin-source={two.directory}/pin"
	two.ok("trust", "request", "eve", "--key", uri, "--out", "eve.csr")
	assert not (two.tree / "authority/signers/eve.key").exists()
	two.ok("trust", "add", "eve", "--request", "eve.csr", "--yes")
	two.write("p.yaml", POLICY)
	two.write("p.json", two.ok("policy", "render", "p.yaml", "--serial", 3))
	answer = json.loads(two.ok("sign", "p.json", "--person", "eve", "--yes", "--json"))
	assert answer["persons"] == ["eve"] and answer["complete"]
