# SPDX-License-Identifier: Apache-2.0
"""System calls made by a running process of ours, with its own confinement (test/integration/tools/inject.c)."""
import errno
import functools
import os
import pathlib
import subprocess

from . import process

SOURCE = pathlib.Path(os.environ["MUSTER_TREE"]) / "test/integration/tools/inject.c"


@functools.lru_cache
def tool():
	where = pathlib.Path(os.environ["MUSTER_CACHE"]) / "tools"
	where.mkdir(exist_ok=True)
	program = where / "inject"
	if not program.exists() or program.stat().st_mtime < SOURCE.stat().st_mtime:
		new = where / f"inject.{os.getpid()}"
		process.run(["gcc", "-D_GNU_SOURCE", "-O1", "-Wall", "-o", new, SOURCE])
		new.rename(program)
	return program


def answer(text):
	"""A number of 0 or more, or the name of the errno; "killed"."""
	if not text.lstrip("-").isdigit():
		return text
	number = int(text)
	return errno.errorcode.get(-number, str(number)) if number < 0 else number


def perform(pid, calls):
	"""Make a process do these calls, in order; their answers."""
	done = process.run([tool(), str(pid)], input="\n".join(calls) + "\n")
	return [answer(line) for line in done.stdout.split()]


def start_waiting(parent, name):
	"""Hold the next child of that name when it has its own filter: to be finished with `finish`. The parent is watched
	when this returns, so that no child started later is missed."""
	waiting = subprocess.Popen([tool(), "--child-of", str(parent), name[:15]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
	assert waiting.stdout.readline() == "ready\n", f"process {parent} cannot be traced"
	return waiting


def finish(waiting, calls):
	out, _ = waiting.communicate("\n".join(calls) + "\n", timeout=90)
	return [answer(line) for line in out.split()]
