# SPDX-License-Identifier: Apache-2.0
"""A device's keys are renewed in two slots, on a device that is booted: made, certified, probed, used, and the ones before
destroyed (FIA_X509_EXT.2, FCS_CKM_EXT.4). What is cut short is taken up again."""
import os
import signal
import time

import pytest

from testbed.waits import wait_for


def identities(system, device):
	rows = system.show(device)["certificates"]
	return {state: [r["digest"] for r in rows if r["purpose"] == "identity" and r["state"] == state]
		for state in ("next", "current", "superseded")}


def keys(device):
	return set(device.sh("ls /var/lib/muster-agent/keys").stdout.split())


def renewed(system, device, before):
	now = identities(system, device)
	return now["current"] and now["current"] != before and not now["next"] and now["current"]


def test_fia_x509_ext_2_a_device_renews_its_key_and_goes_on(system, enrolled):
	before = identities(system, enrolled)["current"]
	wait_for(lambda: keys(enrolled) == {"channel.key", "evidence.key"}, 5, "the two keys")
	enrolled.run("muster-agent", "renew")
	wait_for(lambda: renewed(system, enrolled, before), 30, "the next certificate in use")
	wait_for(lambda: keys(enrolled) == {"channel-b.key", "evidence.key"}, 10, "the key before to be destroyed")
	wait_for(lambda: system.records(enrolled, "key-renewed"), 20, "the record of it")
	assert before[0] in identities(system, enrolled)["superseded"]
	# The enrollment is the same: what was signed for it holds.
	system.operator.muster("device", "message", enrolled.name, "--text", "after the renewal", "--wait")


def test_fia_x509_ext_2_and_back_into_the_first_slot(system, enrolled):
	before = identities(system, enrolled)["current"]
	enrolled.run("muster-agent", "renew")
	wait_for(lambda: renewed(system, enrolled, before), 30, "the next certificate in use")
	wait_for(lambda: keys(enrolled) == {"channel.key", "evidence.key"}, 10, "the first slot to be in use again")


@pytest.mark.parametrize("wait_ms", [0, 5, 20, 50, 100, 200])
def test_fia_x509_ext_2_cut_short_at_any_point_the_device_keeps_an_identity(system, enrolled, wait_ms):
	before = identities(system, enrolled)["current"]
	enrolled.run("muster-agent", "renew")
	# Where in the renewal this falls is the machine's; each of them must do.
	time.sleep(wait_ms / 1000)
	os.kill(enrolled.pid_of("muster-agent"), signal.SIGKILL)

	def well():
		now = identities(system, enrolled)
		return len(now["current"]) == 1 and not now["next"] and len(keys(enrolled)) == 2
	enrolled.run("systemctl", "reset-failed", "muster-agent", check=False)
	enrolled.run("systemctl", "start", "muster-agent")
	wait_for(lambda: enrolled.run("muster-agent", "sync", check=False).returncode == 0, 20, "the agent to be back")
	if identities(system, enrolled)["current"] == before and not identities(system, enrolled)["next"]:
		wait_for(lambda: enrolled.run("muster-agent", "renew", check=False).returncode == 0, 20, "the channel to be up")
	wait_for(well, 40, "one identity in use, and one key of each kind")
	system.operator.muster("device", "message", enrolled.name, "--text", "still here", "--wait")
