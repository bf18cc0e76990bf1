# SPDX-License-Identifier: Apache-2.0
"""What `muster assess` writes: formats that other programs take, a comparison, and a policy that mends failures."""
import json
import os
import pathlib
import re
import subprocess
import xml.etree.ElementTree as ET

import pytest

from testbed import ajv

TREE = pathlib.Path(os.environ.get("MUSTER_TREE", "."))
NASTY = "<script>alert('\"&')</script>"

CATALOG = {
	"type": "catalog", "id": "small", "title": "Small", "version": "1", "source": "ours",
	"groups": [{"id": "1", "title": "One & all"}],
	"controls": [
		{"id": "1-1", "group": "1", "level": "M", "title": NASTY, "text": "t", "guidance": "close <it>",
		 "remedy": {"serverServicesDisabled": {"services": [{"unit": "rpcbind.socket", "ports": [111]},
								   {"unit": "avahi-daemon.service", "ports": [5353]}]}},
		 "cases": [{"id": "1-1-1", "kind": "functional", "text": "t", "units": [
			 {"id": "a", "text": "rpcbind does not listen", "pattern": "conformity", "op": "lacks", "fact": "net.listening",
			  "values": ["tcp/111"]}]}]},
		{"id": "1-2", "group": "1", "level": "R", "title": "u", "text": "t", "guidance": "turn it off",
		 "cases": [{"id": "1-2-1", "kind": "functional", "text": "t", "units": [
			 {"id": "a", "text": "nothing listens on 22", "pattern": "conformity", "op": "lacks", "fact": "net.listening",
			  "values": ["tcp/22"]}]}]},
		{"id": "1-3", "group": "1", "level": "M", "title": "v", "text": "t",
		 "cases": [{"id": "1-3-1", "kind": "conceptual", "text": "t", "units": [
			 {"id": "a", "text": "a person saw it", "pattern": "publication", "op": "observed"}]}]},
	],
}


def evidence(*ports, time="2026-11-23T12:00:00Z"):
	return {"type": "evidence", "version": "1", "device": {"hostname": "dut"}, "privileged": True, "time": time, "state": "inUse",
		"facts": [{"key": "net.listening", "state": "known", "items": [{"id": p} for p in ports]}]}


@pytest.fixture
def assess(build, tmp_path):
	def run(*args, ports=("tcp/111", "tcp/22"), status=1, **kw):
		(tmp_path / "small.yaml").write_text(json.dumps(CATALOG))
		(tmp_path / "evidence.json").write_text(json.dumps(evidence(*ports, **kw)))
		done = subprocess.run([build / "src/cli/muster", "assess", "--profile", "small", "--catalogs", tmp_path, "--evidence",
				       tmp_path / "evidence.json", *args], capture_output=True, text=True, check=False)
		assert done.returncode == status, done.stdout + done.stderr
		return done
	return run


def golden(name, text, tmp_path):
	"""Byte for byte, but for where the test lay (and the ids that follow from it), and which version wrote it. MUSTER_GOLDEN=1
	writes anew."""
	text = text.replace(str(tmp_path), "DIR")
	ids = {}
	text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", lambda m: ids.setdefault(m[0], f"ID-{len(ids) + 1}"), text)
	if name.endswith("sarif"):
		text = re.sub(r'"version": "\d+\.\d+\.\d+[^"]*"', '"version": "V"', text, count=1)
	path = TREE / "test/golden/assess" / name
	if os.environ.get("MUSTER_GOLDEN"):
		path.parent.mkdir(exist_ok=True)
		path.write_text(text)
	assert text == path.read_text()


@pytest.mark.parametrize("form", ["text", "html", "oscal", "poam", "sarif", "junit"])
def test_a_format_is_as_its_golden_file(assess, tmp_path, form):
	golden(f"small.{form}", assess("--format", form).stdout, tmp_path)


def test_the_page_is_self_contained_and_escaped(assess):
	page = assess("--format", "html").stdout
	assert NASTY not in page and "&lt;script&gt;alert(&#39;&quot;&amp;&#39;)" in page
	assert not re.search(r"(src|href)=|url\(|@import|https?://", page)
	assert "close &lt;it&gt;" in page and "One &amp; all" in page and "rpcbind.socket" in page


def test_junit_counts_what_came_out(assess):
	suite = ET.fromstring(assess("--format", "junit").stdout.split("?>", 1)[1])[0]
	assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "2", "1")
	assert [len(case) for case in suite] == [1, 1, 1] and suite[0].get("name") == f"1-1 {NASTY}"


def test_sarif_tells_failures_from_what_is_open(assess):
	run = json.loads(assess("--format", "sarif").stdout)["runs"][0]
	assert [(r["ruleId"], r["kind"], r["level"]) for r in run["results"]] == [
		("1-1", "fail", "error"), ("1-2", "fail", "warning"), ("1-3", "open", "none")]


def test_oscal_never_satisfies_what_is_inconclusive(assess):
	result = json.loads(assess("--format", "oscal").stdout)["assessment-results"]["results"][0]
	assert [(f["target"]["target-id"], f["target"]["status"]) for f in result["findings"]] == [
		("p1-1", {"state": "not-satisfied", "reason": "fail"}), ("p1-2", {"state": "not-satisfied", "reason": "fail"}),
		("p1-3", {"state": "not-satisfied", "reason": "other"})]
	known = {o["uuid"] for o in result["observations"]}
	assert len(known) == 3 and all(o["observation-uuid"] in known for f in result["findings"] for o in f["related-observations"])


@pytest.mark.parametrize("form, root", [("oscal", "assessment-results"), ("poam", "plan-of-action-and-milestones")])
@pytest.mark.parametrize("ports", [("tcp/111", "tcp/22"), ()])
def test_oscal_is_valid_by_nists_schemas(assess, tmp_path, form, root, ports):
	if ajv.missing():
		pytest.skip(ajv.missing())
	assess("--format", form, "--out", tmp_path / "out.json", ports=ports, status=1 if ports else 0)
	assert ajv.validate(root, tmp_path / "out.json") == ""


def test_two_runs_compare(assess, tmp_path):
	before = tmp_path / "before.json"
	assess("--json", "--out", before)
	later = {"ports": ("tcp/22",), "time": "2026-11-24T12:00:00Z"}
	text = assess("--compare", before, **later).stdout
	assert "since 2026-11-23T12:00:00Z\n  better 1-1        FAIL -> PASS" in text
	result = json.loads(assess("--compare", before, "--json", **later).stdout)
	assert [(c["id"], c["kind"]) for c in result["changes"]] == [("1-1", "better")]
	assess("--compare", before, "--fail-on", "drift", status=0, **later)


def test_what_drifted_ends_with_1(assess, tmp_path):
	before = tmp_path / "before.json"
	assess("--json", "--out", before, ports=("tcp/22",))
	done = assess("--compare", before, "--fail-on", "drift")
	assert "drift  1-1        PASS -> FAIL" in done.stdout


def test_a_run_by_another_catalogue_is_not_compared(assess, tmp_path):
	before = tmp_path / "before.json"
	assess("--json", "--out", before)
	before.write_text(before.read_text().replace('"catalog":"small"', '"catalog":"large"'))
	assert "judged by large" in assess("--compare", before, status=2).stderr
	assert "needs --compare" in assess("--fail-on", "drift", status=2).stderr


def test_the_remedy_is_a_policy_for_what_the_device_runs(assess, build, tmp_path):
	policy = tmp_path / "remedy.yaml"
	done = assess("--remedy", policy)
	assert json.loads(policy.read_text())["settings"] == {
		"serverServicesDisabled": {"services": [{"unit": "rpcbind.socket", "ports": [111]}]}}
	assert "1-2: no policy mends it: turn it off" in done.stderr and "1-3" not in done.stderr
	subprocess.run([build / "src/cli/muster", "policy", "check", policy], check=True, capture_output=True)


def test_of_two_remedies_the_stricter_is_taken(assess, tmp_path, monkeypatch):
	first, second = ({**c, "remedy": {"failedAuthentication": {"maximumFailedAttempts": n, "unlockAfterSeconds": s}}}
			 for c, n, s in zip(CATALOG["controls"], (10, 5), (900, 300)))
	monkeypatch.setitem(CATALOG, "controls", [first, second, CATALOG["controls"][2]])
	assess("--remedy", tmp_path / "remedy.json")
	assert json.loads((tmp_path / "remedy.json").read_text())["settings"] == {
		"failedAuthentication": {"maximumFailedAttempts": 5, "unlockAfterSeconds": 900}}
