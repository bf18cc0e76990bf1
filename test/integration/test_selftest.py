# SPDX-License-Identifier: Apache-2.0
"""FPT_TST_EXT.1: what is installed is what was packaged, or nothing starts: every executable with a byte turned, missing,
added, replaced by a link or writable by others; every manifest forged, missing or another's."""
import pathlib
import shutil

import pytest

from testbed import process
from testbed.system import SERVER_UID, own
from testbed.waits import wait_for

SETS = ("common", "agent", "server", "cli")
MANIFESTS = "usr/share/muster/manifests"
OURS = "usr/libexec/muster"
PROGRAMS = ["usr/bin/muster", "usr/sbin/muster-agent", "usr/sbin/muster-server",
	    *(f"{OURS}/muster-{name}" for name in (
		    "agent-net", "agent-key", "agent-verify", "agent-work", "server-front", "server-core", "server-key", "selftest"))]


def turn(path, offset):
	"""Turn one bit of one byte, and leave all else as it was."""
	data = bytearray(path.read_bytes())
	data[offset % len(data)] ^= 1
	path.write_bytes(data)


@pytest.fixture(scope="module")
def installed(world):
	return world.layer


@pytest.fixture
def tree(installed, tmp_path):
	"""A copy of what was installed, to be spoilt."""
	shutil.copytree(installed, tmp_path / "root", symlinks=True)
	return tmp_path / "root"


def selftest(build, tree, *sets):
	return process.run([pathlib.Path(build) / "src/selftest/muster-selftest", "--root", tree, *(sets or SETS)], check=False)


def test_s_tst_1_what_was_installed_passes(build, tree):
	done = selftest(build, tree)
	assert done.returncode == 0 and "self-test passed" in done.stderr, done.stderr


def test_every_program_that_is_installed_is_in_a_manifest(build, tree):
	found = [p for folder in ("usr/bin", "usr/sbin", OURS) for p in sorted((tree / folder).iterdir())]
	assert {str(p.relative_to(tree)) for p in found} >= set(PROGRAMS)
	for path in found:
		turn(path, 4000)
		done = selftest(build, tree)
		assert done.returncode != 0 and str(path) in done.stderr, f"{path} is in no manifest"
		turn(path, 4000)
	assert selftest(build, tree).returncode == 0


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("offset", [0, 12345, -1])
def test_s_tst_2_a_turned_bit_fails_and_names_the_file(build, tree, program, offset):
	turn(tree / program, offset)
	done = selftest(build, tree)
	assert done.returncode != 0 and f"{tree}/{program}" in done.stderr and "nothing is started" in done.stderr


def swap_by_link(tree):
	path = tree / PROGRAMS[1]
	path.rename(path.with_name("elsewhere"))
	path.symlink_to("elsewhere")


def sign_anew(tree, build, name):
	"""As somebody with another key than the vendor's: a whole manifest set of the changed tree, but for the certificate."""
	vendor = (tree / "usr/share/muster/vendor.crt").read_bytes()
	turn(tree / name, 100)
	process.run([pathlib.Path(build) / "src/selftest/muster-manifest", "--root", tree])
	(tree / "usr/share/muster/vendor.crt").write_bytes(vendor)


def swap_sets(tree):
	a, b = tree / MANIFESTS / "agent.cms", tree / MANIFESTS / "server.cms"
	one, other = a.read_bytes(), b.read_bytes()
	a.write_bytes(other)
	b.write_bytes(one)


SPOILT = {
	"a program is missing": (lambda t, b: (t / PROGRAMS[0]).unlink(), PROGRAMS[0]),
	"a program is longer": (lambda t, b: (t / PROGRAMS[4]).write_bytes((t / PROGRAMS[4]).read_bytes() + b"x"), PROGRAMS[4]),
	"a program is a link": (lambda t, b: swap_by_link(t), PROGRAMS[1]),
	"a program may be written by a group": (lambda t, b: (t / PROGRAMS[1]).chmod(0o775), PROGRAMS[1]),
	"a program may be written by all": (lambda t, b: (t / PROGRAMS[1]).chmod(0o757), PROGRAMS[1]),
	"a file that no package brought": (lambda t, b: (t / OURS / "muster-agent-evil").write_bytes(b""), "muster-agent-evil"),
	"a directory that no package brought": (lambda t, b: (t / OURS / "plugins").mkdir(), "plugins"),
	"a manifest is missing": (lambda t, b: (t / MANIFESTS / "agent.cms").unlink(), "agent.cms"),
	"a manifest is empty": (lambda t, b: (t / MANIFESTS / "agent.cms").write_bytes(b""), "agent.cms"),
	"a manifest is too long": (lambda t, b: (t / MANIFESTS / "agent.cms").write_bytes(bytes(70000)), "agent.cms"),
	"a manifest's content is changed": (lambda t, b: turn(t / MANIFESTS / "agent.cms", 150), "agent.cms"),
	"a manifest's signature is changed": (lambda t, b: turn(t / MANIFESTS / "agent.cms", -3), "agent.cms"),
	"two manifests are swapped": (lambda t, b: swap_sets(t), ".cms"),
	"all manifests are signed by another": (lambda t, b: sign_anew(t, b, PROGRAMS[1]), "vendor's key"),
	"the vendor's certificate is missing": (lambda t, b: (t / "usr/share/muster/vendor.crt").unlink(), "vendor"),
	"the vendor's certificate is none": (lambda t, b: (t / "usr/share/muster/vendor.crt").write_text("no"), "vendor"),
	"all manifests are missing": (lambda t, b: shutil.rmtree(t / MANIFESTS), "manifests"),
}


@pytest.mark.parametrize("how", SPOILT)
def test_s_tst_2_nothing_starts_when(build, tree, how):
	spoil, named = SPOILT[how]
	spoil(tree, build)
	done = selftest(build, tree)
	assert done.returncode != 0 and named in done.stderr, done.stderr


def test_one_package_alone_is_enough(build, tree):
	"""A device without the server: what is there is judged, what is asked for must be."""
	for name in ("server", "cli"):
		(tree / MANIFESTS / f"{name}.cms").unlink()
	for path in [tree / "usr/bin/muster", tree / "usr/sbin/muster-server", *(tree / OURS).glob("muster-server-*")]:
		path.unlink()
	assert selftest(build, tree, "common", "agent").returncode == 0
	assert selftest(build, tree, "common", "server").returncode != 0


def test_a_vendors_own_key_signs_a_package(build, tree, tmp_path):
	key, cert = tmp_path / "vendor.key", tmp_path / "vendor.crt"
	process.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384", "-nodes", "-keyout", key,
		     "-out", cert, "-days", "30", "-subj", "/CN=Vendor"])
	process.run([pathlib.Path(build) / "src/selftest/muster-manifest", "--root", tree, "--key", key, "--certificate", cert])
	assert selftest(build, tree).returncode == 0
	content = process.run(["openssl", "cms", "-verify", "-inform", "DER", "-in", tree / MANIFESTS / "agent.cms", "-CAfile", cert,
			       "-purpose", "any"]).stdout
	assert '"set":"agent"' in content


def test_what_kept_the_server_from_starting_is_a_record(build, system, tree):
	"""The self-test's note becomes the server's record, once."""
	note = system.server.data / "selftest-failed"
	system.server.stop()
	turn(tree / PROGRAMS[2], 500)
	done = process.run([pathlib.Path(build) / "src/selftest/muster-selftest", "--root", tree, "--note", note, *SETS], check=False)
	assert done.returncode != 0 and PROGRAMS[2] in note.read_text()
	own(system.server.data, SERVER_UID)
	for _ in range(2):
		system.server.start()
		(record,) = system.records(event="server-self-test-failed")
		assert record["outcome"] == "failure" and PROGRAMS[2] in record["text"]
		assert not note.exists()
		system.server.stop()
	system.server.start()


# ---- on a booted device: the units ----

def test_s_tst_2_the_agent_is_not_started_and_the_record_says_so(system, enrolled):
	"""Fails closed, in the journal at once, and as a record when the device is whole again."""
	path = "/usr/libexec/muster/muster-agent-verify"
	enrolled.run("systemctl", "stop", "muster-agent")
	enrolled.sh('cp -a "$1" /var/tmp/kept && printf x >>"$1"', path)
	started = enrolled.run("systemctl", "start", "muster-agent", check=False)
	assert started.returncode != 0
	assert enrolled.run("systemctl", "is-active", "muster-agent", check=False).stdout.strip() != "active"
	assert path in enrolled.journal(30) and "nothing is started" in enrolled.journal(30)
	enrolled.run("systemctl", "stop", "muster-agent")
	enrolled.sh('cp -a /var/tmp/kept "$1"; systemctl reset-failed muster-agent; systemctl start muster-agent', path)
	(record,) = wait_for(lambda: system.records(enrolled, "self-test-failed"), 30, "the record")
	assert record["outcome"] == "failure" and path in str(record)
