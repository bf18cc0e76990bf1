# SPDX-License-Identifier: Apache-2.0
"""Every setting on a booted device, through the real worker in its real sandbox, with no server: applied,
tried as a user would, put back byte by byte, and cut off at every point where something is changed."""
import json
import pathlib
import subprocess
import types

import pytest

from testbed import settings as demo
from testbed.updates import NEW, OLD, Updates
from testbed.waits import wait_for

WORKER = "/usr/libexec/muster/muster-agent-work"
DRIVE = "/var/tmp/work-drive"
# What lies where a setting may write; the tally and the updater's state are the platform's.
SNAPSHOT = r"""
for d in /etc /usr/local /var/lib/faillock; do find $d -xdev -printf '%p|%y|%m|%U|%G|%l\n' 2>/dev/null; done |
	grep -v -e '^/etc/ssl/certs|' -e '^/etc/mtab' | sort
find /etc /usr/local /var/lib/faillock -xdev -type f -exec sha256sum {} + 2>/dev/null | sort -k2
systemctl list-unit-files --no-legend --no-pager | awk '{print $1, $2}' | sort
for u in ssh rpcbind.socket apt-daily-upgrade.timer systemd-logind; do echo $u $(systemctl is-active $u); done
nmcli -t -f UUID,NAME connection show | grep -v host0 | sort
busctl get-property org.freedesktop.login1 /org/freedesktop/login1 org.freedesktop.login1.Manager IdleAction
"""


class Worker:
	"""The manager's side: orders for a worker, and the undo records, base and run."""

	def __init__(self, device):
		self.device = device
		self.base = []

	def order(self, kind, items=None, before=None, *options):
		"""One order; what the worker said, by kind of message, and the records that it made."""
		self.device.write("/var/tmp/items.json", json.dumps(items or {}))
		self.device.write("/var/tmp/before.json", json.dumps(before or []))
		self.device.run("rm", "-f", "/var/tmp/run.json")
		done = self.device.run(DRIVE, "--worker", WORKER, "--kind", kind, "--items", "/var/tmp/items.json", "--before",
				       "/var/tmp/before.json", "--run", "/var/tmp/run.json", *options, check=False, timeout=300)
		said = types.SimpleNamespace(states={}, undo=[], done=None, killed=False, capabilities={}, text=done.stdout + done.stderr)
		for line in done.stdout.splitlines():
			(what, body), = json.loads(line).items()
			if what == "state":
				said.states[body["key"]] = body
			elif what == "capabilities":
				said.capabilities = {c["key"]: c for c in body["items"]}
			elif what == "undo":
				said.undo.append(body)
			elif what == "killed":
				said.killed = True
			elif what == "done":
				said.done = body
		said.records = json.loads(self.device.sh("cat /var/tmp/run.json 2>/dev/null || echo []").stdout)
		return said

	def policy(self, items, *options):
		"""A policy, as the manager does it: a run that ends well joins the base, the first record of each thing, and
		what belongs to no setting in force leaves it."""
		said = self.order("policy", items, self.base, *options)
		if said.done and said.done["outcome"] == "ok":
			known = {r["object"] for r in self.base}
			for record in said.records:
				if record["object"] not in known:
					known.add(record["object"])
					self.base.append(record)
			self.base = [r for r in self.base if r["key"] in items]
		return said

	def recover(self, said):
		done = self.order("recover", None, said.records)
		assert done.done and done.done["outcome"] == "ok", done.text

	def revert(self):
		said = self.order("revert", None, self.base)
		assert said.done and said.done["outcome"] == "ok", said.text
		self.base = []


class SecondAuthority(demo.Authority):
	"""Of another name: two authorities of one name are one to a validator."""

	def openssl(self, *args):
		return super().openssl(*[a.replace("Services CA", "Second CA") for a in args])


def snapshot(device):
	return device.sh(SNAPSHOT).stdout


def difference(a, b):
	return "\n".join(sorted(set(a.splitlines()) ^ set(b.splitlines())))


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
	return demo.Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def worker(machine, build):
	machine.write(DRIVE, (pathlib.Path(build) / "test/integration/functions/work-drive").read_bytes(), 0o755)
	machine.run("systemctl", "start", "ssh", "NetworkManager")
	return Worker(machine)


@pytest.fixture(scope="module")
def wanted(authority):
	return demo.settings(authority)


@pytest.fixture
def clean(worker, machine):
	"""The device is as it was when a test has ended; the test says so itself where that is its point."""
	before = snapshot(machine)
	yield before
	if worker.base:
		worker.revert()
		assert difference(before, snapshot(machine)) == ""


def test_every_setting_is_enforced_and_put_back(worker, machine, wanted, clean):
	said = worker.policy(wanted)
	assert said.done == {"outcome": "ok"}, said.text
	states = {key: s["state"] for key, s in said.states.items()}
	assert states == {key: "configured" if key == "openNetworkConfiguration" else "enforced" for key in wanted}, said.text
	assert difference(clean, snapshot(machine)) != ""
	assert [u["seq"] for u in said.undo] == list(range(1, len(said.undo) + 1))
	worker.revert()
	assert difference(clean, snapshot(machine)) == ""


def test_the_same_policy_again_changes_nothing(worker, wanted, clean):
	assert worker.policy(wanted).done["outcome"] == "ok"
	again = worker.policy(wanted)
	assert again.done == {"outcome": "ok"} and again.undo == [], again.text


def test_what_is_no_longer_wanted_is_put_back(worker, machine, wanted, clean, tmp_path):
	other = SecondAuthority(tmp_path)
	both = dict(wanted, trustAnchors={"anchors": wanted["trustAnchors"]["anchors"] +
					  [{"name": "second", "certificate": other.base64()}]})
	assert worker.policy(both).done["outcome"] == "ok"
	assert machine.run("openssl", "verify", "-CApath", "/etc/ssl/certs", input=other.leaf).returncode == 0
	fewer = {k: v for k, v in wanted.items() if k not in ("loginBanner", "failedAuthentication", "openNetworkConfiguration")}
	fewer["serverServicesDisabled"] = {"services": [{"unit": "apt-daily.service"}]}
	said = worker.policy(fewer)
	assert said.done == {"outcome": "ok"}, said.text
	assert machine.run("openssl", "verify", "-CApath", "/etc/ssl/certs", input=other.leaf, check=False).returncode != 0
	assert machine.run("systemctl", "is-active", "rpcbind.socket", check=False).stdout.strip() == "active"
	assert "faillock" not in machine.read("/etc/pam.d/common-auth")
	assert "pam_access" in machine.read("/etc/pam.d/common-account")
	assert "muster" not in machine.read("/etc/issue")
	again = worker.policy(wanted)
	assert again.done == {"outcome": "ok"}, again.text


def test_what_was_put_back_is_the_users_again(worker, machine, wanted, clean):
	"""A later policy touches neither a file nor a unit that an earlier one had, and no longer names."""
	both = {"serverServicesDisabled": {"services": [{"unit": "rpcbind.socket"}, {"unit": "ssh.service"}]},
		"loginBanner": wanted["loginBanner"]}
	assert worker.policy(both).done["outcome"] == "ok"
	assert worker.policy({"serverServicesDisabled": {"services": [{"unit": "rpcbind.socket"}]}}).done["outcome"] == "ok"
	assert machine.run("systemctl", "is-active", "ssh").stdout.strip() == "active"
	machine.sh("systemctl stop ssh; cp -a /etc/issue /var/tmp/issue; echo mine >/etc/issue")
	try:
		again = worker.policy({"serverServicesDisabled": {"services": [{"unit": "rpcbind.socket"}]}})
		assert again.done["outcome"] == "ok" and again.undo == []
		assert machine.read("/etc/issue") == "mine\n"
		assert machine.run("systemctl", "is-active", "ssh", check=False).stdout.strip() == "inactive"
	finally:
		machine.sh("systemctl start ssh; cp -a /var/tmp/issue /etc/issue")


def test_a_policy_without_settings_undoes_all(worker, machine, wanted, clean):
	assert worker.policy(wanted).done["outcome"] == "ok"
	assert worker.policy({}).done["outcome"] == "ok"
	assert difference(clean, snapshot(machine)) == ""


def test_killed_at_any_point_the_device_ends_in_the_old_state(worker, machine, wanted, clean):
	"""Before the record is acknowledged, as the change begins, and a moment later, in turn; and while it is read back."""
	count = len(worker.policy(wanted).undo)
	worker.revert()
	assert count > 15
	kills = [(seq, ((), ("--kill-after-us", "0"), ("--kill-after-us", str(300 * seq)))[seq % 3]) for seq in range(1, count + 1)]
	kills += [(count, ("--kill-after-us", str(ms * 1000))) for ms in (20, 60, 200)]
	for seq, how in kills:
		said = worker.order("policy", wanted, None, "--kill-at", str(seq), *how)
		assert said.killed and not said.done, said.text
		worker.recover(said)
		left = difference(clean, snapshot(machine))
		assert left == "", f"killed at {seq}: {left}"


def test_killed_while_one_policy_follows_another(worker, machine, wanted, clean):
	"""The old state is then the first policy's."""
	first = {k: wanted[k] for k in ("loginBanner", "failedAuthentication", "openNetworkConfiguration", "trustAnchors",
					 "serverServicesDisabled")}
	second = {k: wanted[k] for k in ("localAccountAccess", "maximumTimeToLock", "systemUpdate")}
	second["loginBanner"] = {"text": "Another text."}
	assert worker.policy(first).done["outcome"] == "ok"
	old = snapshot(machine)
	base = list(worker.base)
	count = len(worker.policy(second).undo)
	worker.policy(first)
	assert difference(old, snapshot(machine)) == ""
	for seq in range(1, count + 1):
		how = ((), ("--kill-after-us", "0"))[seq % 2]
		said = worker.order("policy", second, base, "--kill-at", str(seq), *how)
		assert said.killed, said.text
		worker.recover(said)
		left = difference(old, snapshot(machine))
		assert left == "", f"killed at {seq}: {left}"


def test_killed_while_reverting_it_is_done_again(worker, machine, wanted, clean):
	assert worker.policy(wanted).done["outcome"] == "ok"
	command = ["timeout", "-s", "KILL", "0.2", DRIVE, "--worker", WORKER, "--kind", "revert", "--before", "/var/tmp/before.json",
		   "--run", "/var/tmp/run.json"]
	machine.write("/var/tmp/before.json", json.dumps(worker.base))
	for after in ("0.02", "0.05", "0.1", "0.3"):
		command[3] = after
		machine.run(*command, check=False)
		wait_for(lambda: machine.run("pgrep", "-x", "muster-agent-wo", check=False).returncode != 0, 10, "the worker to die")
	worker.revert()
	assert difference(clean, snapshot(machine)) == ""


def test_what_the_platform_cannot_do_is_asked_before_anything_changes(worker, machine, wanted, clean):
	machine.run("mv", "/usr/bin/unattended-upgrade", "/usr/bin/unattended-upgrade.away")
	try:
		said = worker.policy(wanted)
	finally:
		machine.run("mv", "/usr/bin/unattended-upgrade.away", "/usr/bin/unattended-upgrade")
	assert said.done["outcome"] == "unsupported" and "unattended-upgrades" in said.done["message"]
	assert said.undo == [] and not said.capabilities["systemUpdate"].get("supported")
	assert difference(clean, snapshot(machine)) == ""


def test_an_anchor_that_is_no_authority_is_refused(worker, authority, wanted, clean):
	leaf = subprocess.run(["openssl", "x509", "-outform", "DER"], input=authority.leaf.encode(), capture_output=True,
			      check=True).stdout
	for der in (leaf, b"not a certificate"):
		bad = {"trustAnchors": {"anchors": [{"name": "leaf", "certificate": demo.base64.b64encode(der).decode()}]},
		       "loginBanner": wanted["loginBanner"]}
		said = worker.policy(bad)
		assert said.done["outcome"] == "unsupported" and said.undo == [], said.text


THEIRS = "/etc/NetworkManager/system-connections/theirs.nmconnection"


@pytest.mark.parametrize("kind", ("ethernet\n[ethernet]", "wifi\n[wifi]\nssid=theirs"))
def test_a_connection_of_somebody_else_is_not_taken(worker, machine, wanted, clean, kind):
	"""Not even where a signed policy names its UUID: the device may reach its server by it."""
	network = wanted["openNetworkConfiguration"]["NetworkConfigurations"][0]
	machine.write(THEIRS, f"[connection]\nid=theirs\nuuid={network['GUID']}\nautoconnect=false\ntype={kind}\n", 0o600)
	machine.run("nmcli", "connection", "reload")
	before = machine.read(THEIRS)
	try:
		wait_for(lambda: network["GUID"] in machine.run("nmcli", "-g", "UUID", "connection").stdout, 10, "the connection")
		said = worker.policy({k: wanted[k] for k in ("openNetworkConfiguration", "loginBanner")})
		assert said.done["outcome"] == "unsupported" and "not by a policy" in said.done["message"], said.text
		assert said.undo == [] and machine.read(THEIRS) == before
	finally:
		machine.sh("rm \"$1\"; nmcli connection reload", THEIRS)


@pytest.mark.parametrize("unit", ("systemd-logind", "dbus", "NetworkManager"))
def test_an_alias_hides_no_unit(worker, machine, clean, unit):
	link = "/etc/systemd/system/game-scores.service"
	machine.sh("ln -s /lib/systemd/system/$2.service $1; systemctl daemon-reload", link, unit)
	try:
		said = worker.policy({"serverServicesDisabled": {"services": [{"unit": "game-scores.service"}]}})
		assert said.done["outcome"] == "unsupported" and "not what it seems" in said.done["message"], said.text
		assert said.undo == [] and machine.run("systemctl", "is-active", unit).stdout.strip() == "active"
	finally:
		machine.sh("rm $1; systemctl daemon-reload", link)


@pytest.mark.parametrize("names", ({"allowedUsers": ["alcie"]}, {"allowedUsers": ["daemon"]}, {"allowedGroups": ["nogroup"]},
				   {"allowedUsers": ["alcie"], "allowedGroups": ["no-such-group"]}))
def test_rules_that_let_nobody_in_are_refused(worker, machine, wanted, clean, names):
	said = worker.policy({"localAccountAccess": names, "loginBanner": wanted["loginBanner"]})
	assert said.done["outcome"] == "unsupported" and "lock everyone out" in said.done["message"], said.text
	assert said.undo == [] and "pam_access" not in machine.read("/etc/pam.d/common-account")


@pytest.mark.parametrize("names", ({"allowedUsers": ["alcie", "alice"]}, {"allowedGroups": ["alice"]}))
def test_rules_that_let_somebody_in_are_not(worker, clean, names):
	said = worker.policy({"localAccountAccess": names})
	assert said.done == {"outcome": "ok"}, said.text


def test_a_banner_that_nothing_shows_is_not_enforced(worker, machine, wanted, clean):
	machine.sh("mv /sbin/agetty /sbin/agetty.away; systemctl stop ssh")
	try:
		said = worker.policy({"loginBanner": wanted["loginBanner"]})
		assert said.states["loginBanner"]["state"] == "configured", said.text
		machine.run("mv", "/sbin/agetty.away", "/sbin/agetty")
		assert worker.order("readback", {"loginBanner": wanted["loginBanner"]}).states["loginBanner"]["state"] == "enforced"
	finally:
		machine.sh("mv /sbin/agetty.away /sbin/agetty 2>/dev/null; systemctl start ssh")


DECOY = "/var/tmp/decoy"


def lay_link(machine, what, path):
	"""Put a symbolic link in the place of a thing that a setting changes; a command that takes it away."""
	away = "/var/tmp/away"
	if path.startswith("/etc/systemd/system/rpcbind"):
		target = path.replace("/etc/", "/lib/")
	elif what == "directory":
		target = DECOY + ".d"
	else:
		target = DECOY
	# What the platform makes of its files by itself is as it would be with the link.
	notice = "systemctl daemon-reload" + ("; update-ca-certificates --fresh >/dev/null 2>&1" if "ca-certificates" in path else "")
	machine.sh("rm -rf $3 $4 $4.d; mkdir -m 700 $4.d; if [ -e $1 ]; then cp -a $1 $3; cp $1 $4; rm -r $1; else echo '# decoy' >$4; fi;"
		   'chmod 640 $4; mkdir -p "${1%/*}"; ln -s $2 $1; eval "$5"', path, target, away, DECOY, notice)
	return lambda: machine.sh('rm -r $1; if [ -e $2 ]; then cp -a $2 $1; fi; eval "$3"', path, away, notice)


def decoys(machine):
	return machine.sh("ls -lR --time-style=+ $1 $1.d; cat $1", DECOY).stdout


def test_a_link_in_the_place_of_what_is_changed_is_not_followed(worker, machine, wanted, clean):
	"""Replaced and put back, or refused before anything changes; what it leads to stays as it is."""
	places = {}
	for key in wanted:
		for record in worker.policy({key: wanted[key]}).undo:
			what, path = record["object"].split(":")[:2]
			if what in ("file", "edit", "directory"):
				places[path] = key, what
		worker.revert()
	assert len(places) >= 15 and {what for _, what in places.values()} == {"file", "edit", "directory"}
	made = set(machine.sh('for p; do [ -d "${p%/*}" ] || echo "${p%/*}"; done', *places).stdout.split())
	refused = set()
	for path, (key, what) in places.items():
		undo = lay_link(machine, what, path)
		try:
			before, kept = snapshot(machine), decoys(machine)
			said = worker.policy({key: wanted[key]})
			assert said.done, said.text
			assert decoys(machine) == kept, f"{path}: what the link leads to was changed"
			if said.done["outcome"] == "ok":
				worker.revert()
			else:
				refused.add(path)
			assert difference(before, snapshot(machine)) == "", path
			assert decoys(machine) == kept, path
		finally:
			undo()
			for folder in made:
				machine.run("rmdir", folder, check=False)
	assert {p for p in places if p.startswith("/etc/pam.d/")} <= refused


def test_a_setting_that_does_not_read_back_undoes_the_whole_run(worker, machine, wanted, clean):
	"""Something else on the device holds the port of a service that is to be off."""
	machine.sh("printf 'Port 7777\\nPidFile none\\n' >/var/tmp/sshd_config && mkdir -p /run/sshd")
	holder = machine.start("/usr/sbin/sshd", "-D", "-f", "/var/tmp/sshd_config")
	wait_for(lambda: demo.listening(machine, 7777), 10, "the port to be held")
	bad = dict(wanted, serverServicesDisabled={"services": [{"unit": "rpcbind.socket", "ports": [111, 7777]}]})
	try:
		said = worker.policy(bad)
	finally:
		machine.run("pkill", "-f", "sshd -D -f", check=False)
		holder.wait(10)
	assert said.done["outcome"] == "failed" and "serverServicesDisabled" in said.done["message"], said.text
	assert said.states["serverServicesDisabled"]["reason"] == "port 7777 answers"
	assert difference(clean, snapshot(machine)) == ""


DRIFTS = {
	"passwordRequirements": "rm /etc/security/pwquality.conf.d/60-muster.conf",
	"failedAuthentication": "sed -i 's/^deny = .*/deny = 50/' /etc/security/faillock.conf",
	"maximumTimeToLock": "rm /etc/systemd/logind.conf.d/60-muster-idle.conf; systemctl restart systemd-logind",
	"loginBanner": "echo Welcome >/etc/issue",
	"openNetworkConfiguration": "nmcli connection modify 'Head office' 802-11-wireless.hidden yes",
	"trustAnchors": "rm /usr/local/share/ca-certificates/muster-*.crt; update-ca-certificates --fresh",
	"serverServicesDisabled": "systemctl unmask rpcbind.socket rpcbind.service; systemctl start rpcbind.socket",
	"localAccountAccess": "sed -i '/pam_access/d' /etc/pam.d/common-account",
	"systemUpdate": "rm /etc/systemd/system/apt-daily-upgrade.service.d/60-muster.conf; systemctl daemon-reload",
}


def test_drift_is_seen_and_repaired(worker, machine, wanted, clean):
	assert set(DRIFTS) == set(wanted)
	assert worker.policy(wanted).done["outcome"] == "ok"
	for key, script in DRIFTS.items():
		machine.sh(script)
		states = worker.order("readback", wanted).states
		assert states[key]["state"] == "drifted" and states[key]["reason"], (key, states[key])
		assert not [k for k in states if k != key and states[k]["state"] == "drifted"], (key, states)
		assert worker.policy(wanted).done["outcome"] == "ok"
		assert not [s for s in worker.order("readback", wanted).states.values() if s["state"] == "drifted"]


# What a setting still finds as it wrote it, and what no longer comes of it: how, and the way back.
UNDERMINED = [
	("passwordRequirements", "sed -i '1i password sufficient pam_permit.so' /etc/pam.d/common-password", "sed -i 1d /etc/pam.d/common-password"),
	("failedAuthentication", "sed -i '1i auth [default=die] pam_deny.so' /etc/pam.d/common-auth", "sed -i 1d /etc/pam.d/common-auth"),
	("localAccountAccess", "sed -i '1i account sufficient pam_permit.so' /etc/pam.d/common-account", "sed -i 1d /etc/pam.d/common-account"),
	("loginBanner", "sed -i '1i Banner none' /etc/ssh/sshd_config; systemctl reload ssh", "sed -i 1d /etc/ssh/sshd_config; systemctl reload ssh"),
	("systemUpdate", "echo 'APT::Periodic::Enable \"0\";' >/etc/apt/apt.conf.d/99zz-local", "rm /etc/apt/apt.conf.d/99zz-local"),
	("systemUpdate", "systemctl mask apt-daily-upgrade.service", "systemctl unmask apt-daily-upgrade.service"),
	("trustAnchors", "rm /etc/ssl/certs/*.0", "update-ca-certificates --fresh"),
]


def test_what_undermines_a_setting_elsewhere_is_seen(worker, machine, wanted, clean):
	"""It is read back by what comes of it, so that our own files being whole proves nothing."""
	assert worker.policy(wanted).done["outcome"] == "ok"
	for key, script, back in UNDERMINED:
		machine.sh(script)
		try:
			states = worker.order("readback", wanted).states
		finally:
			machine.sh(back)
		assert states[key]["state"] not in ("enforced", "configured") and states[key]["reason"], (key, states[key])


def test_others_change_a_shared_file_meanwhile(worker, machine, wanted, clean):
	"""What somebody else writes into a file that we share stays when our lines go."""
	assert worker.policy(wanted).done["outcome"] == "ok"
	machine.sh("cp /etc/pam.d/common-account /var/tmp/kept; printf '# of a package\\n' >>/etc/pam.d/common-account")
	worker.revert()
	try:
		text = machine.read("/etc/pam.d/common-account")
		assert text.endswith("# of a package\n") and "muster" not in text
	finally:
		machine.sh("sed -i '/# of a package/d' /etc/pam.d/common-account")


def test_updates_are_installed_in_the_window_and_not_outside(worker, machine, clean):
	"""From a local repository, by the platform's own service."""
	now = lambda: int(machine.run("date", "+%-H").stdout) * 60 + int(machine.run("date", "+%-M").stdout)
	window = lambda a, b: {"systemUpdate": {"type": "WINDOWED", "startMinutes": (now() + a) % 1440, "endMinutes": (now() + b) % 1440}}
	with Updates(machine) as updates:
		for before, after in ((10, 60), (-60, -5)):
			assert worker.policy(window(before, after)).done == {"outcome": "ok"}
			assert updates.run() == OLD, "an update was installed outside the window"
		assert worker.policy({"systemUpdate": {"type": "POSTPONE"}}).done == {"outcome": "ok"}
		assert updates.run() == OLD, "an update was installed although updates are postponed"
		assert worker.policy(window(-5, 60)).done == {"outcome": "ok"}
		assert updates.run() == NEW, machine.journal(40, "apt-daily-upgrade")


def test_an_order_that_is_no_order(worker, clean):
	for kind, items in (("policy", {"noSuchSetting": {}}), ("policy", {"serverServicesDisabled": {"services": [{"unit": "a@.service"}]}}), ("policy", {"lock": {}}), ("command", {"loginBanner": {"text": "x"}}),
			    ("policy", {"loginBanner": {}}), ("command", {"lock": {}, "query": {}})):
		said = worker.order(kind, items)
		assert said.done is None and said.undo == []


def test_commands_of_a_device(worker):
	said = worker.order("command", {"query": {}})
	assert said.done["outcome"] == "ok" and said.done["detail"]["kernel"] and "Debian" in said.done["detail"]["system"]
	said = worker.order("command", {"message": {"text": "Hello"}})
	assert said.done["outcome"] == "ok" and said.done["detail"]["shown"] == said.done["detail"]["sessions"] == 0
	said = worker.order("query", {"lock": None, "passwordRequirements": None})
	assert all(c.get("supported") for c in said.capabilities.values())


def test_a_message_is_read_at_a_users_terminal(worker, machine):
	"""In the bytes that the terminal got, with nothing in them that it obeys."""
	seen = "/var/tmp/seen"
	machine.run("systemd-run", "-q", "--unit=bob-tty", "sh", "-c", f'sleep 300 | script -qfec "login -f bob" {seen}')
	try:
		wait_for(lambda: " bob " in machine.run("loginctl", "--no-legend", "list-sessions").stdout, 20, "bob's session")
		said = worker.order("command", {"message": {"text": "Please save your work.\nMaintenance at noon."}})
		assert said.done["outcome"] == "ok" and said.done["detail"] == {"sessions": 1, "shown": 1}, said.text
		shown = ["\aMessage from your enterprise:", "Please save your work.", "Maintenance at noon."]
		# The terminal adds a return of its own to each line.
		wait_for(lambda: [line for line in machine.read(seen).splitlines() if line][-3:] == shown, 20, "the message on the terminal")
	finally:
		machine.run("systemctl", "stop", "bob-tty", check=False)
		wait_for(lambda: " bob " not in machine.run("loginctl", "--no-legend", "list-sessions").stdout, 20, "bob to be gone")


def test_a_reboot_is_done_and_the_agent_reports_after_it(system, enrolled):
	boot = lambda: enrolled.read("/proc/sys/kernel/random/boot_id")
	old, leader = boot(), enrolled.leader()
	wait_for(lambda: system.row(enrolled)["connected"], 20, "the device to be connected")
	starts = len(system.records(enrolled, "agent-started"))
	system.operator.muster("device", "reboot", enrolled.name)
	# unattended-upgrades may hold a restart up for half a minute.
	enrolled.wait_reboot(leader, 120)
	assert boot() != old
	wait_for(lambda: system.delivery(enrolled, "reboot", "delivered"), 60, "the report of the command", step=0.2)
	wait_for(lambda: len(system.records(enrolled, "agent-started")) == starts + 1, 60, "the agent's report", step=0.2)
	assert system.row(enrolled)["connected"]
