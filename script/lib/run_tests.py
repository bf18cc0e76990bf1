# SPDX-License-Identifier: Apache-2.0
"""Run the tests tier by tier, show what failed, and sum up in one last line."""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET

TREE = pathlib.Path(os.environ["MUSTER_TREE"])
TAP = re.compile(r"^(not )?ok\b\s*\d*\s*(?:- )?(.*?)\s*(?:#\s*(SKIP|TO[D]O)\b\s*(.*))?$", re.I)
PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"
BEGIN = time.monotonic()


def say(text):
	print(f"[{time.monotonic() - BEGIN:4.0f}s] {text}", file=sys.stderr, flush=True)


class Result:
	"""One test: its name, how it ended, and what is to be shown of it."""

	def __init__(self, name, outcome, detail=""):
		self.name, self.outcome, self.detail = name[:200], outcome, detail


def build(kind):
	"""Build the tree as common.sh's build() does; the directory, or nothing."""
	done = subprocess.run(["bash", "-c", '. script/lib/common.sh; build "$1"', "build", kind], cwd=TREE,
			      stdout=subprocess.PIPE, text=True, check=False)
	return pathlib.Path(done.stdout.strip()) if done.returncode == 0 else None


def tap(name, output, result):
	"""The results of one program's TAP; a program that broke without a failed case is a failure."""
	notes, results = [], []
	for line in output.splitlines():
		found = TAP.match(line)
		if found:
			outcome = FAILED if found[1] else SKIPPED if found[3] else PASSED
			results.append(Result(f"{name}: {found[2]}", outcome, "\n".join(notes) or found[4] or ""))
			notes = []
		elif line.startswith("#"):
			notes.append(line)
	if result not in ("OK", "SKIP") and not any(r.outcome == FAILED for r in results):
		results.append(Result(name, FAILED, f"{result}\n" + "\n".join(output.splitlines()[-40:])))
	return results or [Result(name, SKIPPED, "no test ran")]


def lint(*args):
	def run(_):
		if not build("release"):
			return [Result("the release build", FAILED)]
		done = subprocess.run(["script/lint", *args], cwd=TREE, stdout=subprocess.PIPE, text=True, check=False)
		found = tap("lint", done.stdout, "OK")
		complaints = [l for l in done.stdout.splitlines() if not TAP.match(l)]
		for r in found:
			r.name = r.name.removeprefix("lint: ")
		if complaints:
			print("\n".join(complaints), flush=True)
		if done.returncode and not any(r.outcome == FAILED for r in found):
			found.append(Result("lint", FAILED, f"exit {done.returncode}"))
		return found
	return run


def meson_suite(suite):
	def run(_):
		where = build("san")
		if not where:
			return [Result(f"{suite}: the build", FAILED)]
		log = where / "meson-logs" / "testlog.json"
		log.unlink(missing_ok=True)
		env = dict(os.environ, ASAN_OPTIONS="detect_leaks=1",
			   UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1")
		done = subprocess.run(["meson", "test", "-C", str(where), "--no-rebuild", "--suite", suite], cwd=TREE,
				      env=env, capture_output=True, text=True, check=False)
		if not log.exists():
			return [Result(f"{suite}: none to run", SKIPPED, done.stderr.strip()[-300:])]
		results = []
		for row in map(json.loads, log.read_text().splitlines()):
			results += tap(row["name"].split(" / ")[-1].split(":")[-1],
				       row.get("stdout", "") + row.get("stderr", ""), row["result"])
		return results
	return run


def pytest_tier(marks):
	def run(args):
		where = build("release")
		if not where:
			return [Result("the release build", FAILED)]
		with tempfile.TemporaryDirectory() as tmp:
			report = pathlib.Path(tmp) / "report.xml"
			command = [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", marks,
				   f"--junitxml={report}", f"--basetemp={tmp}/tests", "-o", "junit_family=xunit2", "--tb=short", "test/integration"]
			if args.pattern:
				command += ["-k", re.sub(r"\W", "_", args.pattern)]
			done = subprocess.run(command, cwd=TREE, env=dict(os.environ, MUSTER_BUILD=str(where)), check=False,
					      stdout=sys.stderr)
			if not report.exists():
				return [Result("pytest", FAILED, f"exit {done.returncode}")]
			return list(junit(report))
	return run


def junit(report):
	for case in ET.parse(report).getroot().iter("testcase"):
		name = f"{case.get('classname', '').split('.')[-1]}: {case.get('name')}"
		kinds = {child.tag: child for child in case}
		bad = kinds.get("failure", kinds.get("error"))
		if bad is not None:
			yield Result(name, FAILED, bad.get("message", "").splitlines()[0][:300] if bad.get("message") else "")
		elif "skipped" in kinds:
			yield Result(name, SKIPPED, kinds["skipped"].get("message", ""))
		else:
			yield Result(name, PASSED)


def can_boot():
	if os.geteuid() != 0:
		return "needs root, to boot a systemd container"
	return ""


TIERS = {
	"lint": lint(),
	"tidy": lint("--tidy", "--only", "tidy"),
	"unit": meson_suite("unit"),
	"fuzz": meson_suite("fuzz"),
	"integration": pytest_tier("not container"),
	"container": pytest_tier("container"),
}


def run_tier(tier, args):
	if tier == "container" and can_boot():
		say(f"{tier}: skipped: {can_boot()}")
		return [Result(tier, SKIPPED, can_boot())]
	say(f"{tier}: running")
	results = TIERS[tier](args)
	if args.pattern:
		want = args.pattern.lower()
		plain = re.sub(r"\W", "_", want)
		results = [r for r in results if want in r.name.lower() or plain in r.name.lower() or r.outcome == FAILED]
	counts = {o: sum(r.outcome == o for r in results) for o in (PASSED, FAILED, SKIPPED)}
	say(f"{tier}: " + ", ".join(f"{n} {o}" for o, n in counts.items()))
	return results


def main():
	ap = argparse.ArgumentParser(prog="script/test", description=__doc__)
	ap.add_argument("--quick", action="store_true", help="leave the container out")
	ap.add_argument("--tier", action="append", choices=TIERS, help="only this tier (may be repeated)")
	ap.add_argument("pattern", nargs="?", help="only tests with this in their name")
	args = ap.parse_args()
	results = []
	for tier in args.tier or TIERS:
		if args.quick and tier == "container" and not args.tier:
			results.append(Result(tier, SKIPPED, "left out by --quick"))
			continue
		results += run_tier(tier, args)
	for r in results:
		if r.outcome != PASSED:
			print(f"{r.outcome}: {r.name}" + (f"\n    {r.detail}".replace("\n", "\n    ").rstrip() if r.detail else ""))
	counts = {o: sum(r.outcome == o for r in results) for o in (PASSED, FAILED, SKIPPED)}
	print(f"{counts[PASSED]} passed, {counts[FAILED]} failed, {counts[SKIPPED]} skipped", flush=True)
	return 1 if counts[FAILED] or not counts[PASSED] else 0


if __name__ == "__main__":
	sys.exit(main())
