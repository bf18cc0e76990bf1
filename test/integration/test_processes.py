# SPDX-License-Identifier: Apache-2.0
"""Each binary links what docs/architecture.md says, and nothing else: the device's root process no TLS, the process with the
network no database. A library less is an answer to be written down as well as a library more."""
import os
import pathlib
import re

import pytest

from testbed import process

# Base name of the shared library -> its name in the table.
LIBRARIES = {"libssl": "ssl", "libcrypto": "crypto", "libjansson": "jansson", "libsystemd": "systemd", "libsqlite3": "sqlite",
	     "libgcrypt": "gcrypt", "libcrypt": "crypt", "libyaml-0": "yaml", "libseccomp": "seccomp", "libcap-ng": "cap-ng",
	     "libqrencode": "qrencode", "libpng16": "png", "libpam": "pam", "libtss2-esys": "tss2", "libtss2-mu": "tss2",
	     "libtss2-rc": "tss2", "libtss2-tctildr": "tss2"}
SYSTEM = {"libc", "libm", "ld-linux-x86-64", "libpthread", "libdl"}


def table():
	"""Program (in the installed tree) -> the libraries that it links: the table of docs/architecture.md."""
	text = (pathlib.Path(os.environ["MUSTER_TREE"]) / "docs/architecture.md").read_text(encoding="utf-8")
	rows = re.findall(r"^\| (usr/\S+) \| (.*?) \|$", text, re.M)
	return {program: set(libraries.split(", ")) for program, libraries in rows}


LINKED = table()


def linked(path):
	"""The shared libraries that a program names, without version."""
	out = process.run(["readelf", "-d", path]).stdout
	names = {name.split(".so")[0] for name in re.findall(r"\(NEEDED\).*\[(.+?)\]", out)}
	return {LIBRARIES.get(name, name) for name in names - SYSTEM}


@pytest.mark.parametrize("program", LINKED)
def test_linked_libraries_are_those_of_the_table(world, program):
	assert linked(world.layer / program) == LINKED[program]


def test_what_has_the_network_or_is_root_links_no_more_than_its_hazard():
	"""The table itself: what a row may never come to say."""
	tls, database = {"ssl"}, {"sqlite"}
	for program in ("usr/sbin/muster-agent", "usr/libexec/muster/muster-agent-work", "usr/sbin/muster-server"):
		assert not LINKED[program] & (tls | {"crypto"}), program
	for program in ("usr/libexec/muster/muster-agent-net", "usr/libexec/muster/muster-server-front"):
		assert not LINKED[program] & database, program
	for program in ("usr/libexec/muster/muster-agent-key", "usr/libexec/muster/muster-agent-verify",
			"usr/libexec/muster/muster-server-core", "usr/libexec/muster/muster-server-key"):
		assert not LINKED[program] & tls, program


def test_every_program_is_in_the_table(world):
	installed = {str(p.relative_to(world.layer)) for folder in ("usr/bin", "usr/sbin", "usr/libexec/muster")
		     for p in (world.layer / folder).glob("*") if p.is_file()}
	assert installed == set(LINKED)


@pytest.mark.parametrize("program", LINKED)
def test_programs_are_hardened(world, program):
	out = process.run(["readelf", "-W", "-h", "-l", "-d", world.layer / program]).stdout
	assert "Type:                              DYN" in out, "not position independent"
	assert "GNU_RELRO" in out and "BIND_NOW" in out, "no full RELRO"
	stack = re.search(r"GNU_STACK.*", out).group(0)
	assert "RWE" not in stack, "the stack is executable"
