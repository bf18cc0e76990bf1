# SPDX-License-Identifier: Apache-2.0
"""The main job on one device, from enrollment to unenrollment. The tests stand in the order of the story and share the device."""
import pytest

from testbed.attempts import ON_THE_NETWORK, Attempts
from testbed.documents import ATTEMPTS
from testbed.settings import BANNER, PASSWORD, TRIES, Authority, holds, listening, open_account, settings, try_banner, type_password, verifies
from testbed.waits import wait_for

SNAPSHOT = r"""
find /etc /usr/local /usr/lib/systemd /usr/share/pam-configs /root -xdev \
	! -path /etc/muster ! -path '/etc/muster/*' ! -name shadow ! -name shadow- ! -name ld.so.cache ! -name machine-id ! -name .updated \
	! -path '/root/.*' \( -type f -o -type l -o -type d \) -printf '%p %y %m %U:%G %l ' \
	\( -type f -exec sh -c 'sha256sum <"$1"' sh {} \; -o -printf '\n' \) | sort
nmcli -t -f NAME,TYPE connection show | sort
systemctl list-unit-files --state=masked --no-legend | sort
"""


@pytest.fixture(scope="module")
def authority(system):
	return Authority(system.directory / "authority")


@pytest.fixture(scope="module")
def before(device):
	"""Everything that a policy may touch, as it was before the device was enrolled."""
	return device.sh(SNAPSHOT).stdout


@pytest.fixture(scope="module")
def policy(system, before, enrolled, authority):
	"""The whole policy is in force; the settings' rows by key."""
	system.publish(settings(authority), 2)
	return {row["setting"]: row for row in system.wait_applied(enrolled, 2)}


@pytest.fixture(scope="module")
def attempts(system, enrolled, policy):
	return Attempts(system, enrolled, 2)


def test_a_enr_1_the_device_is_enrolled_and_says_so(system, before, enrolled):
	assert system.row(enrolled)["connected"]
	(record,) = system.records(enrolled, "enrolled")
	assert record["outcome"] == "success"


def test_before_the_policy_nothing_holds(enrolled, before, authority):
	assert listening(enrolled, 111)
	assert not verifies(enrolled, authority)
	assert not holds(try_banner, enrolled, authority, None)


def test_a_pol_1_a_signed_policy_is_applied_and_read_back(policy):
	assert {key: policy[key]["state"] for key in TRIES} == {key: state for key, (state, _) in TRIES.items()}
	for key, row in policy.items():
		assert row["wanted"] and row["readBack"] and row["by"], key


@pytest.mark.parametrize("key", TRIES)
def test_a_setting_holds_for_a_person_at_the_device(enrolled, policy, authority, session, key):
	TRIES[key][1](enrolled, authority, session)


def test_a_alt_1_the_server_was_told(system, enrolled, policy):
	assert system.records(enrolled, "policy-applied")


def test_lock_is_delivered_and_then_proven_by_the_locker(system, enrolled, policy, session):
	session.unlock()
	answer = system.lock(enrolled)
	assert answer["deliveries"][0]["state"] in ("delivered", "proven")
	wait_for(session.locked, 5, "the locker to lock")
	wait_for(lambda: system.delivery(enrolled, "lock", "proven"), 10, "the proof")
	session.unlock()


@pytest.mark.parametrize("name", ATTEMPTS)
def test_a_pol_2_past_the_server_the_device_refuses(attempts, name):
	attempts.refused(name)


@pytest.mark.parametrize("name", ON_THE_NETWORK)
def test_who_may_not_is_refused(attempts, name):
	attempts.refused(name)


def test_a_pol_2_the_last_good_policy_stays(system, enrolled, attempts):
	assert system.show(enrolled)["device"]["policySerial"] == 2
	assert BANNER in enrolled.read("/etc/issue")


def test_drift_is_seen_reported_and_mended(system, enrolled, policy):
	"""It is looked for at each check-in; sync asks for one at once."""
	enrolled.sh("printf 'Welcome\\n' >/etc/issue")
	system.operator.muster("device", "sync", enrolled.name)
	wait_for(lambda: system.records(enrolled, "setting-drifted"), 60, "the drift to be reported", step=0.2)
	wait_for(lambda: BANNER in enrolled.read("/etc/issue"), 60, "the banner to be back", step=0.2)


def test_the_tally_of_wrong_passwords_survives_a_restart(enrolled, policy):
	for _ in range(3):
		type_password(enrolled, "alice", "wrong")
	assert not type_password(enrolled, "alice", PASSWORD["alice"])
	enrolled.reboot()
	assert not type_password(enrolled, "alice", PASSWORD["alice"]), "the tally is gone after a restart"
	open_account(enrolled, "alice")


def test_after_a_restart_all_is_enforced_without_the_server(system, enrolled, policy):
	system.network.link(enrolled.port, False)
	try:
		enrolled.reboot()
		assert not listening(enrolled, 111)
		assert BANNER in enrolled.read("/etc/issue")
	finally:
		system.network.link(enrolled.port, True)
	wait_for(lambda: system.row(enrolled)["connected"], 60, "the device to be back", step=0.2)


def test_a_new_policy_takes_back_what_the_old_one_set(system, enrolled, policy, authority):
	"""The trust anchor and the services are no longer asked for: they are as they were."""
	kept = {k: v for k, v in settings(authority).items() if k not in ("trustAnchors", "serverServicesDisabled")}
	system.publish(kept, 3)
	system.wait_applied(enrolled, 3)
	assert not verifies(enrolled, authority)
	wait_for(lambda: listening(enrolled, 111), 10, "rpcbind to be back")


def test_a_alt_1n_what_the_platform_cannot_do_applies_nothing(system, enrolled, policy):
	"""The updates' program is gone: a policy that needs it is refused whole, and the last good one stays."""
	enrolled.sh("mv /usr/bin/unattended-upgrade /usr/bin/unattended-upgrade.away")
	try:
		already = len(system.records(enrolled, "policy-applied"))
		system.publish({"loginBanner": {"text": "never shown"}, "systemUpdate": {"type": "AUTOMATIC"}}, 4)
		record = wait_for(lambda: system.records(enrolled, "policy-failed"), 30, "the policy to fail", step=0.2)[-1]
		assert "systemUpdate" in str(record)
		assert "never shown" not in enrolled.read("/etc/issue")
		assert system.show(enrolled)["device"]["policySerial"] == 3
		assert len(system.records(enrolled, "policy-applied")) == already, "a success was reported"
	finally:
		enrolled.sh("mv /usr/bin/unattended-upgrade.away /usr/bin/unattended-upgrade")


def test_unenrollment_leaves_every_file_as_it_was(system, enrolled, before, policy):
	system.operator.muster("device", "unenroll", enrolled.name, "--yes")
	wait_for(lambda: not system.row(enrolled), 60, "the device to leave", step=0.2)
	wait_for(lambda: BANNER not in enrolled.read("/etc/issue"), 30, "the settings to be undone")
	after = enrolled.sh(SNAPSHOT).stdout
	gone = sorted(set(before.splitlines()) ^ set(after.splitlines()))
	assert not gone, "\n".join(gone)
