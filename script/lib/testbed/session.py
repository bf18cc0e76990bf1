# SPDX-License-Identifier: Apache-2.0
"""A person at a device: a login on a terminal (login, PAM, logind) with a desktop whose locker, from Debian,
tells logind by itself that it has locked (LockedHint). No code of ours sets that."""
import time

from .waits import wait_for

UNIT = "desk-tty"
KEYS = "/run/desk.keys"


class Session:
	def __init__(self, device, user="alice"):
		self.device, self.user, self.id, self.tty = device, user, None, None

	def open(self):
		"""Log in, and wait until the locker watches. What did not come up is taken down again."""
		try:
			return self.begin()
		except BaseException:
			self.close()
			raise

	def begin(self):
		self.device.run("systemd-run", "-q", f"--unit={UNIT}", "sh", "-c",
				f'rm -f {KEYS}; mkfifo {KEYS}; (echo exec desk; exec cat <>{KEYS}) | script -qec "login -f {self.user}" /dev/null')
		self.id = wait_for(self.find, 20, f"a session of {self.user}")
		self.tty = self.device.run("loginctl", "show-session", self.id, "-p", "TTY", "--value").stdout.strip()
		wait_for(lambda: self.device.run("pgrep", "-u", self.user, "-x", "xss-lock", check=False).returncode == 0 and
			 self.device.run("runuser", "-u", self.user, "--", "env", "DISPLAY=:9", "xset", "q",
					 check=False).returncode == 0, 20, "the desktop to start")

		def watches():
			self.device.run("loginctl", "lock-session", self.id)
			return self.locked()
		wait_for(watches, 60, "the locker to watch", step=0.1)
		self.unlock()
		return self

	def find(self):
		for line in self.device.run("loginctl", "--no-legend", "list-sessions").stdout.splitlines():
			words = line.split()
			if self.user in words:
				return words[0]
		return ""

	def locked(self):
		return self.device.run("loginctl", "show-session", self.id, "-p", "LockedHint", "--value").stdout.strip() == "yes"

	def wait_locked(self, timeout):
		"""Wait until the locker has locked; the seconds that it took."""
		begin = time.monotonic()
		wait_for(self.locked, timeout, "the session's locker to lock")
		return time.monotonic() - begin

	def type(self):
		"""A key is pressed: the session is not idle. The kernel keeps the time of the last input of a terminal to eight
		seconds only, and logind takes an input for none that seems to be before its last action: so it is set."""
		self.device.sh(f'echo >{KEYS}; touch -a "/dev/$1"', self.tty)

	def unlock(self):
		"""Somebody comes back, and types the right password: the locker ends."""
		self.type()
		if self.locked():
			self.device.run("pkill", "-u", self.user, "-x", "i3lock", check=False)
			wait_for(lambda: not self.locked(), 10, "the session to be unlocked")

	def close(self):
		if self.id:
			self.device.run("loginctl", "terminate-session", self.id, check=False)
		self.device.run("systemctl", "stop", UNIT, check=False)
		wait_for(lambda: not self.find(), 20, "the session to end")
