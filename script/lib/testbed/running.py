# SPDX-License-Identifier: Apache-2.0
"""What a demonstration leaves running: how to reach it, and how to end it."""
import json
import os
import pathlib
import shlex
import shutil
import signal

from .device import remove_groups
from .waits import wait_for

FILE = "linger"


def start_time(pid):
	"""When a process began, in the kernel's ticks: tells it from a later one with the same id."""
	try:
		return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]
	except OSError:
		return None


def wrapper(path, words):
	path.write_text("#!/bin/sh\nexec " + " ".join(shlex.quote(str(w)) for w in words) + ' "$@"\n')
	path.chmod(0o755)


def keep(system):
	"""Write down what runs, and make two commands that reach it; returns their directory."""
	pids = [system.server.process.pid, *(d.runner.pid for d in system.devices), system.network.holder.pid]
	(system.directory / FILE).write_text(json.dumps([[pid, start_time(pid)] for pid in pids]))
	wrapper(system.directory / "muster", system.operator.command("muster"))
	wrapper(system.directory / "inside", system.devices[0].command())
	return system.directory


def stop(directory):
	"""End exactly the processes that were written down."""
	for number, (pid, began) in enumerate(json.loads((directory / FILE).read_text())):
		if start_time(pid) != began:
			continue
		# The server first, and it may tidy up; a device and the network are simply gone.
		os.kill(pid, signal.SIGKILL if number else signal.SIGTERM)
		wait_for(lambda p=pid, b=began: start_time(p) != b or zombie(p), 15, f"process {pid} to end")
	for groups in directory.glob("*/groups"):
		remove_groups(groups)
	shutil.rmtree(directory, ignore_errors=True)


def zombie(pid):
	try:
		return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
	except OSError:
		return True


def stop_all():
	found = list((pathlib.Path(os.environ["MUSTER_CACHE"]) / "run").glob(f"*/{FILE}"))
	for record in found:
		stop(record.parent)
		print(f"stopped {record.parent.name}")
	if not found:
		print("nothing runs")
	return 0
