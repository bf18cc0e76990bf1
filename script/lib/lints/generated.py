# SPDX-License-Identifier: Apache-2.0
"""Generated files are as their generator writes them: one row a file in script/lib/generated."""
import os
import shlex
import subprocess

from . import TREE, lines

TABLE = "script/lib/generated"


def rows():
	for line in lines(TABLE):
		if line and not line.startswith("#"):
			path, command = line.split("\t", 1)
			yield path, shlex.split(command)


def write(command, build):
	return subprocess.run([a.replace("@BUILD@", build) for a in command], cwd=TREE, capture_output=True)


def up_to_date():
	build = os.environ.get("MUSTER_BUILD", "")
	for path, command in rows():
		if not build or not os.access(command[0].replace("@BUILD@", build), os.X_OK):
			yield path, 1, "warning: not checked, for its generator is not built (script/test builds it)"
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
