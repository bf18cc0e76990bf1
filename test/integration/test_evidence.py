# SPDX-License-Identifier: Apache-2.0
"""A device proves its records: sealed by its evidence key, and judged by the operator from the records themselves, whatever
the server does to them (FAU_STG_EXT.2, FAU_GEN.1)."""
import contextlib
import json
import sqlite3

import pytest

from testbed.waits import wait_for


def verify(system, *args, check=False):
	"""Exit status, and what `muster records --verify` says as JSON."""
	done = system.operator.muster("records", "--verify", "--json", *args, check=check)
	return done.returncode, json.loads(done.stdout)


def trail(system, device):
	name = system.row(device)["id"]
	_, said = verify(system, "--device", name)
	found = [t for t in said["devices"] if t["device"] == name]
	return found[0] if found else None


@pytest.fixture(scope="module")
def sealed(system, enrolled):
	"""The device's trail, when all of it is sealed."""
	return wait_for(lambda: (t := trail(system, enrolled)) and t["proof"] == "verified" and t, 30, "a seal on the records")


@pytest.fixture
def saved(system, sealed):
	"""What an auditor took home."""
	return json.loads(system.operator.muster("records", "--json").stdout)


def judged(system, saved):
	path = system.operator.write("saved.json", json.dumps(saved))
	return verify(system, "--from", path)


@contextlib.contextmanager
def database(system):
	"""The server's, as who has its disk."""
	with contextlib.closing(sqlite3.connect(next(system.server.data.glob("*.db")), timeout=10)) as db, db:
		yield db


def of_device(saved, event):
	return next(r for r in saved["records"] if r["event"] == event and r.get("deviceSeq"))


def test_fau_stg_ext_2_the_records_of_a_device_are_proven(sealed):
	assert sealed["records"] == sealed["verified"] > 3 and sealed["sealed"]


def test_fau_stg_ext_2_what_is_recorded_next_is_sealed_too(system, enrolled, sealed):
	system.operator.muster("device", "sync", system.row(enrolled)["id"])
	more = wait_for(lambda: (t := trail(system, enrolled))["records"] > sealed["records"] and t["proof"] == "verified" and t, 30,
			"the next seal")
	assert more["verified"] > sealed["verified"]


def test_fau_stg_ext_2_saved_records_are_proven_without_the_server(system, saved):
	system.server.stop()
	try:
		status, said = judged(system, saved)
	finally:
		system.server.start()
	assert status == 0 and said["devices"][0]["proof"] == "verified"


def test_fau_stg_ext_2_an_altered_record_is_broken(system, saved):
	of_device(saved, "enrolled")["text"] = "nothing happened"
	status, said = judged(system, saved)
	assert status == 1 and said["error"]["reason"] == "digest"
	assert of_device(said, "enrolled")["proof"] == "broken" and said["devices"][0]["proof"] == "broken"


def test_fau_stg_ext_2_a_removed_record_is_a_gap(system, saved):
	gone = of_device(saved, "trust-accepted")
	saved["records"].remove(gone)
	status, said = judged(system, saved)
	assert status == 1 and said["devices"][0]["proof"] == "gap" and said["devices"][0]["at"] == gone["deviceSeq"] + 1


def test_fau_stg_ext_2_a_server_that_alters_its_store_is_found_out(system, enrolled, sealed):
	"""As who has broken into the server: the row is another, and what the server shows follows."""
	with database(system) as db:
		before = db.execute("SELECT text FROM record WHERE source <> 'server' AND event = 'enrolled'").fetchone()
		db.execute("UPDATE record SET text = 'forged' WHERE source <> 'server' AND event = 'enrolled'")
	try:
		assert trail(system, enrolled)["proof"] == "broken"
	finally:
		with database(system) as db:
			db.execute("UPDATE record SET text = ? WHERE source <> 'server' AND event = 'enrolled'", before)
	assert trail(system, enrolled)["proof"] == "verified"


def test_the_table_for_people_says_it_too(system, enrolled, sealed):
	done = system.operator.muster("records", "--verify", "--device", system.row(enrolled)["id"])
	assert "PROOF" in done.stdout and "verified" in done.stdout
