# SPDX-License-Identifier: Apache-2.0
"""What a demonstration leaves running: how to reach it, and how to end it."""
import os
import pathlib
import shlex

from .system import remove_run

FILE = "linger"


def wrapper(path, words):
	path.write_text("#!/bin/sh\nexec " + " ".join(shlex.quote(str(w)) for w in words) + ' "$@"\n')
	path.chmod(0o755)


def keep(system):
	"""Let it run on, and make two commands that reach it; returns their directory."""
	(system.directory / FILE).touch()
	wrapper(system.directory / "muster", system.operator.command("muster"))
	wrapper(system.directory / "inside", system.devices[0].command())
	return system.directory


def stop_all():
	found = list((pathlib.Path(os.environ["MUSTER_CACHE"]) / "run").glob(f"*/{FILE}"))
	for record in found:
		remove_run(record.parent)
		print(f"stopped {record.parent.name}")
	if not found:
		print("nothing runs")
	return 0
