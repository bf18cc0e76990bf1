# SPDX-License-Identifier: Apache-2.0
"""What the online key can do to a device's time. It is not undone, so it comes last."""
from attack import Attack, SERVER, table
from attacks_heads import RECOVERS
from testbed.documents import stamp
from testbed.waits import wait_for

DAY_S = 86400


def thrown(s):
	"""As far as the status of the online signer would let it."""
	s.attack()
	s.hostile_head(time=stamp(80 * DAY_S), notAfter=stamp(80 * DAY_S + 3600))
	now = wait_for(lambda: (t := s.status()["trustedTime"]) > stamp(DAY_S) and t, 20, "the head to be believed")
	assert now < stamp(3 * DAY_S), now
	return RECOVERS


def back(s):
	"""The next head, of the true time, is too old for it."""
	s.attack()
	s.hostile_head()
	return s.refusal(type="head")


TIME = table("Time, thrown ahead", """\
After these a device refuses heads for a day, and commands that live an hour for two; policies and trust reach it, and it reports.""")
TIME += [
	Attack("time-thrown-ahead", SERVER, "says that it is eighty days later: the device goes two days ahead of its clock", RECOVERS, thrown,
	       may=("used",)),
	Attack("time-thrown-back", SERVER, "says what time it is, after that", "window", back, may=("used",)),
	Attack("time-certificate-still-expired", SERVER, "delivers what a signer signed whose certificate had expired before", "cert-expired",
	       lambda s: (s.attack(), s.refused("policy", s.forge.sign_all(s.policy(s.serial + 1), s.people.person("late"))))[1]),
]
