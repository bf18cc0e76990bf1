# SPDX-License-Identifier: Apache-2.0
"""Checks that need no parser: licence lines, things left open, paths of one machine."""
import re

from . import files, lines

CODE = (".c", ".h", ".py", ".sh", ".def", ".sql", "meson.build", "meson_options.txt", "conftest.py", ".js")
DATA = ("test/fuzz/corpus/", "test/golden/")
# Built from parts, so that the patterns do not find themselves.
OPEN = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK")) + r")\b")
PATHS = re.compile("|".join((r"(?<![\w.])/wo" + r"rk/", r"(?<![\w.])/ro" + r"ot/\w", r"\.\./sha" + r"red",
			     "/tmp/mu" + r"ster(?![-\w])", r"/tmp/bui" + "ld-")))


def own(*suffixes):
	return [n for n in files(*suffixes) if not n.startswith(DATA)]


def scripts():
	"""Programs without an ending, by their first line."""
	return [n for n in own() if "." not in n.rsplit("/", 1)[-1] and lines(n)[:1] and lines(n)[0].startswith("#!")]


def licence():
	for name in own(*CODE) + scripts():
		if lines(name) != [""] and not any("SPDX-License-Identifier: Apache-2.0" in l for l in lines(name)[:3]):
			yield name, 1, "no SPDX line"


def grep(pattern, message):
	for name in own():
		for number, line in enumerate(lines(name), 1):
			found = pattern.search(line)
			if found and name != "LICENSE":
				yield name, number, message.format(found.group(0))


def left_open():
	return grep(OPEN, "left open: {}")


def machine_paths():
	return grep(PATHS, "a path of one machine: {}")


def white_space():
	for name in own(".c", ".h", ".py", ".def", ".sql", ".md", "meson.build") + scripts():
		for number, line in enumerate(lines(name), 1):
			if line != line.rstrip() or "\r" in line:
				yield name, number, "white space at the end of the line"
		if lines(name) and lines(name)[-1] != "":
			yield name, len(lines(name)), "no line feed at the end of the file"
