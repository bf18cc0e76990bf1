# SPDX-License-Identifier: Apache-2.0
"""What somebody can do to a device who has everything of its server, or who has taken over its network process: nothing that
lasts. Each row of the tables in attacks_*.py is a test; docs/threats.md is written from them."""
import pytest

import tables  # noqa: F401
from attack import every
from hostile_net import HostileNet
from scene import Scene, fingerprint


@pytest.fixture(scope="module")
def scene(world, image):
	world.image = image
	made = Scene(world)
	yield made
	made.close()


@pytest.fixture(scope="module")
def device(scene):
	"""A booted device with the agent installed."""
	scene.device = scene.system.boot("device")
	scene.net = HostileNet(scene.device, scene.system.network)
	return scene.device


def is_last(request):
	"""Whether the honest server is to come back after this attack: each time, but between short ones, of which ten may follow
	each other."""
	items = request.session.items
	at = items.index(request.node)
	following = items[at + 1].callspec.params.get("attack") if at + 1 < len(items) and hasattr(items[at + 1], "callspec") else None
	return not (following and following.short and request.node.callspec.params["attack"].short and at % 10)


def changed(before, after):
	"""What is not as it was."""
	return {k: (v, after[k]) if k != "files" else sorted(set(v.items()) ^ set(after[k].items())) for k, v in before.items() if v != after[k]}


@pytest.mark.parametrize("attack", [pytest.param(row, id=row.name) for row in every() if not row.managed])
def test_enrollment_at_a_breached_server(scene, device, attack):
	"""The device is enrolled by nobody, and keeps nothing; then (below) it is enrolled by the honest server."""
	device.run("systemctl", "start", "muster-agent")
	before = fingerprint(str(device.path("/etc")))
	scene.begin()
	try:
		seen = attack.run(scene)
		assert seen == attack.reason, f"refused for '{seen}', not '{attack.reason}'"
		assert fingerprint(str(device.path("/etc"))) == before
	finally:
		scene.switch.turn(None)


@pytest.mark.parametrize("attack", [pytest.param(row, id=row.name) for row in every() if row.managed])
def test_breached_server(scene, device, attack, request):
	"""The attack is refused with its reason, changes nothing, and strands nobody."""
	if not scene.enrolled:
		scene.manage()
	before, broken = scene.state(), True
	scene.begin()
	try:
		seen = attack.run(scene)
		assert seen == attack.reason, f"refused for '{seen}', not '{attack.reason}'"
		touched = {k: v for k, v in changed(before, scene.state()).items() if k not in attack.may}
		assert not touched, touched
		broken = False
	finally:
		if broken or is_last(request):
			scene.honest()
	if attack.after:
		attack.after(scene)


