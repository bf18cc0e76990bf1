# SPDX-License-Identifier: Apache-2.0
"""What must be refused in a running enterprise: on the network, at the device by a person, and at the device's own judge by
somebody who has taken the server over. An attempt counts only when the refusal was seen."""
from . import process
from .documents import ATTEMPTS, Documents
from .settings import listening
from .system import HOST
from .waits import wait_for


class Attempts:
	def __init__(self, system, device, serial):
		self.system, self.device, self.serial = system, device, serial
		row = system.row(device)
		self.documents = Documents(system.operator, system.directory / "attempts", (row["id"], row["enrollment"]))

	def refused(self, name):
		"""Try it; one line on how it was refused, or AssertionError."""
		return ON_THE_NETWORK[name](self) if name in ON_THE_NETWORK else self.at_the_device(name)

	def at_the_device(self, name):
		"""Past the server to the device's verifier; the reason is read from the device's audit record."""
		make, reason, text = ATTEMPTS[name]
		kind = "command" if "command" in name or name == "other-device" else "policy"
		before = len(self.system.records(self.device, "instruction-refused"))
		self.system.breach(self.device, make(self.documents, self.serial), kind)
		self.system.operator.muster("device", "sync", self.device.name)
		records = wait_for(lambda: self.system.records(self.device, "instruction-refused")[before:], 20,
				   f"the device to refuse {text}")
		assert records[-1]["reason"] == reason, f"{text}: refused for '{records[-1]['reason']}', not for '{reason}'"
		return f"{text}: {reason}"

	def curl(self, *words):
		anchor = self.system.operator.tree / "channel/issuers/server.crt"
		return process.run([*self.system.network.enter(), "curl", "-sS", "--cacert", anchor, "-o", "/dev/null", "-w", "%{http_code}",
				    *words], check=False)


def without_certificate(a):
	done = a.curl(f"https://{HOST}:8443/device/v1/instructions?after=0&wait=0")
	assert done.returncode != 0, done.stdout
	return "a device's request without a certificate: no TLS connection"


def strangers_certificate(a):
	stem = a.documents.stranger(["-addext", "extendedKeyUsage=clientAuth"])
	done = a.curl("--cert", f"{stem}.crt", "--key", f"{stem}.key", f"https://{HOST}:8445/api/v1/devices")
	assert done.returncode != 0, done.stdout
	return "an administrator's request with a stranger's certificate: no TLS connection"


def old_tls(a):
	done = a.curl("--tls-max", "1.2", f"https://{HOST}:8444/.well-known/est/cacerts")
	assert done.returncode != 0, done.stdout
	return "TLS 1.2: no connection"


def users_unenrollment(a):
	done = a.device.run("runuser", "-u", "alice", "--", "muster-agent", "unenroll", check=False)
	assert done.returncode != 0, done.stdout
	assert a.system.row(a.device), "the device is no longer enrolled"
	return "alice takes the device out of management: denied"


def users_service(a):
	done = a.device.run("runuser", "-u", "alice", "--", "systemctl", "stop", "muster-agent", check=False)
	assert done.returncode != 0
	assert a.device.run("systemctl", "is-active", "muster-agent").stdout.strip() == "active"
	return "alice stops the agent: denied"


def masked_port(a):
	assert not listening(a.device, 111)
	return "a connection to rpcbind's port: refused"


ON_THE_NETWORK = {
	"without-certificate": without_certificate,
	"strangers-certificate": strangers_certificate,
	"old-tls": old_tls,
	"users-unenrollment": users_unenrollment,
	"users-service": users_service,
	"masked-port": masked_port,
}
