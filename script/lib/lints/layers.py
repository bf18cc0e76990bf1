# SPDX-License-Identifier: Apache-2.0
"""Who may include whom: the table in docs/architecture.md, held against every #include of src/."""
import functools
import re

from . import files, lines

TABLE = "docs/architecture.md"
INCLUDE = re.compile(r'\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)')
# Headers of libraries that are fenced in; what is not named here is the C library.
LIBRARIES = {
	"openssl/": "openssl", "jansson.h": "jansson", "yaml.h": "yaml", "sqlite3.h": "sqlite",
	"gcrypt.h": "gcrypt", "seccomp.h": "seccomp", "cap-ng.h": "cap-ng", "systemd/sd-bus": "sd-bus",
	"systemd/sd-event.h": "sd-event", "systemd/sd-journal.h": "sd-journal",
	"systemd/sd-daemon.h": "sd-daemon", "qrencode.h": "qrencode", "png.h": "png",
	"libpq-fe.h": "pq", "security/": "pam", "p11-kit/": "p11-kit", "tss2/": "tss2",
}


@functools.lru_cache(maxsize=None)
def table():
	"""folder -> (folders it may include, libraries it may include)."""
	rows = {}
	inside = False
	for line in lines(TABLE):
		cells = [c.strip() for c in line.strip().strip("|").split("|")]
		if cells == ["folder", "may include", "libraries"]:
			inside = True
		elif inside and line.startswith("|") and not cells[0].startswith("-"):
			rows[cells[0]] = tuple(set(re.findall(r"[a-z0-9/-]+", c)) for c in cells[1:3])
		elif not line.startswith("|"):
			inside = False
	return rows


def folder_of(path):
	"""The longest folder of the table that holds a path below src/."""
	parts = path.split("/")[:-1]
	while parts and "/".join(parts) not in table():
		parts.pop()
	return "/".join(parts)


def each_include():
	for name in files(".c", ".h", ".def"):
		if not name.startswith("src/"):
			continue
		for number, line in enumerate(lines(name), 1):
			found = INCLUDE.match(line)
			if found:
				yield name, number, found.group(1), found.group(2)


def allowed(folder, target):
	return target == folder or target in table()[folder][0] or folder.startswith(target + "/")


def includes():
	if not table():
		yield TABLE, 1, "no layer table"
	for name, number, own, _ in each_include():
		folder = folder_of(name[4:])
		if not folder:
			yield name, number, f"the folder is not in the layer table of {TABLE}"
		elif own and "/" not in own:
			yield name, number, f'"{own}" is not written from the source root'
		elif own and folder_of(own) and not allowed(folder, folder_of(own)):
			yield name, number, f"{folder} may not include {own}"


def library_headers():
	for name, number, _, header in each_include():
		folder = folder_of(name[4:])
		for prefix, library in LIBRARIES.items():
			if header and header.startswith(prefix) and folder and library not in table()[folder][1]:
				yield name, number, f"{folder} may not include <{header}>"


def include_order():
	"""The file's own header (or its noun's internal one) comes first, so that it is shown to stand alone."""
	for name in files(".c"):
		own = name[4:-2] + ".h"
		first = [m for m in map(INCLUDE.match, lines(name)) if m]
		if name.startswith("src/") and "src/" + own in files(".h") and (
				not first or first[0].group(1) not in (own, own[:-2] + "_internal.h")):
			yield name, 1, f'"{own}" is not included first'
