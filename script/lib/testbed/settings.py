# SPDX-License-Identifier: Apache-2.0
"""The settings of the demonstration and of the end-to-end tests: what a policy asks for, and how a person at
the device finds out whether it holds. A try goes another way than Muster wrote or read: a password typed at su or
passwd, a connection to a port, nmcli, openssl. It raises AssertionError where the setting does not hold."""
import base64
import datetime
import subprocess

from .updates import NEW, Updates
from .waits import wait_for

BANNER = "Property of Example Ltd. Use is monitored."
IDLE_S = 5
SSID = "corp"
LEGACY_PORT = 111
TALLY = "/var/lib/faillock"
PASSWORD = {"alice": "alice-Pw1-Long", "bob": "bob-Pw1-Long"}


class Authority:
	"""A certificate authority of the enterprise, outside of Muster, and a server certificate by it."""

	def __init__(self, directory):
		self.directory = directory
		self.directory.mkdir(parents=True, exist_ok=True)
		self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key",
			     "-out", "ca.pem", "-days", "30", "-subj", "/O=Example Ltd/CN=Example Services CA",
			     "-addext", "keyUsage=critical,keyCertSign,cRLSign")
		self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "leaf.key", "-out",
			     "leaf.csr", "-subj", "/CN=intranet.example.test")
		self.openssl("x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30",
			     "-out", "leaf.pem")
		self.der = self.openssl("x509", "-in", "ca.pem", "-outform", "DER")
		self.leaf = (self.directory / "leaf.pem").read_text()

	def openssl(self, *args):
		return subprocess.run(["openssl", *args], cwd=self.directory, check=True, capture_output=True).stdout

	def base64(self):
		return base64.b64encode(self.der).decode()


def window(device_now, minutes_before=5, minutes_after=60):
	"""An update window around a time of day, in minutes after midnight."""
	minute = device_now.hour * 60 + device_now.minute
	return {"type": "WINDOWED", "startMinutes": (minute - minutes_before) % 1440,
		"endMinutes": (minute + minutes_after) % 1440}


def settings(authority, now=None):
	"""The whole policy's settings, by key."""
	return {
		"passwordRequirements": {"passwordMinimumLength": 14, "passwordMinimumNumeric": 1,
					 "passwordMinimumUpperCase": 1},
		"failedAuthentication": {"maximumFailedAttempts": 3, "unlockAfterSeconds": 600},
		"maximumTimeToLock": {"seconds": IDLE_S},
		"loginBanner": {"text": BANNER},
		"openNetworkConfiguration": {"NetworkConfigurations": [
			{"GUID": "5e6e9a4c-0d2e-4c60-9d37-5e0a2f6c1a11", "Name": "Head office", "Type": "WiFi",
			 "WiFi": {"SSID": SSID, "Security": "WPA-PSK", "Passphrase": "correct horse battery", "AutoConnect": True}}]},
		"trustAnchors": {"anchors": [{"name": "example-services", "certificate": authority.base64()}]},
		"serverServicesDisabled": {"services": [{"unit": "rpcbind.socket", "ports": [LEGACY_PORT]},
							{"unit": "rpcbind.service", "ports": [LEGACY_PORT]}]},
		"localAccountAccess": {"allowedUsers": ["alice"], "remoteAllowed": False},
		"systemUpdate": window(now or datetime.datetime.now(datetime.timezone.utc)),
	}


def type_password(device, user, password, service="login"):
	"""Type a user's password at a login; true where it is taken."""
	return device.run("pamtester", service, user, "authenticate", input=password + "\n", check=False).returncode == 0


def open_account(device, user):
	"""What an administrator at the device does for somebody who is locked out."""
	device.run("faillock", "--dir", TALLY, "--user", user, "--reset")


def new_password(device, user, old, new):
	"""`passwd`, as the user; the answer, and whether the password was changed."""
	done = device.run("runuser", "-u", user, "--", "passwd", input=f"{old}\n{new}\n{new}\n", check=False)
	return done.returncode == 0, (done.stdout + done.stderr).strip()


def listening(device, port):
	"""Whether something answers a connection to a port of the device."""
	return device.run("bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{port}", check=False).returncode == 0


# ---- the tries: (device, authority, session) -> what was seen, as a text ----

def try_password(device, _authority, _session):
	for weak in ("Shr0rt-one", "all-lower-case-1234", "NoDigitsInThisOne"):
		changed, answer = new_password(device, "bob", PASSWORD["bob"], weak)
		assert not changed, f"bob's new password '{weak}' was taken: {answer}"
	strong = "Tr4in-Lantern-Quartz"
	changed, answer = new_password(device, "bob", PASSWORD["bob"], strong)
	assert changed, f"a password that meets the rules was refused: {answer}"
	changed, _ = new_password(device, "bob", strong, "short1A")
	assert not changed
	return "passwd refuses three weak passwords and takes a strong one"


def try_lockout(device, _authority, _session):
	assert type_password(device, "alice", PASSWORD["alice"]), "alice's password is not taken before the try"
	for _ in range(3):
		assert not type_password(device, "alice", "wrong")
	locked = not type_password(device, "alice", PASSWORD["alice"])
	open_account(device, "alice")
	assert locked, "alice can still log in after three wrong passwords"
	assert type_password(device, "alice", PASSWORD["alice"]), "alice is locked out after the reset"
	return "after three wrong passwords the right one is refused"


def try_idle(_device, _authority, session):
	session.unlock()
	# logind looks once in IdleActionSec, and half a minute late at worst.
	seconds = session.wait_locked(2 * IDLE_S + 35)
	assert seconds >= IDLE_S - 1, f"locked after {seconds:.1f} s already"
	session.unlock()
	return f"nobody typed, and the locker locked the session after {seconds:.0f} s"


def try_banner(device, _authority, _session):
	shown = device.run("ssh", "-v", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o",
			   "BatchMode=yes", "alice@127.0.0.1", "true", check=False)
	assert BANNER in shown.stderr + shown.stdout, "ssh shows no banner"
	assert BANNER in device.read("/etc/issue"), "the console shows no banner"
	return "ssh and the console show it before the login"


def try_wifi(device, _authority, _session):
	names = device.run("nmcli", "-t", "-f", "NAME,TYPE", "connection", "show").stdout
	assert "802-11-wireless" in names, f"NetworkManager has no Wi-Fi profile: {names}"
	as_bob = device.run("runuser", "-u", "bob", "--", "sh", "-c", "cat /etc/NetworkManager/system-connections/*", check=False)
	assert as_bob.returncode != 0, "the passphrase can be read by a user"
	return "nmcli lists it; a user cannot read the passphrase"


def try_anchor(device, authority, _session):
	assert verifies(device, authority), "a certificate by the enterprise's authority does not validate"
	return "openssl validates a certificate of the intranet by the system's store"


def verifies(device, authority):
	"""Whether a certificate by the authority validates against the device's own store."""
	return device.run("openssl", "verify", "-CApath", "/etc/ssl/certs", input=authority.leaf, check=False).returncode == 0


def try_services(device, _authority, _session):
	assert not listening(device, LEGACY_PORT), f"port {LEGACY_PORT} answers"
	for unit in ("rpcbind.service", "rpcbind.socket"):
		started = device.run("systemctl", "start", unit, check=False)
		assert started.returncode != 0, f"{unit} can be started"
	assert not listening(device, LEGACY_PORT)
	return f"port {LEGACY_PORT} refuses, and rpcbind cannot be started"


def try_access(device, _authority, _session):
	def may(user, service="login"):
		return device.run("pamtester", service, user, "acct_mgmt", check=False).returncode == 0
	assert may("alice"), "alice may not log in"
	assert not may("bob"), "bob may log in"
	assert may("root"), "root may not log in at the console"
	return "alice and root may log in, bob may not"


def try_update(device, _authority, _session):
	with Updates(device) as updates:
		installed = updates.run()
		assert installed == NEW, f"inside the window, {installed} is installed: {device.journal(40, 'apt-daily-upgrade')}"
	return "inside the window, the platform's own service installs an update"


# What a person sees of a setting, by key. `configured` is what is stored but has nothing here to act on.
TRIES = {
	"passwordRequirements": ("enforced", try_password),
	"failedAuthentication": ("enforced", try_lockout),
	"maximumTimeToLock": ("enforced", try_idle),
	"loginBanner": ("enforced", try_banner),
	"openNetworkConfiguration": ("configured", try_wifi),
	"trustAnchors": ("enforced", try_anchor),
	"serverServicesDisabled": ("enforced", try_services),
	"localAccountAccess": ("enforced", try_access),
	"systemUpdate": ("enforced", try_update),
}


def drift_banner(device):
	"""Somebody changes a file behind Muster's back."""
	device.sh("printf 'Welcome to my device\\n' >/etc/issue")


def holds(function, *args):
	"""Whether a try's claim holds now."""
	try:
		return bool(function(*args) or True)
	except AssertionError:
		return False


def wait_holds(function, *args, timeout=20):
	return wait_for(lambda: holds(function, *args), timeout, function.__name__)
