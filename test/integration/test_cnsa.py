# SPDX-License-Identifier: Apache-2.0
"""An enterprise of the cnsa profile, and a device that is configured to it: P-384 and SHA-384 from end to end (FCS_TLSC_EXT.1)."""
import pytest

from testbed.system import HOST, SERVER
from testbed.waits import wait_for


@pytest.fixture(scope="module")
def enterprise(world):
	"""As conftest's, by the other profile."""
	world.operator.muster("init", "--enterprise", "Example Ltd", "--administrator", "ada", "--server", HOST, "--connect", SERVER,
			      "--data", world.server.data, "--no-destructive-delay", "--profile", "cnsa")
	return world


def test_fcs_tlsc_ext_1_a_cnsa_device_enrolls_and_gets_its_policy(system, device):
	device.write("/etc/muster/agent.conf", "profile: cnsa\n")
	system.enroll(device)
	system.publish({"loginBanner": {"text": "by cnsa"}}, 1)
	assert all(row["state"] == "enforced" for row in system.wait_applied(device, 1))
	key = device.sh("openssl pkey -in /var/lib/muster-agent/keys/channel.key -noout -text 2>&1 || true").stdout
	assert "P-384" in key or "not found" in key, key


def test_fia_x509_ext_2_a_cnsa_device_renews_its_key(system, device):
	device.run("muster-agent", "renew")
	wait_for(lambda: system.records(device, "key-renewed"), 30, "the renewed key")
