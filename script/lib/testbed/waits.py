# SPDX-License-Identifier: Apache-2.0
"""Waiting on readiness: the one place that polls."""
import time


class NotReady(AssertionError):
	"""What was waited for did not come about."""


def wait_for(condition, timeout=20.0, what="the condition", step=0.02):
	"""Call condition until it answers something true, and return that. Its own failures are shown
	when time is up."""
	end = time.monotonic() + timeout
	last = None
	while True:
		try:
			value = condition()
			if value:
				return value
			last = value
		except (OSError, AssertionError, LookupError, ValueError) as e:
			last = e
		if time.monotonic() > end:
			raise NotReady(f"{what}: not within {timeout:g} s (last: {last!r})")
		time.sleep(step)
