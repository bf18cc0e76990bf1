# SPDX-License-Identifier: Apache-2.0
"""A server that is killed at any moment loses nothing that it has answered."""
import json
import random
import threading

import pytest

from testbed.waits import wait_for


class Administrator(threading.Thread):
	"""Makes token after token until told to stop; keeps the ids of those that were answered."""

	def __init__(self, system):
		super().__init__(daemon=True)
		self.system, self.answered, self.enough = system, [], threading.Event()

	def run(self):
		while not self.enough.is_set():
			done = self.system.operator.muster("token", "create", check=False)
			if done.returncode == 0:
				self.answered.append(json.loads(done.stdout)["token"])


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_any_moment_the_server_keeps_what_it_answered(system, seed):
	workers = [Administrator(system) for _ in range(3)]
	for worker in workers:
		worker.start()
	wait_for(lambda: all(len(w.answered) > 2 for w in workers), 20, "some answers")
	# Where in a request this falls is left to chance, the same in each run of the test.
	threading.Event().wait(random.Random(seed).random() / 10)
	system.server.kill()
	for worker in workers:
		worker.enough.set()
	for worker in workers:
		worker.join(60)
	system.server.start()
	known = {row["id"] for row in tokens(system)}
	lost = [t for w in workers for t in w.answered if t not in known]
	assert not lost


def same(version):
	"""What a server says of itself, less when it started."""
	return {k: same(v) if isinstance(v, dict) else v for k, v in version.items() if k != "started"}


def tokens(system):
	return system.operator.json("token", "list")["tokens"]


def test_stopped_and_started_it_is_the_same_server(system):
	before = system.operator.json("version", "--server")
	assert "enterprise" in str(before)
	rows = tokens(system)
	system.server.stop()
	system.server.start()
	after = system.operator.json("version", "--server")
	assert tokens(system) == rows
	assert same(before) == same(after)
