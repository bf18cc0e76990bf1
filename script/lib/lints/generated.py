# SPDX-License-Identifier: Apache-2.0
"""Generated files are as their generator writes them: one row a file in script/lib/generated."""
import os
import shlex
import subprocess

from . import TREE, lines

TABLE = "script/lib/generated"
# Seconds that a quick lint may spend on building generators.
PATIENCE_S = 25


def rows():
	for line in lines(TABLE):
		if line and not line.startswith("#"):
			path, command = line.split("\t", 1)
			yield path, shlex.split(command)


def write(command, build):
	return subprocess.run([a.replace("@BUILD@", build) for a in command], cwd=TREE, capture_output=True)


def build_generators(build):
	"""Bring the generators up to date, and nothing else; why not, or nothing."""
	if not os.path.exists(os.path.join(build, "build.ninja")):
		return "its generator is not built (script/test builds it)"
	targets = sorted({command[0].removeprefix("@BUILD@/") for _, command in rows() if command[0].startswith("@BUILD@/")})
	try:
		done = subprocess.run(["ninja", "-C", build, *targets], capture_output=True, timeout=PATIENCE_S)
	except subprocess.TimeoutExpired:
		return "building its generator takes too long here (script/test does it)"
	return done.returncode and "its generator does not build"


def up_to_date():
	build = os.environ.get("MUSTER_BUILD", "")
	problem = build_generators(build)
	for path, command in rows():
		if problem:
			yield path, 1, f"warning: not checked, for {problem}"
			continue
		done = write(command, build)
		have = (TREE / path).read_bytes() if (TREE / path).exists() else b""
		if done.returncode or done.stdout != have:
			yield path, 1, f"not as '{' '.join(command)}' writes it: script/lint --write"


def write_all():
	failed = 0
	for path, command in rows():
		done = write(command, os.environ["MUSTER_BUILD"])
		if done.returncode == 0:
			(TREE / path).parent.mkdir(parents=True, exist_ok=True)
			(TREE / path).write_bytes(done.stdout)
		failed |= done.returncode
		print(f"{'not ok' if done.returncode else 'ok'} - {path}")
	return 1 if failed else 0
