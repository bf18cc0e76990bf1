# SPDX-License-Identifier: Apache-2.0
"""One attack: a row of the tables in the modules attacks_*, and of docs/threats.md."""
import dataclasses
import typing


@dataclasses.dataclass(frozen=True)
class Attack:
	name: str	# in the test's name: breached_server[name]
	who: str	# the attacker: SERVER or NET
	what: str	# what they do, in words
	reason: str	# what stands in the device's record of it, or how it is told
	run: typing.Callable	# of a Scene: does it, and returns the reason that was seen
	may: tuple = ()	# of scene.STATE: what it may change, since it is meant to
	managed: bool = True	# of a device that is enrolled; else of one that is about to be
	after: typing.Callable | None = None	# of a Scene: what is seen when the honest server is back
	short: bool = False	# refused at once: the next attack may come before the honest server does

	def __str__(self):
		return self.name


SERVER, NET = "server", "net"
TABLES = []


def table(title, text):
	"""A list of attacks under a heading of docs/threats.md."""
	rows = []
	TABLES.append((title, text, rows))
	return rows


def every():
	return [row for _, _, rows in TABLES for row in rows]


def document(name, what, reason, kind, make, **kw):
	"""A document that the hostile server delivers; make: of a Scene, to DER."""
	return Attack(name, SERVER, what, reason, lambda s: deliver(s, kind, make(s)), short=True, **kw)


def deliver(s, kind, der):
	s.attack()
	return s.refused(kind, der)
