# SPDX-License-Identifier: Apache-2.0
"""Processes of the test bed: each dies with the one that started it, and is ended by its own id."""
import ctypes
import os
import pathlib
import shutil
import signal
import subprocess

from .waits import wait_for

LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG = 1
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Failed(AssertionError):
	"""A command ended with another status than it had to."""

	def __init__(self, args, done):
		self.status, self.stdout, self.stderr = done.returncode, done.stdout, done.stderr
		super().__init__(f"{' '.join(map(str, args))}: exit {done.returncode}\n{done.stdout}{done.stderr}")


def run(args, check=True, **kw):
	"""Run to the end with text in and out; raises Failed where the status is not 0."""
	kw.setdefault("timeout", 120)
	if "input" not in kw:
		kw.setdefault("stdin", subprocess.DEVNULL)
	done = subprocess.run([str(a) for a in args], capture_output=True, text=True, errors="replace", **kw)
	if check and done.returncode:
		raise Failed(args, done)
	return done


def die_with_parent():
	LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def start(args, log, linger=False, **kw):
	"""Start in the background in a session of its own, output to a log file. Where it is to linger, it outlives this
	process; what is then to be ended is written down beside the log."""
	with open(log, "ab") as out:
		child = subprocess.Popen([str(a) for a in args], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
					 start_new_session=True, preexec_fn=None if linger else die_with_parent, **kw)
	if linger:
		pathlib.Path(f"{log}.pid").write_text(f"{child.pid} {start_time(child.pid)}")
	return child


def start_time(pid):
	"""When a process began, in the kernel's ticks: tells it from a later one with the same id. Nothing where it has ended."""
	try:
		fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
	except OSError:
		return None
	return None if fields[0] == "Z" else fields[19]


def end_written(directory):
	"""End exactly the processes that were written down below a directory, as they may still be."""
	for record in sorted(pathlib.Path(directory).glob("**/*.log.pid")):
		pid, began = record.read_text().split()
		if start_time(pid) == began:
			os.kill(int(pid), signal.SIGTERM if record.name.startswith("server") else signal.SIGKILL)
			wait_for(lambda p=pid, b=began: start_time(p) != b, 15, f"process {pid} to end")


def children(pid):
	try:
		with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
			return [int(p) for p in f.read().split()]
	except OSError:
		return []


def descendants(pid):
	for child in children(pid):
		yield child
		yield from descendants(child)


def name_of(pid):
	try:
		with open(f"/proc/{pid}/comm", encoding="ascii") as f:
			return f.read().strip()
	except OSError:
		return ""


def end(process, sig=signal.SIGTERM, timeout=10):
	"""End a process that we started, firmly where it does not listen."""
	if process is None or process.poll() is not None:
		return
	process.send_signal(sig)
	try:
		process.wait(timeout)
	except subprocess.TimeoutExpired:
		process.kill()
		process.wait(timeout)


def is_root():
	return os.geteuid() == 0


def missing(*programs):
	"""The programs that are not there."""
	return [p for p in programs if not shutil.which(p, path=PATH)]


def cmdline(pid):
	"""The program's base name, in full (comm is cut at 15 characters)."""
	try:
		with open(f"/proc/{pid}/cmdline", "rb") as f:
			return os.path.basename(f.read().split(b"\0")[0].decode(errors="replace"))
	except OSError:
		return ""


def descriptors(pid):
	"""The links of what a process holds open."""
	return list(pathlib.Path(f"/proc/{pid}/fd").iterdir())
