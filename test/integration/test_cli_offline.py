# SPDX-License-Identifier: Apache-2.0
"""The CLI without a server, as a person uses it: the built binary, its words, its exit statuses."""
import json
import pathlib
import re
import shutil
import stat
import subprocess

import pytest

from test_cli_judge import ocsp_of
from testbed.cli import HOST, POLICY, cli, crl_of, home, sign  # noqa: F401 (fixtures)


TREE = pathlib.Path(__file__).resolve().parents[2]
OFFICE = TREE / "data/examples/office.yaml"


def commands(build):
	text = subprocess.run([build / "src/cli/muster", "--help"], capture_output=True, text=True, check=True).stdout
	body = text.split("Commands:\n")[1]
	return re.findall(r"^  ([a-z]+(?: [a-z]+)?)(?:\s{2,}|$)", body, re.M)


# ---- the two trees ----

LAYOUT = """\
authority/root.crl authority/root.crt authority/root.key authority/signers/ada.crt authority/signers/ada.key
authority/trust/1.cms channel/authority.crl channel/authority.crt channel/bootstrap.json channel/issuers/device.crt
channel/issuers/device.key channel/issuers/login.crt channel/issuers/login.key channel/issuers/server.crt
channel/issuers/server.key channel/listeners/administration.crt channel/listeners/administration.key
channel/listeners/device.crt channel/listeners/device.key channel/listeners/enrollment.crt
channel/listeners/enrollment.key channel/online.crt channel/online.key channel/server.conf client.conf device.crt login.crt login.key
server.crt""".split()


def test_init_makes_this_layout(home):
	assert sorted(str(p.relative_to(home.tree)) for p in home.tree.rglob("*") if p.is_file()) == sorted(LAYOUT)


def test_init_keys_are_for_their_owner_alone(home):
	for path in home.tree.rglob("*.key"):
		assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
	assert stat.S_IMODE((home.tree / "channel/bootstrap.json").stat().st_mode) == 0o600


def test_the_channel_tree_holds_neither_the_authority_nor_the_login_key(home):
	"""protocol.md "Two trees": nothing of the authority tree is on a server, nor what logs an administrator in."""
	secrets = [home.tree / "authority/root.key", home.tree / "authority/signers/ada.key", home.tree / "login.key"]
	for path in (home.tree / "channel").rglob("*"):
		for secret in secrets if path.is_file() else []:
			body = "".join(secret.read_text().splitlines()[1:-1])
			assert body not in path.read_text(errors="replace").replace("\n", ""), f"{secret} in {path}"


def test_init_never_overwrites(home):
	before = {p: p.read_bytes() for p in home.tree.rglob("*") if p.is_file()}
	done = home.run("init", "--enterprise", "Other", "--administrator", "eve", "--server", HOST)
	assert done.returncode == 5 and "never overwritten" in done.stderr and done.stdout == ""
	assert before == {p: p.read_bytes() for p in home.tree.rglob("*") if p.is_file()}


def test_init_that_fails_leaves_nothing(cli):
	cli.directory.chmod(0o700)
	blocked = cli.directory / "file"
	blocked.write_text("")
	done = cli.run("init", "--enterprise", "E", "--administrator", "ada", "--server", HOST, "--home", blocked / "tree")
	assert done.returncode != 0 and done.stderr.count("\n") == 1
	assert [p.name for p in cli.directory.iterdir()] == ["file"]


@pytest.mark.parametrize("args, says", [
	(["--administrator", "a/b"], "--administrator: only letters, digits and . _ - @"),
	(["--administrator", ".."], "--administrator: only letters, digits and . _ - @"),
	(["--server", "a b"], "--server: 'a b' is neither a DNS name nor an address"),
	(["--listen", "localhost"], "--listen: not an address"),
	(["--profile", "best"], "--profile: not one of default, cnsa"),
	(["--online-may", "unenroll"], "--online-may: 'unenroll' is no routine command"),
	(["--online-may", "nothing"], "--online-may: 'nothing' is no routine command"),
	(["--device-port", "0"], "--device-port: not an integer in 1..65535"),
	(["--enterprise", "x" * 45], "--enterprise: longer than 44 bytes"),
	(["--destructive-delay", "1w"], "--destructive-delay: not a duration like 90s, 15m, 1h or 30d"),
	(["--destructive-delay", "1h", "--no-destructive-delay"], "exclude each other"),
])
def test_init_refuses_bad_options(cli, args, says):
	wanted = {"--enterprise": "E", "--administrator": "ada", "--server": HOST}
	line = [w for k, v in wanted.items() if k not in args for w in (k, v)]
	done = cli.run("init", *line, *args)
	assert done.returncode == 2 and says in done.stderr and done.stderr.count("\n") == 1, done.stderr
	assert not list(cli.directory.iterdir())


def test_init_cnsa_uses_p384_everywhere(cli):
	cli.ok("init", "--enterprise", "E", "--administrator", "ada", "--server", HOST, "--profile", "cnsa", "--home", "h")
	for path in (cli.directory / "h").rglob("*.crt"):
		assert b"secp384r1" in cli.openssl("x509", "-in", path, "-noout", "-text"), path


def test_trust_says_what_was_asked(cli):
	cli.ok("init", "--enterprise", "E", "--administrator", "ada", "--server", HOST, "--home", "h", "--online-may", "lock",
	       "--destructive-delay", "2h")
	trust = json.loads(cli.ok("trust", "show", "--home", "h", "--json"))["trust"]
	assert trust["online"]["may"] == ["lock"] and trust["delays"]["destructiveSeconds"] == 7200
	assert trust["version"] == 1 and set(trust["quorum"].values()) == {1}
	assert [s["person"] for r in trust["roles"] for s in r["signers"]] == ["ada"]


# ---- policies ----

@pytest.mark.parametrize("text, says", [
	("settings:\n  maximumTimeToLock:\n    seconds: 1\n",
	 "policy.yaml:3:14: 'settings.maximumTimeToLock.seconds': not an integer in 5..86400"),
	("settings:\n  maximumTimeToLock: {secs: 60}\n",
	 "policy.yaml:2:23: 'settings.maximumTimeToLock.secs': unknown key in maximumTimeToLock"),
	("settings:\n  loginbanner: {text: x}\n", "policy.yaml:2:3: 'settings.loginbanner': unknown key in settings"),
	("settings: &a {}\n", "policy.yaml:1:11: anchors (&name) are not allowed"),
	("name: a\nname: b\nsettings: {}\n", "policy.yaml:2:1: duplicate key 'name'"),
	("name: 0644\nsettings: {}\n", "policy.yaml:1:7: YAML readers differ on this number"),
	('{"settings": {"loginBanner": {"text": 7}}}', "policy.yaml:1:39: 'settings.loginBanner.text': not a string"),
	('{"settings": {}, "settings": {}}', "policy.yaml:1:27: duplicate object key"),
	("", "policy.yaml:1:1: the file is empty"),
])
def test_policy_check_names_the_place(cli, text, says):
	done = cli.run("policy", "check", cli.write("policy.yaml", text).name)
	assert done.returncode == 2 and done.stdout == ""
	assert done.stderr.startswith("muster: " + says), done.stderr


@pytest.mark.parametrize("path", sorted((TREE / "data/examples").glob("*.yaml")), ids=lambda p: p.stem)
def test_the_example_policies_are_good(cli, path):
	assert json.loads(cli.ok("policy", "check", path, "--json"))["ok"] is True


def test_policy_check_names_every_fault(cli):
	cli.write("p.yaml", "settings:\n  a: {}\n  loginBanner: {text: ''}\n  systemUpdate: {type: NEVER}\n")
	done = cli.run("policy", "check", "p.yaml")
	places = [line.split(": ")[1] for line in done.stderr.splitlines()]
	assert done.returncode == 2 and places == ["p.yaml:2:3", "p.yaml:3:23", "p.yaml:4:24"], done.stderr


def test_policy_check_reads_standard_input(cli):
	assert "configuration" in cli.ok("policy", "check", "-", input=POLICY)
	assert json.loads(cli.ok("policy", "check", "-", "--json", input=POLICY))["ok"] is True
	done = cli.run("policy", "check", "-", input="settings: 7\n")
	assert done.returncode == 2 and done.stderr.startswith("muster: standard input:1:11: ")


def test_policy_render_needs_an_enterprise_and_a_serial(cli):
	cli.write("p.yaml", POLICY)
	done = cli.run("policy", "render", "p.yaml", "--serial", 1)
	assert done.returncode == 2 and "the enterprise is neither in the file nor known here" in done.stderr
	done = cli.run("policy", "render", "p.yaml", "--enterprise", "6f1c0b1e-3c55-4d0a-9a60-4b8a1f6b2c11")
	assert done.returncode == 2 and "no serial" in done.stderr


def test_policy_render_is_canonical_and_stable(home):
	home.write("p.yaml", POLICY)
	text = home.ok("policy", "render", "p.yaml", "--serial", 3)
	document = json.loads(text)
	assert text == json.dumps(document, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
	home.write("again.json", text)
	assert home.ok("policy", "render", "again.json") == text == home.ok("policy", "render", "again.json", "--json")
	said = json.loads(home.ok("policy", "render", "p.yaml", "--serial", 3, "--out", "out.json", "--json"))
	assert said == {"id": json.loads((home.directory / "out.json").read_text())["id"], "stream": "default", "serial": 3,
			"settings": len(document["settings"]), "effect": "configuration", "file": "out.json"}


# ---- the program itself ----

def test_every_command_has_help_and_an_example(home, build):
	names = commands(build)
	assert len(names) >= 30
	for name in names:
		text = home.ok(*name.split(), "--help")
		assert f"Usage: muster {name}" in text and f"\nExamples:\n  muster {name}" in text, name
		assert home.ok("help", *name.split()) == text


OFFLINE = {"init", "policy check", "policy render", "policy sign", "policy schema", "instruction verify", "cert verify",
	   "trust show", "trust crl", "trust init", "trust request", "trust add", "trust remove", "trust rotate", "trust adopt", "sign",
	   "roster list", "completion", "help"}


def prepare_trust(cli, name):
	"""What the examples of the trust commands take up."""
	if name == "trust add":
		cli.ok("trust", "request", "grace", "--out", "grace.csr", "--home", "grace")
	elif name == "sign":
		cli.write("office.json", cli.ok("policy", "render", "office.yaml", "--serial", 7))
	elif name == "trust remove":
		cli.ok("trust", "add", "grace", "--yes")
	elif name == "trust adopt":
		shutil.copytree(cli.directory / ".config/muster", cli.directory / "other")
		cli.ok("trust", "rotate", "--max-targets", 7, "--yes", "--out", "trust-2.cms", "--home", "other")


@pytest.mark.parametrize("name", sorted(OFFLINE))
def test_the_examples_run_as_they_stand(cli, name):
	"""In a directory that has what they name. The online commands' examples run against a server."""
	if name not in ("init", "trust init"):
		cli.ok("init", "--enterprise", "Example Corp", "--administrator", "ada", "--server", HOST)
		shutil.copytree(cli.directory / ".config/muster", cli.directory, dirs_exist_ok=True)
		cli.write("office.yaml", OFFICE.read_text())
		sign(cli)
		shutil.copy(cli.directory / "p.cms", cli.directory / "office.cms")
		shutil.copy(cli.directory / "channel/listeners/device.crt", cli.directory / "listener.crt")
		issuer = cli.directory / "channel/issuers/server"
		shutil.copy(crl_of(cli, "server", issuer, 30), cli.directory / "server.crl")
		ocsp_of(cli, "listener", issuer, cli.directory / "listener.crt", "V")
		prepare_trust(cli, name)
	examples = cli.ok(*name.split(), "--help").split("\nExamples:\n")[1].splitlines()
	(cli.directory / ".local/share/bash-completion/completions").mkdir(parents=True)
	for line in examples:
		done = cli.shell(line.strip())
		assert done.returncode == 0 and "muster: " not in done.stderr, f"{line}: {done.stderr}"
		if name in ("init", "trust init"):
			shutil.rmtree(cli.directory / ".config", ignore_errors=True)


@pytest.mark.parametrize("args, status, says", [
	([], 2, "Usage: muster COMMAND"),
	(["device"], 2, "Usage: muster device COMMAND"),
	(["divice", "list"], 2, "no command 'divice'"),
	(["device", "lst"], 2, "no command 'device lst'"),
	(["device", "list", "--jsn"], 2, "unknown option --jsn (see 'muster device list --help')"),
	(["token", "create", "--count", "many"], 2, "--count: not a whole number"),
	(["device", "list"], 4, "no operator's directory here (see 'muster init --help')"),
	(["completion", "fish"], 2, "SHELL: not one of bash"),
	(["help", "nothing"], 2, "no command 'nothing'"),
])
def test_bad_lines_are_answered_by_one(cli, args, status, says):
	done = cli.run(*args)
	assert done.returncode == status and says in done.stderr and done.stdout == "", done


def test_an_unreachable_server_is_one_line(cli):
	cli.ok("init", "--enterprise", "E", "--administrator", "ada", "--server", HOST, "--connect", "127.0.0.1",
	       "--enrollment-port", "1", "--administration-port", "1")
	done = cli.run("device", "list")
	assert done.returncode == 7 and done.stderr.count("\n") == 1 and "Connection refused" in done.stderr, done


def test_completion_completes(cli):
	cli.write("c.bash", cli.ok("completion", "bash"))

	def complete(*words):
		line = (f"source ./c.bash; COMP_WORDS=({' '.join(map(repr, words))}); COMP_CWORD={len(words) - 1}; _muster; "
			'printf "%s\\n" "${COMPREPLY[@]}"')
		return cli.shell(line).stdout.split()
	assert {"device", "policy", "token", "init"} <= set(complete("muster", ""))
	assert complete("muster", "dev") == ["device"]
	assert complete("muster", "device", "lo") == ["lock"]
	assert complete("muster", "device", "lock", "--wa") == ["--wait"]
	assert complete("muster", "token", "create", "--ownership", "p") == ["personal"]
	assert complete("muster", "init", "--ent") == ["--enterprise"]


def test_secrets_are_no_options(home, build):
	for name in commands(build):
		text = home.ok(*name.split(), "--help")
		assert not re.search(r"--[a-z-]*(secret|password|passphrase)", text), name


def test_version(cli):
	assert re.fullmatch(r"muster \d+\.\d+\.\d+\n", cli.ok("version"))
	assert cli.ok("--version") == cli.ok("version")


def test_a_core_dump_keeps_no_key(cli):
	"""The limit is set before anything is read."""
	script = 'ulimit -c unlimited; strace -f -e trace=prlimit64 muster version 2>&1 | grep -c "RLIMIT_CORE, {rlim_cur=0"'
	if not shutil.which("strace"):
		pytest.skip("no strace")
	assert int(cli.shell(script).stdout) >= 1


# ---- --json ----

RAW = {"policy schema", "completion", "help"}  # their result is no JSON of ours, or nothing but JSON


def test_every_command_has_json(home, build):
	missing = {name for name in commands(build) if "--json" not in home.ok(*name.split(), "--help")}
	assert missing == RAW


def failure(done):
	"""The error of a failure: one object on standard output, its message on standard error too."""
	assert done.returncode != 0 and done.stdout.count("\n") == 1, done
	error = json.loads(done.stdout)["error"]
	assert error["message"] in done.stderr
	return done.returncode, error


def test_every_failure_is_an_object_under_json(cli, build):
	"""A line that cannot be bound: in one place for all commands."""
	for name in set(commands(build)) - RAW:
		status, error = failure(cli.run(*name.split(), "--json", "--no-such-option"))
		assert (status, error["code"]) == (2, "invalid"), name
	assert cli.run("device", "list", "--no-such-option").stdout == ""


@pytest.mark.parametrize("args, status, code", [
	(["device", "list"], 4, "not-found"),
	(["token", "create"], 4, "not-found"),
	(["token", "create", "--qr"], 2, "invalid"),
	(["policy", "check", "missing.yaml"], 4, "not-found"),
	(["policy", "sign", "p.yaml", "--out", "-", "--serial", "1"], 2, "invalid"),
	(["instruction", "verify", "missing.cms"], 2, "invalid"),
	(["trust", "crl"], 4, "not-found"),
])
def test_a_failure_is_an_object_under_json(cli, args, status, code):
	cli.write("p.yaml", POLICY)
	got, error = failure(cli.run(*args, "--json"))
	assert (got, error["code"]) == (status, code)


def test_a_policys_faults_are_in_one_object(cli):
	cli.write("p.yaml", "settings:\n  a: {}\n  loginBanner: {text: ''}\n")
	done = cli.run("policy", "check", "p.yaml", "--json")
	answer = json.loads(done.stdout)
	assert done.returncode == 2 and answer["ok"] is False and answer["error"]["message"] == answer["faults"][0]
	assert [f.split(": ")[0] for f in answer["faults"]] == ["p.yaml:2:3", "p.yaml:3:23"]


def test_what_was_signed_and_issued_is_an_object_under_json(cli):
	cli.ok("init", "--enterprise", "E", "--administrator", "ada", "--server", HOST)
	cli.write("p.yaml", POLICY)
	signed = json.loads(cli.ok("policy", "sign", "p.yaml", "--serial", 3, "--json"))
	assert {k: signed[k] for k in ("signedBy", "stream", "serial", "settings", "effect", "file")} == \
		{"signedBy": "ada", "stream": "default", "serial": 3, "settings": 2, "effect": "configuration", "file": "p.cms"}
	assert json.loads(cli.ok("instruction", "verify", "p.cms", "--json"))["id"] == signed["id"]
	crl = json.loads(cli.ok("trust", "crl", "--json"))
	assert (crl["number"], crl["revoked"]) == (2, 0) and crl["file"].endswith("authority/root.crl")
