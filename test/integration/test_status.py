# SPDX-License-Identifier: Apache-2.0
"""Nothing is believed without revocation status (protocol.md "Revocation status"): a server that has been taken over
withholds the authority's list from a device that has none. A-POL-4, X-1."""
import contextlib
import pathlib
import sqlite3
import subprocess
import tempfile

import pytest

from testbed.documents import Documents
from testbed.settings import BANNER
from testbed.waits import wait_for

SPOOL = "/var/lib/muster-agent/spool.db"


def change(path, statement, *args):
	"""Change a database whose process does not run; what the statement answers."""
	with contextlib.closing(sqlite3.connect(path)) as db, db:
		return db.execute(statement, args).fetchall()


@contextlib.contextmanager
def without_status(system, device):
	"""Server and device are stopped for the length of the block, and the device's own copy of the list is gone."""
	device.run("systemctl", "stop", "muster-agent")
	system.server.stop()
	with tempfile.TemporaryDirectory() as away:
		spool = pathlib.Path(away) / "spool.db"
		spool.write_bytes(subprocess.run(device.command("cat", SPOOL), capture_output=True, check=True).stdout)
		change(spool, "DELETE FROM crl")
		change(spool, "PRAGMA journal_mode = DELETE")
		device.sh('rm -f "$1-wal" "$1-shm"', SPOOL)
		device.write(SPOOL, spool.read_bytes(), 0o600)
	yield next(system.server.data.glob("*.db"))
	system.server.start()
	device.run("systemctl", "start", "muster-agent")


@pytest.fixture(scope="module")
def governed(system, enrolled):
	"""A policy is in force."""
	system.publish({"loginBanner": {"text": BANNER}}, 2)
	system.wait_applied(enrolled, 2)
	return enrolled


def test_a_pol_4_without_status_the_device_asks_refuses_and_recovers(system, governed):
	attempt = Documents(system.operator, system.directory / "attempts")
	with without_status(system, governed) as store:
		# What the server now calls the authority's list is another issuer's, with a number that stays.
		change(store, "UPDATE crl SET number = 1000000, der = (SELECT der FROM crl WHERE issuer = 'device') "
		       "WHERE issuer = 'authority'")
		system.breach(governed, attempt.sign(attempt.policy(3)))
	refused = wait_for(lambda: [r for r in system.records(governed, "instruction-refused")
				    if r.get("detail", {}).get("type") == "policy"], 30, "the refusal")
	assert [r["reason"] for r in refused] == ["need-status"]
	fetched = [r for r in system.records(governed, "instruction-refused") if r.get("detail", {}).get("type") == "crl"]
	assert fetched, "the device did not ask for status"
	assert system.show(governed)["device"]["policySerial"] == 2
	assert BANNER in governed.read("/etc/issue")
	with without_status(system, governed) as store:
		change(store, "DELETE FROM crl WHERE issuer = 'authority'")
	system.publish({"loginBanner": {"text": "It is the authority's again."}}, 3)
	system.wait_applied(governed, 3)
	assert "the authority's again" in governed.read("/etc/issue")
