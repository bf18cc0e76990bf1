# SPDX-License-Identifier: Apache-2.0
"""Each binary links what docs/architecture.md says that its process may, and nothing else: the device's root process
no TLS, the process with the network no database."""
import re

import pytest

from testbed import process

# Base name of the shared library -> the name of the layer table's third column.
LIBRARIES = {"libssl": "openssl", "libcrypto": "openssl", "libjansson": "jansson", "libsystemd": "systemd", "libsqlite3": "sqlite",
	     "libgcrypt": "gcrypt", "libyaml-0": "yaml", "libseccomp": "seccomp", "libcap-ng": "cap-ng",
	     "libqrencode": "qrencode", "libpng16": "png", "libpam": "pam", "libtss2-esys": "tss2", "libtss2-mu": "tss2",
	     "libtss2-rc": "tss2", "libtss2-tctildr": "tss2"}
SYSTEM = {"libc", "libm", "ld-linux-x86-64", "libpthread", "libdl"}
# What base/ links, less SQLite.
COMMON = {"jansson", "systemd", "seccomp", "cap-ng", "gcrypt", "yaml"}
# Program (in the installed tree) -> the libraries that it may link beside COMMON.
MAY = {
	"usr/bin/muster": {"openssl", "qrencode", "png"},
	"usr/sbin/muster-agent": {"sqlite"},
	"usr/libexec/muster/muster-agent-net": {"openssl"},
	"usr/libexec/muster/muster-agent-key": {"openssl", "tss2"},
	"usr/libexec/muster/muster-agent-verify": {"openssl"},
	"usr/libexec/muster/muster-agent-work": {"pam"},
	"usr/sbin/muster-server": set(),
	"usr/libexec/muster/muster-server-front": {"openssl"},
	"usr/libexec/muster/muster-server-core": {"sqlite"},
	"usr/libexec/muster/muster-server-key": {"openssl"},
}


def linked(path):
	"""The shared libraries that a program names, without version."""
	out = process.run(["readelf", "-d", path]).stdout
	names = {name.split(".so")[0] for name in re.findall(r"\(NEEDED\).*\[(.+?)\]", out)}
	return {LIBRARIES.get(name, name) for name in names - SYSTEM}


@pytest.mark.parametrize("program", MAY)
def test_linked_libraries_are_those_of_the_table(world, program):
	assert linked(world.layer / program) <= MAY[program] | COMMON


def test_every_program_is_in_the_table(world):
	installed = {str(p.relative_to(world.layer)) for folder in ("usr/bin", "usr/sbin", "usr/libexec/muster")
		     for p in (world.layer / folder).glob("*") if p.is_file()}
	assert installed == set(MAY)


@pytest.mark.parametrize("program", MAY)
def test_programs_are_hardened(world, program):
	out = process.run(["readelf", "-W", "-h", "-l", "-d", world.layer / program]).stdout
	assert "Type:                              DYN" in out, "not position independent"
	assert "GNU_RELRO" in out and "BIND_NOW" in out, "no full RELRO"
	stack = re.search(r"GNU_STACK.*", out).group(0)
	assert "RWE" not in stack, "the stack is executable"
