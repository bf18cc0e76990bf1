# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the integration tests. An enterprise with its server is made once a module; a test that
asks for a device is of the container tier."""
import os
import pathlib
import subprocess
import sys

import pytest

TREE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TREE / "script" / "lib"))
os.environ.setdefault("MUSTER_TREE", str(TREE))
os.environ.setdefault("MUSTER_CACHE", "/var/cache/muster")

from testbed import network  # noqa: E402
from testbed.session import Session  # noqa: E402
from testbed.system import System, run_directory  # noqa: E402

CONTAINER = {"device", "enrolled", "session", "machine", "devices"}
SYSTEMS = []


def pytest_configure(config):
	config.addinivalue_line("markers", "container: needs a booted device")


def pytest_collection_modifyitems(items):
	for item in items:
		if CONTAINER & set(item.fixturenames):
			item.add_marker(pytest.mark.container)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
	"""What the server and the devices said, beside what failed."""
	report = (yield).get_result()
	if report.failed and SYSTEMS:
		report.sections.append(("server", SYSTEMS[-1].server.tail(40)))
		for device in SYSTEMS[-1].devices:
			report.sections.append((device.name, device.journal(60)))


@pytest.fixture(scope="session")
def build():
	"""The directory of the release build."""
	where = os.environ.get("MUSTER_BUILD")
	if not where:
		pytest.skip("no build: run script/test")
	return pathlib.Path(where)


@pytest.fixture(scope="session")
def image():
	"""The tree that devices boot from."""
	done = subprocess.run([TREE / "script/lib/image.sh"], stdout=subprocess.PIPE, text=True, check=True)
	return done.stdout.strip()


@pytest.fixture(scope="module")
def world(build, request):
	"""An enterprise that nobody has set up: an operator, a machine for the server, a network."""
	if network.available():
		pytest.skip(network.available())
	made = System(run_directory(request.module.__name__), build)
	SYSTEMS.append(made)
	yield made
	SYSTEMS.remove(made)
	made.close()


@pytest.fixture(scope="module")
def enterprise(world):
	"""`muster init` has been run by the operator."""
	world.operator.init(world.server.data)
	return world


@pytest.fixture(scope="module")
def system(enterprise):
	"""The server has the channel tree's directory and runs."""
	enterprise.server.deploy(enterprise.operator.tree / "channel")
	enterprise.server.start()
	return enterprise


@pytest.fixture(scope="module")
def machine(world, image):
	"""A booted device with the agent installed, for what needs no server."""
	world.image = image
	return world.boot("machine")


@pytest.fixture(scope="module")
def device(system, image):
	"""A booted device with the agent installed, not enrolled."""
	system.image = image
	return system.boot("device")


@pytest.fixture(scope="module")
def enrolled(system, device):
	"""The same, enrolled and connected."""
	system.enroll(device)
	return device


@pytest.fixture
def session(enrolled):
	"""A person's session with a locker on the enrolled device."""
	opened = Session(enrolled).open()
	yield opened
	opened.close()
