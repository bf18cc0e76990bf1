# SPDX-License-Identifier: Apache-2.0
"""Processes of the test bed: each dies with the one that started it, and is ended by its own id."""
import ctypes
import os
import shutil
import signal
import subprocess

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
	"""Start in the background in a session of its own, output to a log file. Where it is to linger,
	it outlives this process."""
	with open(log, "ab") as out:
		return subprocess.Popen([str(a) for a in args], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
					start_new_session=True, preexec_fn=None if linger else die_with_parent, **kw)


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
