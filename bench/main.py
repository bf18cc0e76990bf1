# SPDX-License-Identifier: Apache-2.0
"""Run the benchmarks: one JSON line each, with a reference measured in the same run; --check holds them
against goals.json, where each figure is a most."""
import argparse
import functools
import json
import os
import pathlib
import subprocess
import sys

TREE = pathlib.Path(os.environ["MUSTER_TREE"])
sys.path.insert(0, str(TREE / "script" / "lib"))

import document  # noqa: E402
import handshake  # noqa: E402
import idle  # noqa: E402
import lock  # noqa: E402
import size  # noqa: E402
import verdict  # noqa: E402
from testbed.system import System, install, run_directory  # noqa: E402

BENCHES = {"size": size.measure, "handshake": handshake.measure, "verdict": verdict.measure,
	   "document": document.measure, "idle": idle.measure, "lock": lock.measure}


class Bed:
	"""What the benchmarks share: the build, the image, and one enrolled device made when first asked for."""

	def __init__(self, build, image):
		self.build, self.image, self.system = build, pathlib.Path(image), None

	@functools.cached_property
	def layer(self):
		if self.system:
			return self.system.layer
		where = run_directory("size") / "layer"
		install(self.build, where)
		return where

	@functools.cache
	def enrolled(self):
		self.system = System.ready(run_directory("bench"), self.build, self.image)
		device = self.system.boot("bench")
		self.system.enroll(device)
		return device

	def close(self):
		if self.system:
			self.system.close()


def main():
	ap = argparse.ArgumentParser(prog="script/bench", description=__doc__)
	ap.add_argument("name", nargs="*", choices=[[], *BENCHES], help="which (default: all)")
	ap.add_argument("--check", action="store_true", help="fail where a goal is missed")
	args = ap.parse_args()
	goals = json.loads((TREE / "bench/goals.json").read_text())
	commit = subprocess.run(["git", "-C", TREE, "rev-parse", "--short", "HEAD"], capture_output=True, text=True,
				check=False).stdout.strip()
	bed = Bed(os.environ["MUSTER_BUILD"], os.environ["MUSTER_IMAGE"])
	missed = []
	try:
		for name in args.name or BENCHES:
			row = {"bench": name, "commit": commit, "cpus": os.cpu_count(), **BENCHES[name](bed), "goals": goals.get(name, {})}
			print(json.dumps(row), flush=True)
			missed += [f"{name}: {key} is {row[key]}, at most {most}" for key, most in goals.get(name, {}).items()
				   if row[key] > most]
	finally:
		bed.close()
	for line in missed:
		print(f"bench: missed: {line}", file=sys.stderr)
	return 1 if missed and args.check else 0


if __name__ == "__main__":
	sys.exit(main())
