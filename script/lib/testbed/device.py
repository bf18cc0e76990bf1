# SPDX-License-Identifier: Apache-2.0
"""A device: a Debian 12 tree booted by systemd-nspawn over an overlay, so that the kept image never
changes. One process (device-run) holds its mounts, its processes and its network: when that ends, all ends."""
import os
import pathlib
import shutil
import signal
import subprocess
import time

from . import process
from .waits import wait_for

RUNNER = pathlib.Path(__file__).with_name("device-run")
ENTER = ("-m", "-u", "-i", "-n", "-p", "-C", "-r", "-w")
ENVIRONMENT = ["env", "-i", f"PATH={process.PATH}", "LANG=C.UTF-8", "HOME=/root", "TERM=dumb"]


class Device:
	def __init__(self, image, directory, network, name="device", linger=False):
		self.image, self.network, self.name, self.linger = pathlib.Path(image), network, name, linger
		self.directory = pathlib.Path(directory)
		self.runner = None
		self.address = self.port = None
		self.boot_ms = None

	def up(self):
		"""Boot, and return when the system says that it is up."""
		self.directory.mkdir(parents=True, exist_ok=True)
		begin = time.monotonic()
		self.runner = process.start(["unshare", "--mount", "--propagation", "private", "--net", "--pid", "--fork",
					     "--kill-child=SIGKILL", "--mount-proc", RUNNER, self.image, self.directory,
					     self.name], self.directory / "console.log", linger=self.linger)
		wait_for(lambda: (self.directory / "ready").exists(), what="the device's mounts")
		self.address = self.network.plug(process.children(self.runner.pid)[0])
		self.port = self.network.n_devices
		(self.directory / "go").touch()
		self.wait_up()
		self.boot_ms = int((time.monotonic() - begin) * 1000)
		return self

	def leader(self):
		"""The container's first process, as seen from here."""
		for pid in process.descendants(self.runner.pid):
			if process.name_of(pid) == "systemd-nspawn":
				for child in process.children(pid):
					if process.name_of(child) == "systemd":
						return child
		raise LookupError(f"{self.name} is not running: see {self.directory / 'console.log'}")

	def wait_up(self, timeout=60):
		wait_for(lambda: self.run("systemctl", "is-system-running", check=False).stdout.strip() not in ("", "offline"),
			 timeout, f"{self.name} to boot")
		self.run("systemctl", "is-system-running", "--wait", check=False, timeout=timeout)

	def command(self, *args):
		"""The words that run a command inside, as root."""
		return ["nsenter", "-t", str(self.leader()), *ENTER, *ENVIRONMENT, *map(str, args)]

	def run(self, *args, check=True, **kw):
		return process.run(self.command(*args), check=check, **kw)

	def sh(self, script, *args, check=True, **kw):
		return self.run("sh", "-c", script, "sh", *args, check=check, **kw)

	def start(self, *args, log="inside.log"):
		return process.start(self.command(*args), self.directory / log)

	def path(self, inside):
		"""A path inside as a path here (symbolic links with absolute targets lead astray)."""
		return pathlib.Path(f"/proc/{self.leader()}/root") / str(inside).lstrip("/")

	def read(self, inside):
		return self.run("cat", inside).stdout

	def write(self, inside, data, mode=0o644):
		"""Write a file inside, root's, and make its folders."""
		data = data if isinstance(data, bytes) else data.encode()
		done = subprocess.run(self.command("sh", "-c", 'mkdir -p "${1%/*}" && rm -f "$1" && umask 077 && cat >"$1" && chmod "$2" "$1"',
						   "sh", inside, f"{mode:o}"), input=data, capture_output=True, check=False)
		if done.returncode:
			raise process.Failed(["write", inside], done)

	def install(self, layer):
		"""Copy what `meson install` made, and do what a package would do after it."""
		with subprocess.Popen(["tar", "-C", str(layer), "-cf", "-", "--owner=0", "--group=0", "."],
				      stdout=subprocess.PIPE) as tar:
			done = subprocess.run(self.command("tar", "-C", "/", "-xf", "-", "--no-overwrite-dir",
							   "--keep-directory-symlink"),
					      stdin=tar.stdout, capture_output=True, text=True, check=False)
		if done.returncode or tar.returncode:
			raise process.Failed(["install", layer], done)
		self.run("systemd-sysusers")
		self.sh("for f in /usr/lib/tmpfiles.d/muster*.conf; do systemd-tmpfiles --create \"$f\"; done")
		self.run("systemctl", "daemon-reload")
		self.run("systemctl", "reload", "dbus", check=False)

	def journal(self, n=60, unit="muster-agent"):
		return self.run("journalctl", "-u", unit, "-n", n, "--no-pager", "-o", "short-precise", check=False).stdout

	def pids(self):
		"""Every process of the device: a name that is unique here, to its id as seen from here."""
		return {f"{process.cmdline(pid)}-{pid}": pid for pid in process.descendants(self.leader())}

	def pid_of(self, program):
		"""The oldest process of a program."""
		found = [pid for pid in process.descendants(self.leader()) if program in (process.cmdline(pid), process.name_of(pid))]
		if not found:
			raise LookupError(f"{program} does not run on {self.name}")
		return found[0]

	def agent_pids(self):
		"""The agent's processes by program: the manager, and those that it started."""
		manager = self.pid_of("muster-agent")
		return {process.cmdline(pid): pid for pid in [manager, *process.descendants(manager)]}

	def reboot(self):
		"""An orderly restart, without logind: there unattended-upgrades holds it up for half a minute."""
		old = self.leader()
		self.run("systemctl", "--no-block", "--job-mode=replace-irreversibly", "start", "reboot.target", check=False)
		wait_for(lambda: self.leader() != old, 60, f"{self.name} to reboot")
		self.wait_up()

	def wait_reboot(self, old, timeout=60):
		"""Wait for a reboot that something else asked for; old: the leader before it."""
		wait_for(lambda: self.leader() != old, timeout, f"{self.name} to reboot")
		self.wait_up()

	def cut_power(self):
		"""End all its processes at once, and boot again. (What they had written stays: the host's page
		cache is not lost.)"""
		old = self.leader()
		os.kill(old, signal.SIGKILL)
		wait_for(lambda: self.leader() != old, 60, f"{self.name} to boot again")
		self.wait_up()

	def down(self):
		process.end(self.runner, signal.SIGKILL)
		remove_groups(self.directory / "groups")
		for part in ("upper", "work", "root", "run"):
			shutil.rmtree(self.directory / part, ignore_errors=True)


def remove_groups(record):
	"""Remove the control groups that device-run wrote down, from the leaves up; the last of their
	processes may take a moment to be gone."""
	for top in record.read_text().split() if record.exists() else []:
		for folder, _, _ in os.walk(top, topdown=False):
			wait_for(lambda f=folder: remove_group(f), 10, f"the processes of {folder} to end")


def remove_group(folder):
	try:
		os.rmdir(folder)
	except FileNotFoundError:
		pass
	return True


def available():
	"""Why no device can be booted here, or nothing."""
	if not process.is_root():
		return "needs root"
	gone = process.missing("systemd-nspawn", "nsenter", "unshare", "ip")
	return f"needs {', '.join(gone)}" if gone else ""
