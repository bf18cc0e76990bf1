# SPDX-License-Identifier: Apache-2.0
"""Where a device keeps its keys: plain files, a PKCS#11 token made of software, a TPM made of software. Each is set up
on a booted device whose agent does not run yet."""
import json

from .waits import wait_for

PIN = "481516"
MODULE = "/usr/lib/softhsm/libsofthsm2.so"


class Files:
	level, word = 0, "plain file"

	def set_up(self, device):
		write_conf(device, {})


class Pkcs11:
	level, word = 1, "token made of software"

	def set_up(self, device, pin=PIN):
		device.write("/etc/softhsm/softhsm2.conf", "directories.tokendir = /var/lib/token\nobjectstore.backend = file\n")
		device.run("chmod", "755", "/etc/softhsm")
		device.run("install", "-d", "-o", "muster-key", "-m", "700", "/var/lib/token")
		device.run("setpriv", "--reuid=muster-key", "--regid=muster-key", "--clear-groups", "softhsm2-util", "--init-token",
			   "--free", "--label", "device", "--pin", PIN, "--so-pin", "87654321")
		device.write("/etc/muster/pin", pin + "\n", 0o600)
		device.run("chown", "muster-key", "/etc/muster/pin")
		write_conf(device, {"keyStore": f"pkcs11:token=device?module-path={MODULE}&pin-source=/etc/muster/pin",
				    "keyStoreAccess": ["/etc/softhsm", "/var/lib/token", "/etc/muster/pin"]})


class Tpm2:
	level, word = 1, "TPM of software"

	def set_up(self, device):
		device.run("install", "-d", "-o", "muster-key", "-m", "700", "/var/lib/tpm", "/run/tpm")
		device.start("setpriv", "--reuid=muster-key", "--regid=muster-key", "--clear-groups", "swtpm", "socket", "--tpm2",
			     "--tpmstate", "dir=/var/lib/tpm", "--server", "type=unixio,path=/run/tpm/sock", "--ctrl",
			     "type=unixio,path=/run/tpm/sock.ctrl", "--flags", "not-need-init,startup-clear")
		wait_for(lambda: device.run("test", "-S", "/run/tpm/sock.ctrl", check=False).returncode == 0, what="the TPM")
		write_conf(device, {"keyStore": "tpm2:?tcti=swtpm:path=/run/tpm/sock", "keyStoreAccess": ["/run/tpm"]})


STORES = {"file": Files, "pkcs11": Pkcs11, "tpm2": Tpm2}


def write_conf(device, settings):
	device.write("/etc/muster/agent.conf", json.dumps(dict(settings, checkinS=5)))
