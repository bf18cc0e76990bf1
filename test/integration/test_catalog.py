# SPDX-License-Identifier: Apache-2.0
"""The catalogues that are shipped: they hold together, and have the numbers and statuses of their sources."""
import json
import os
import pathlib
import subprocess

import pytest

TREE = pathlib.Path(os.environ.get("MUSTER_TREE", "."))
IDS = sorted(path.stem for path in (TREE / "catalog").glob("*.yaml"))
# Provisions, mandatory ones, recommendations: EN 303 645, table B.1 of each version.
COUNTS = {"en303645-v2": (68, 33), "en303645-v3": (78, 36)}
# The recommendations for which TR 103 621 knows situations in which they cannot be followed.
MAY_NOT_APPLY = """5.2-2 5.2-3 5.3-1 5.3-4 5.3-5 5.3-6 5.3-9 5.3-11 5.3-12 5.3-14 5.3-15 5.5-2 5.5-3 5.5-4 5.5-6 5.6-3 5.6-5 5.6-6
5.6-7 5.6-8 5.6-9 5.7-1 5.7-2 5.8-1 5.9-1 5.9-2 5.9-3 5.10-1 5.11-2 5.11-3 5.11-4 5.12-1 5.12-2 5.12-3 6-4""".split()


@pytest.fixture(scope="module")
def muster(build):
	def run(*args, check=True):
		done = subprocess.run([build / "src/cli/muster", *args, "--catalogs", TREE / "catalog"], capture_output=True, text=True,
				      check=False)
		assert not check or done.returncode == 0, done.stdout + done.stderr
		return done
	return run


@pytest.mark.parametrize("catalog", IDS)
def test_it_holds_together(muster, catalog):
	assert json.loads(muster("catalog", "lint", catalog, "--json").stdout) == {"findings": []}


@pytest.mark.parametrize("catalog", COUNTS)
def test_it_has_the_statuses_of_its_source(muster, catalog):
	controls = json.loads(muster("catalog", "show", catalog, "--json").stdout)["controls"]
	assert (len(controls), sum(c["level"] == "M" for c in controls)) == COUNTS[catalog]


def test_the_35_recommendations_say_when_they_may_not_apply(muster):
	controls = json.loads(muster("catalog", "show", "en303645-v2", "--json").stdout)["controls"]
	assert sorted(c["id"] for c in controls if "mayNotApply" in c) == sorted(MAY_NOT_APPLY)


def test_what_does_not_hold_together_is_found(muster, tmp_path):
	text = (TREE / "catalog/en303645-v3.yaml").read_text().replace('fact: "net.listening"', 'fact: "net.nothing"')
	(tmp_path / "bad.yaml").write_text(text)
	done = muster("catalog", "lint", tmp_path / "bad.yaml", check=False)
	assert done.returncode == 1 and "5.6-1-2a: there is no fact net.nothing" in done.stdout


def test_an_unknown_catalogue_is_named_with_those_there_are(muster):
	done = muster("catalog", "show", "nope", check=False)
	assert done.returncode == 4 and done.stderr.startswith("muster: no catalogue 'nope': there are en303645-v2, ")
