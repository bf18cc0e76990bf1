# SPDX-License-Identifier: Apache-2.0
"""The story of script/demo. Every line that claims something follows something that was done and looked at; what is
counted at the end was seen. Anything that misses ends the run with a failure."""
import argparse
import datetime
import os
import pathlib
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from testbed import running
from testbed.attempts import ON_THE_NETWORK, Attempts
from testbed.documents import ATTEMPTS
from testbed.session import Session
from testbed.settings import TRIES, Authority, settings, window
from testbed.system import System, run_directory
from testbed.updates import OLD, Updates
from testbed.waits import wait_for

NAME = "laptop-7"
LEAST_ENFORCED, LEAST_REFUSED = 9, 10
BEGIN = time.monotonic()


def chapter(title):
	print(f"\n\033[1m{title}\033[0m" if sys.stdout.isatty() else f"\n== {title}", flush=True)


def tell(text):
	print(f"  {text}", flush=True)


def table(rows, heads, limit=46):
	"""Columns as wide as they must be, and cut where they would run off the screen."""
	rows = [[(str(c) if len(str(c)) <= limit else str(c)[:limit - 1] + "…") for c in row] for row in rows]
	widths = [max(len(r[i]) for r in [heads, *rows]) for i in range(len(heads))]
	for row in [heads, *rows]:
		print("  " + "  ".join(c.ljust(w) for c, w in zip(row, widths)).rstrip(), flush=True)


class Demo:
	def __init__(self, once):
		self.once = once
		self.enforced, self.refused = [], []
		self.lock_ms = None
		self.pool = ThreadPoolExecutor(len(TRIES))

	def run(self):
		chapter("An enterprise")
		self.system = System(run_directory("demo"), os.environ["MUSTER_BUILD"], pathlib.Path(os.environ["MUSTER_IMAGE"]),
				     linger=not self.once)
		try:
			self.set_up()
			self.enroll()
			self.publish()
			self.try_settings()
			self.lock()
			self.refusals()
			return self.finish()
		finally:
			if self.once:
				self.system.close()

	def set_up(self):
		s = self.system
		s.operator.init(s.server.data)
		tell("muster init: the authority's tree stays with the operator (user 60101), its directory:")
		tell("  " + ", ".join(sorted(str(p.relative_to(s.operator.tree)) for p in (s.operator.tree / "authority").rglob("*") if p.is_file())))
		s.server.deploy(s.operator.tree / "channel")
		s.server.start()
		tell("the channel's tree, and nothing else, is on the server (user 60102), which runs:")
		tell("  " + ", ".join(sorted(s.server.pids())))

	def enroll(self):
		chapter("A device")
		self.device = self.system.boot(NAME)
		tell(f"{NAME}: Debian 12 with systemd, booted in {self.device.boot_ms} ms, the agent installed")
		begin = time.monotonic()
		row = self.system.enroll(self.device)
		tell(f"enrolled with a one-time secret in {time.monotonic() - begin:.1f} s as {row['id']}")
		# A repository with an update, while she logs in.
		self.updates = self.pool.submit(Updates(self.device).prepare)
		self.session = Session(self.device).open()
		tell(f"alice has logged in: session {self.session.id}, with a desktop and xss-lock, i3lock")

	def publish(self):
		chapter("A signed policy")
		self.authority = Authority(self.system.directory / "authority")
		self.outside_the_window()
		self.serial = 3
		begin = time.monotonic()
		self.system.publish(settings(self.authority), self.serial)
		self.rows = self.system.wait_applied(self.device, self.serial)
		tell(f"nine settings, checked, signed by ada, published; applied and read back in {time.monotonic() - begin:.1f} s\n")
		table([[r["setting"], r["state"], r.get("wanted", ""), r.get("readBack", ""), r.get("by", "")] for r in self.rows],
		      ["SETTING", "STATE", "WANTED", "READ BACK", "BY"])

	def outside_the_window(self):
		"""A first policy, with a window that is over."""
		ended = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=2)
		self.system.publish({"systemUpdate": window(ended)}, 2)
		self.system.wait_applied(self.device, 2)
		installed = self.updates.result().run()
		if installed != OLD:
			raise AssertionError(f"{installed} was installed outside the window")
		tell("a first policy, with a window for updates that is over: the platform's own service installs none")

	def try_settings(self):
		chapter("Tried at the device, as its users would")
		states = {r["setting"]: r["state"] for r in self.rows}
		# Side by side: PAM makes who typed a wrong password wait, and an idle person takes a while.
		tries = {key: self.pool.submit(attempt, self.device, self.authority, self.session)
			 for key, (_, attempt) in TRIES.items()}
		for key, (wanted, _) in TRIES.items():
			seen = tries[key].result()
			if states.get(key) != wanted:
				raise AssertionError(f"{key} is {states.get(key)}, not {wanted}")
			tell(f"{key}: {seen}")
			if wanted == "enforced":
				self.enforced.append(key)

	def lock(self):
		chapter("Lock, now")
		self.session.unlock()
		begin = time.monotonic()
		answer = self.system.lock(self.device)
		whole = round((time.monotonic() - begin) * 1000)
		self.lock_ms = round(answer["ms"]["delivered"])
		tell(f"muster device lock: {answer['deliveries'][0]['state']}, committed on the server {self.lock_ms} ms after the CLI "
		     f"began ({whole} ms until it had ended); signed after {answer['ms']['signed']:.0f} ms, "
		     f"published after {answer['ms']['published']:.0f} ms")
		wait_for(self.session.locked, 5, "the locker to lock")
		proof = wait_for(lambda: self.system.delivery(self.device, "lock", "proven"), 10, "the server to know the proof")
		tell(f"the session's own locker has set LockedHint; the server shows the lock as {proof['state']}")
		self.enforced.append("lock")
		self.session.unlock()

	def refusals(self):
		chapter("Refused")
		attempts = Attempts(self.system, self.device, self.serial)
		for group in (ON_THE_NETWORK, ATTEMPTS):
			for name in group:
				tell(attempts.refused(name))
				self.refused.append(name)
		applied = self.system.show(self.device)["device"]["policySerial"]
		if applied != self.serial:
			raise AssertionError(f"the policy in force is {applied}, not {self.serial}")
		tell(f"the policy in force is still serial {applied}")

	def finish(self):
		good = len(self.enforced) >= LEAST_ENFORCED and len(self.refused) >= LEAST_REFUSED
		if not self.once:
			self.hints()
		print(f"\ndemo: {len(self.enforced)} settings enforced, {len(self.refused)} attempts refused, "
		      f"lock arrived in {self.lock_ms} ms", flush=True)
		return 0 if good else 1

	def hints(self):
		wrappers = running.keep(self.system)
		chapter("It is all still running. Try:")
		for line in (f"{wrappers}/muster device list", f"{wrappers}/muster device show {NAME}", f"{wrappers}/muster device lock {NAME}",
			     f"{wrappers}/muster records --device {NAME}", f"{wrappers}/inside muster-agent status",
			     f"{wrappers}/inside runuser -u alice passwd", "script/demo --stop"):
			tell(line)


def main():
	ap = argparse.ArgumentParser(prog="script/demo", description=__doc__)
	ap.add_argument("--once", action="store_true", help="clean up at the end")
	ap.add_argument("--stop", action="store_true", help="end what an earlier run left running")
	args = ap.parse_args()
	if args.stop:
		return running.stop_all()
	try:
		return Demo(args.once).run()
	except AssertionError as e:
		print(f"\ndemo: failed: {e}", file=sys.stderr)
		return 1


if __name__ == "__main__":
	sys.exit(main())
