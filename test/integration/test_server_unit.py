# SPDX-License-Identifier: Apache-2.0
"""The server as its package starts it: by systemd, under the unit's filters and limits, with a channel tree that its own
`muster init` made on that machine."""
import json

import pytest

from testbed.waits import wait_for

UNIT = "muster-server.service"


@pytest.fixture(scope="module")
def served(device):
	device.run("mkdir", "-p", "/srv")
	device.run("muster", "init", "--home", "/srv/operator", "--enterprise", "Unit Ltd", "--administrator", "ada", "--server",
		   "localhost", "--data", "/var/lib/muster-server")
	device.sh("install -d -o muster-server -g muster-server -m 0700 /etc/muster-server && "
		  "cp -r /srv/operator/channel /etc/muster-server/ && chown -R muster-server: /etc/muster-server")
	device.run("systemctl", "start", UNIT)
	return device


def muster(device, *args):
	return json.loads(device.run("muster", *args, "--home", "/srv/operator", "--json").stdout)


def test_the_unit_starts_and_the_administrator_is_served(served):
	assert served.run("systemctl", "is-active", UNIT).stdout.strip() == "active"
	assert muster(served, "device", "list")["devices"] == []
	assert muster(served, "token", "create", "--expires", "1h")["token"]


def test_none_of_its_processes_is_root_or_can_become_more(served):
	main = served.run("systemctl", "show", "-P", "MainPID", UNIT).stdout.strip()
	pids = served.sh(f"echo {main}; pgrep -P {main}").stdout.split()
	assert len(pids) >= 4
	for pid in pids:
		status = dict(line.split(":\t", 1) for line in served.read(f"/proc/{pid}/status").splitlines() if ":\t" in line)
		assert "0" not in status["Uid"].split()
		assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
		assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"


def test_what_it_committed_outlives_a_kill_of_all_of_it(served):
	token = muster(served, "token", "create", "--expires", "1h")["token"]
	served.run("systemctl", "kill", "-s", "KILL", UNIT)
	wait_for(lambda: served.run("muster", "token", "list", "--home", "/srv/operator", check=False).returncode == 0, 30,
		 "the unit to be started again")
	assert token in [t["id"] for t in muster(served, "token", "list")["tokens"]]


def test_a_reload_keeps_it_serving(served):
	main = served.run("systemctl", "show", "-P", "MainPID", UNIT).stdout
	served.run("systemctl", "reload", UNIT)
	assert muster(served, "device", "list")["devices"] == []
	assert served.run("systemctl", "show", "-P", "MainPID", UNIT).stdout == main


def test_systemd_knows_every_word_of_the_units(served):
	for unit in ("muster-server.service", "muster-agent.service"):
		assert served.run("systemd-analyze", "verify", "--man=no", unit).stderr.strip() == ""
