# SPDX-License-Identifier: Apache-2.0
"""The trusted channel of a real device: resumed when it is lost, refused when the server is not the right one, and closed to a
device that was retired. In this order, since the last is its end."""
import os
import shutil
import signal

from testbed import certificates, process
from testbed.waits import wait_for


def lose_connections(system):
	"""All fronts at once; the supervisor starts them anew."""
	for pid in process.descendants(system.server.process.pid):
		if process.cmdline(pid) == "muster-server-front":
			os.kill(pid, signal.SIGKILL)


def opened(system, device):
	return [r["detail"]["protocol"] for r in system.records(device, "channel-opened")]


def test_a_lost_connection_is_resumed(system, enrolled):
	"""FTP_ITC_EXT.1: without a signature of the device's key, and on record as such."""
	wait_for(lambda: system.row(enrolled)["connected"], 30, "the device's connection")
	wait_for(lambda: opened(system, enrolled), 30, "the first record")
	before = len(opened(system, enrolled))
	lose_connections(system)
	protocols = wait_for(lambda: opened(system, enrolled)[before:], 60, "the record of the next connection")
	assert protocols[0].startswith("TLSv1.3 ") and protocols[0].endswith(" resumed"), protocols


def test_a_server_of_another_name_is_refused(system, enrolled):
	"""A-ENR-3, T-8.2: the listener's certificate is reissued to another name by the right authority. Nothing is resumed with it."""
	listeners = system.server.tree / "listeners"
	good = system.directory / "good"
	shutil.copytree(listeners, good)
	wrong = certificates.make(system, system.directory / "wrong", "device", san="DNS:other.example.test")
	before = len(system.records(enrolled, "channel-refused"))
	for name in ("device.crt", "device.key"):
		shutil.copyfile(wrong / name, listeners / name)
	lose_connections(system)
	wait_for(lambda: "not for mdm.example.test" in enrolled.journal(60), 60, "the device to refuse its server")
	for name in ("device.crt", "device.key"):
		shutil.copyfile(good / name, listeners / name)
	lose_connections(system)
	rows = wait_for(lambda: system.records(enrolled, "channel-refused")[before:], 90, "the record of it")
	assert rows[0]["reason"] == "cert-name" and "other.example.test" in rows[0]["text"], rows[0]
	assert rows[0]["detail"]["reference"] == "mdm.example.test"


def test_a_retired_device_is_put_out_and_not_resumed(system, enrolled):
	"""V-6, X-4: its connection ends, and its session is no way in."""
	row = wait_for(lambda: system.row(enrolled), 30, "the device")
	wait_for(lambda: system.row(enrolled)["connected"], 60, "the device's connection")
	system.operator.muster("device", "retire", row["id"])

	def refused():
		return [r for r in system.operator.json("records", "--event", "peer-refused")["records"]
			if r["reason"] in ("cert-revoked", "denied")]
	wait_for(refused, 60, "the server to refuse it")
