# SPDX-License-Identifier: Apache-2.0
"""The catalogues that are shipped: they hold together, and have the numbers and statuses of their sources."""
import json
import os
import pathlib
import subprocess

import pytest

from testbed import ajv

TREE = pathlib.Path(os.environ.get("MUSTER_TREE", "."))
IDS = sorted(path.stem for path in (TREE / "catalog").glob("*.yaml"))
# Requirements, and mandatory ones: EN 303 645, table B.1 of each version.
COUNTS = {"en303645-v2": (68, 33), "en303645-v3": (78, 36),
	  # NIAP's: each requirement is a row, and so is each of the 47 functions.
	  "niap-mdm-agent": (14, 12), "niap-mdm-server": (40, 24), "niap-mdm-platform": (86, 60),
	  # Eleven areas and what is known of their requirements; the configuration is the base, its module and three of assurance.
	  "cmdpp": (20, 19), "cmdpp-2-biometric": (23, 22), "ts103932-1": (26, 25),
	  # Annex I: part I (1), (2)(a) to (m), part II (1) to (8).
	  "cra-annex-i": (22, 22), "onem2m-levels": (4, 0)}
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


def test_an_unknown_catalogue_is_named(muster):
	done = muster("catalog", "show", "nope", check=False)
	assert done.returncode == 4 and done.stderr == "muster: no catalogue 'nope': 'muster catalog list' shows what there is\n"


def export(muster, catalog, where):
	"""As OSCAL, into a directory. Returns the documents by their file's name."""
	overlay = "\ntype: overlay\n" in (TREE / f"catalog/{catalog}.yaml").read_text()
	muster("catalog", "export", catalog, "--out", where if overlay else where / f"{catalog}.json")
	return {path.name: json.loads(path.read_text()) for path in where.iterdir()}


def uuids(tree):
	if isinstance(tree, dict):
		return [v for k, v in tree.items() if k == "uuid"] + [u for v in tree.values() for u in uuids(v)]
	return [u for v in tree for u in uuids(v)] if isinstance(tree, list) else []


@pytest.mark.parametrize("catalog", IDS)
def test_oscal_is_what_nist_s_schemas_want(muster, catalog, tmp_path):
	if ajv.missing():
		pytest.skip(ajv.missing())
	for name, document in export(muster, catalog, tmp_path).items():
		assert ajv.validate(next(iter(document)), tmp_path / name) == ""


def test_oscal_has_each_requirement_under_its_own_id(muster, tmp_path):
	document = export(muster, "en303645-v3", tmp_path)["en303645-v3.json"]["catalog"]
	controls = [c for group in document["groups"] for c in group["controls"]]
	labels = [p["value"] for c in controls for p in c["props"] if p["name"] == "label"]
	levels = [p["value"] for c in controls for p in c["props"] if p["name"] == "level"]
	assert len(controls) == 78 and levels.count("M") == 36 and "5.6-1" in labels
	assert {c["id"] for c in controls} == {"p" + label for label in labels}


def test_oscal_of_an_overlay_excludes_promotes_and_imports_its_own(muster, tmp_path):
	documents = export(muster, "linux-mobile", tmp_path)
	profile, own = documents["linux-mobile.json"]["profile"], documents["linux-mobile-own.json"]["catalog"]
	base, second = profile["imports"]
	assert base["href"] == "en303645-v3.json" and "p5.3-14" in base["exclude-controls"][0]["with-ids"]
	assert second == {"href": "linux-mobile-own.json", "include-all": {}} and profile["merge"] == {"as-is": True}
	promoted = next(a for a in profile["modify"]["alters"] if a["control-id"] == "p5.7-1")
	assert promoted["removes"][0]["by-name"] == "level" and promoted["adds"][0]["props"][0]["value"] == "M"
	assert "LMD-5.7-1" in [c["id"] for group in own["groups"] for c in group["controls"]]


def test_oscal_is_the_same_from_the_same_and_its_uuids_are_unique(muster, tmp_path, monkeypatch):
	monkeypatch.setenv("SOURCE_DATE_EPOCH", "1764000000")
	first = muster("catalog", "export", "map-en303645-v3-cra").stdout
	assert first == muster("catalog", "export", "map-en303645-v3-cra").stdout
	found = uuids(json.loads(first))
	assert len(found) == len(set(found)) > 40 and '"last-modified": "2025-11-24T16:00:00Z"' in first


def test_an_overlay_as_oscal_needs_a_directory(muster):
	done = muster("catalog", "export", "linux-mobile", check=False)
	assert done.returncode == 2 and "--out names a directory" in done.stderr


def test_ciso_assistant_gets_a_framework_whose_nodes_have_their_parents(muster):
	library = json.loads(muster("catalog", "export", "linux-mobile", "--format", "ciso").stdout)
	nodes = library["objects"]["framework"]["requirement_nodes"]
	known = {n["urn"] for n in nodes}
	assert len(known) == len(nodes) and all(n["parent_urn"] in known for n in nodes if n["assessable"])
	assert "LMD-5.11-1" in [n["ref_id"] for n in nodes]


def test_ciso_assistant_gets_a_mapping_between_nodes_that_there_are(muster):
	def load(name):
		return json.loads(muster("catalog", "export", name, "--format", "ciso").stdout)["objects"]
	pairs = load("map-en303645-v2-v3")["requirement_mapping_sets"][0]["requirement_mappings"]
	ends = [{n["urn"] for n in load(c)["framework"]["requirement_nodes"]} for c in ("en303645-v2", "en303645-v3")]
	assert {p["source_requirement_urn"] for p in pairs} <= ends[0] and {p["target_requirement_urn"] for p in pairs} <= ends[1]
	assert len(pairs) >= 68
