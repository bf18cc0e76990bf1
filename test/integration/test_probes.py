# SPDX-License-Identifier: Apache-2.0
"""Each probe sees what is bad on a device that was made bad, and nothing of it on one that was made good: one
table of facts, two booted devices. What a hardened device has instead is made there too."""
import json
import pathlib
import subprocess

import pytest

from testbed import process
from testbed.waits import wait_for

pytestmark = pytest.mark.container

PROBE = "/usr/libexec/muster/muster-probe"

# A service of the kind that ships with cheap devices: a banner with a version, and commands for anybody.
SERVANT = r"""
import socket, threading
def serve(c):
    c.sendall(b"AcmeOS camerad 1.2.3 ready\r\n")
    while c.recv(1000):
        c.sendall(b"commands: get NAME, set NAME VALUE, reboot\r\n")
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("0.0.0.0", 2323))
s.listen()
while True:
    threading.Thread(target=serve, args=(s.accept()[0],), daemon=True).start()
"""
# Memory that can be written and executed.
WRITABLE_CODE = r"""
import mmap, time
m = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
time.sleep(1e6)
"""
# A web service over TLS 1.3 alone, for who has a certificate.
GUARDED = r"""
import http.server, ssl
s = http.server.ThreadingHTTPServer(("0.0.0.0", 8443), http.server.SimpleHTTPRequestHandler)
c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
c.minimum_version = ssl.TLSVersion.TLSv1_3
c.verify_mode = ssl.CERT_REQUIRED
c.load_verify_locations("/etc/good.crt")
c.load_cert_chain("/etc/good.crt", "/etc/good.key")
s.socket = c.wrap_socket(s.socket, server_side=True)
s.serve_forever()
"""


def unit(command, *lines):
	return "[Service]\nExecStart=" + command + "\n" + "".join(f"{line}\n" for line in lines) + "[Install]\nWantedBy=multi-user.target\n"


def program(directory):
	"""A program as nobody should build it: at a fixed address, without RELRO, with a stack that executes."""
	source, made = pathlib.Path(directory) / "late.c", pathlib.Path(directory) / "late"
	source.write_text("#include <unistd.h>\nint main(void)\n{\n\tfor (;;)\n\t\tpause();\n}\n")
	subprocess.run(["gcc", "-static", "-no-pie", "-Wl,-z,norelro", "-Wl,-z,execstack", "-o", made, source], check=True)
	return made.read_bytes()


def make_bad(device):
	device.sh("""set -e
		passwd -d bob && useradd -m -s /bin/sh admin && echo admin:admin | chpasswd
		touch -d '2 days' /etc/machine-id
		echo 'operator::0:0::/:/bin/sh' >>/etc/passwd
		mkdir -p /etc/systemd/system/getty@tty1.service.d
		printf '[Service]\\nExecStart=\\nExecStart=-/sbin/agetty --autologin alice - $TERM\\n' \\
			>/etc/systemd/system/getty@tty1.service.d/auto.conf
		openssl req -x509 -newkey rsa:1024 -nodes -sha1 -days 2 -subj /CN=bad -keyout /etc/bad.key -out /etc/bad.crt
		chmod 644 /etc/bad.key
		echo 'deb [trusted=yes] http://mirror.example.test/debian stable main' >/etc/apt/sources.list.d/bad.list
		mkdir -p /etc/systemd/system/getty.target.wants
		ln -sf /usr/lib/systemd/system/serial-getty@.service /etc/systemd/system/getty.target.wants/serial-getty@ttyS0.service
		mknod /dev/video0 c 81 0
		cp /usr/bin/id /usr/local/bin/anybody && chmod 4755 /usr/local/bin/anybody
		ip link add idle0 type bridge && ip link set idle0 up
		echo 'Storage=volatile' >>/etc/systemd/journald.conf
		systemctl mask apt-daily.timer apt-daily-upgrade.timer
		printf 'Package: gdb\\nStatus: install ok installed\\nVersion: 13.1-3\\n\\n' >>/var/lib/dpkg/status
	""")
	device.write("/etc/ssh/sshd_config.d/bad.conf", "PermitEmptyPasswords yes\nPermitRootLogin yes\nPasswordAuthentication yes\n"
		     "KexAlgorithms +diffie-hellman-group14-sha1\nMACs +hmac-md5\nCiphers +aes128-cbc\n")
	device.write("/usr/local/lib/servant.py", SERVANT)
	device.write("/usr/local/lib/writable.py", WRITABLE_CODE)
	device.write("/usr/local/sbin/late", program(device.directory), 0o755)
	for name, command in {
		"servant": "/usr/bin/python3 /usr/local/lib/servant.py",
		"writable": "/usr/bin/python3 /usr/local/lib/writable.py",
		"late": "/usr/local/sbin/late",
		"weaktls": "/usr/bin/openssl s_server -accept 0.0.0.0:443 -www -cert /etc/bad.crt -key /etc/bad.key "
			   "-min_protocol TLSv1 -cipher ALL:@SECLEVEL=0",
	}.items():
		device.write(f"/etc/systemd/system/{name}.service", unit(command))
		device.run("systemctl", "enable", "--now", name)
	device.run("systemctl", "restart", "ssh")
	wait_for(lambda: "0.0.0.0:443 " in device.run("ss", "-Hltn").stdout and ":2323" in device.run("ss", "-Hltn").stdout,
		 what="the bad services to listen")


def make_good(device):
	device.sh("""set -e
		systemctl disable --now rpcbind.service rpcbind.socket
		for u in root alice bob; do usermod -p '!' $u; done
		echo alice:"$(head -c 18 /dev/urandom | base64)" | chpasswd
		touch -d '2020-01-01' /etc/machine-id
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=good -keyout /etc/good.key \\
			-out /etc/good.crt
		chown nobody /etc/good.key && chmod 600 /etc/good.key
		mkdir -p /var/log/journal /etc/systemd/system/timers.target.wants
		printf 'APT::Periodic::Update-Package-Lists "1";\\nAPT::Periodic::Unattended-Upgrade "1";\\n' >/etc/apt/apt.conf.d/20auto
		systemctl enable apt-daily.timer apt-daily-upgrade.timer
		touch /var/lib/apt/lists
	""")
	device.write("/etc/ssh/sshd_config.d/good.conf", "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin no\n"
		     "DebianBanner no\nMACs hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com\n")
	device.write("/usr/local/lib/guarded.py", GUARDED)
	device.write("/etc/systemd/system/guarded.service", unit("/usr/bin/python3 /usr/local/lib/guarded.py", "User=nobody",
								 "NoNewPrivileges=yes", "MemoryDenyWriteExecute=yes"))
	device.run("systemctl", "enable", "--now", "guarded")
	device.run("systemctl", "restart", "ssh")
	wait_for(lambda: ":8443" in device.run("ss", "-Hltn").stdout, what="the good service to listen")


def look(device, *options):
	device.write("/run/fleet.key", "a secret of the whole fleet")
	evidence = json.loads(device.run(PROBE, *options, timeout=120).stdout)
	return {fact["key"]: fact for fact in evidence["facts"]}


@pytest.fixture(scope="module")
def facts(world, image):
	"""What the probes see on the good and on the bad device."""
	world.image = image
	seen = {}
	for name, make in (("good", make_good), ("bad", make_bad)):
		device = world.boot(name)
		make(device)
		seen[name] = look(device, "--fleet-key", "/run/fleet.key")
		seen[name + "-device"] = device
	return seen


def ids(fact):
	assert fact["state"] == "known", fact
	return {item["id"] for item in fact.get("items", [])}


# What the bad device has, and the good one has not. A second column: what of the good one is looked at.
ITEMS = {
	"accounts.emptyPassword": {"bob", "operator"},
	"accounts.defaultPassword": {"admin"},
	"accounts.factoryPassword": {"alice", "root"},
	"accounts.autologin": {"getty@tty1.service.d"},
	"auth.bruteForceOpen": {"tcp/22"},
	"ssh.weakAlgorithms": {"kex/diffie-hellman-group14-sha1", "mac/hmac-md5", "cipher/aes128-cbc"},
	"net.unusedInterfaces": {"idle0"},
	"net.weakTls": {"tcp/443"},
	"net.clearText": {"tcp/2323", "tcp/111", "udp/111"},
	"net.unauthenticated": {"tcp/2323", "tcp/111", "tcp/443"},
	"net.configWithoutAuthentication": {"tcp/2323"},
	"net.leakingBanners": {"tcp/22", "tcp/2323"},
	"secrets.readable": {"/etc/bad.key"},
	"debug.open": {"serial-getty@ttyS0.service"},
	"services.enabled": {"servant.service", "rpcbind.service"},
	"services.running": {"servant.service", "rpcbind.service"},
	"privilege.unconfined": {"servant.service"},
	"privilege.setuid": {"/usr/local/bin/anybody"},
	"memory.unhardened": {"/usr/local/sbin/late"},
	"sensors.present": {"/dev/video0"},
	"update.unsigned": {"/etc/apt/sources.list.d/bad.list:1"},
	"packages.development": {"gdb"},
}
BOOLS = {
	"ssh.permitEmptyPasswords": True, "ssh.permitRootPassword": True, "ssh.passwords": True,
	"update.automatic": False, "update.regularCheck": False, "logs.persistent": False,
}
# What the good device has to show, and the bad one has not.
SHOWN = {
	"auth.bruteForceProtected": {"tcp/22"},
	"net.tlsEndpoints": {"tcp/8443"},
	"secrets.files": {"/etc/good.key"},
}


@pytest.mark.parametrize("key", ITEMS)
def test_what_is_bad_is_seen_there_and_only_there(facts, key):
	assert ITEMS[key] <= ids(facts["bad"][key]), facts["bad"][key]
	assert not ITEMS[key] & ids(facts["good"][key]), facts["good"][key]


@pytest.mark.parametrize("key", BOOLS)
def test_a_yes_is_a_no_on_the_other_device(facts, key):
	for name, value in (("bad", BOOLS[key]), ("good", not BOOLS[key])):
		assert facts[name][key]["state"] == "known"
		assert facts[name][key].get("truth", False) == value, name


@pytest.mark.parametrize("key", SHOWN)
def test_what_is_good_is_seen_too(facts, key):
	assert SHOWN[key] <= ids(facts["good"][key])
	assert not SHOWN[key] & ids(facts["bad"][key])


def test_a_process_that_writes_code_is_seen(facts):
	assert any("python3" in i for i in ids(facts["bad"]["memory.writableCode"]))
	assert not any("python3" in i for i in ids(facts["good"]["memory.writableCode"]))


def test_every_fact_is_looked_at_on_both_devices(facts):
	assert set(facts["good"]) == set(facts["bad"])
	unknown = {key for name in ("good", "bad") for key, fact in facts[name].items() if fact["state"] == "unknown"}
	# Which storage a container lies on is not seen from inside; nothing is enrolled that could say how its keys are kept.
	assert unknown <= {"storage.unencrypted", "keys.level"}


def test_a_password_is_compared_and_never_shown(facts):
	shadow = facts["bad-device"].read("/etc/shadow")
	hashes = [line.split(":")[1] for line in shadow.splitlines() if "$" in line.split(":")[1]]
	text = json.dumps(facts["bad"])
	assert hashes and not any(h in text for h in hashes)
	assert {i["detail"] for i in facts["bad"]["accounts.passwordDigest"]["items"]} == {"root", "alice", "admin"}
	again = look(facts["bad-device"], "--only", "passwords")
	assert again["accounts.passwordDigest"]["reason"] == "noMeans"


def test_two_devices_of_one_image_show_the_same_keys(facts):
	"""The image's SSH host keys and nothing else are on both."""
	common = ids(facts["good"]["secrets.keyDigest"]) & ids(facts["bad"]["secrets.keyDigest"])
	names = {i["detail"] for i in facts["bad"]["secrets.keyDigest"]["items"] if i["id"] in common}
	assert names == {f"/etc/ssh/ssh_host_{kind}_key" for kind in ("rsa", "ecdsa", "ed25519")}


def test_who_is_not_root_does_not_know(facts):
	done = facts["good-device"].run("setpriv", "--reuid=nobody", "--clear-groups", PROBE, timeout=120)
	seen = {fact["key"]: fact for fact in json.loads(done.stdout)["facts"]}
	for key in ("accounts.emptyPassword", "accounts.defaultPassword", "ssh.permitEmptyPasswords", "secrets.readable",
		    "privilege.rootListeners", "memory.writableCode", "auth.bruteForceOpen"):
		assert (seen[key]["state"], seen[key].get("reason")) == ("unknown", "noPrivilege"), seen[key]
	assert ids(seen["net.listening"]) == ids(facts["good"]["net.listening"])


def test_ports_are_tried_by_nobody_without_rights(facts):
	"""The process that speaks with a port, seen while it waits for one that says nothing."""
	device = facts["good-device"]
	device.write("/usr/local/lib/silent.py", "import socket, time\ns = socket.socket()\ns.bind(('0.0.0.0', 9999))\ns.listen()\ntime.sleep(1e6)\n")
	silent = device.start("python3", "/usr/local/lib/silent.py", log="silent.log")
	wait_for(lambda: ":9999" in device.run("ss", "-Hltn").stdout, what="the silent port")
	probe = device.start(PROBE, "--only", "network", "--out", "/run/evidence.json")
	status = wait_for(lambda: next((text for pid in process.descendants(probe.pid) if "muster-probe-s" in (text := status_of(pid))), None),
			  20, "the process that tries the port")
	assert "Uid:\t65534\t65534\t65534\t65534" in status and "CapBnd:\t0000000000000000" in status
	assert "NoNewPrivs:\t1" in status
	probe.wait(60)
	silent.kill()
	seen = {fact["key"]: fact for fact in json.loads(device.read("/run/evidence.json"))["facts"]}
	assert "tcp/9999" in ids(seen["net.unidentified"])
	assert seen["net.configWithoutAuthentication"]["state"] == "unknown", "what nobody understands is no pass"


def status_of(pid):
	try:
		return pathlib.Path(f"/proc/{pid}/status").read_text()
	except OSError:
		return ""


def test_a_look_is_cheap(facts):
	"""Processor time and memory of a whole look, with its children; told, and bounded far above what it takes."""
	done = facts["good-device"].run("python3", "-c", "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, "
					"check=True); r = resource.getrusage(resource.RUSAGE_CHILDREN); print(r.ru_utime + r.ru_stime, r.ru_maxrss)", PROBE,
					timeout=120)
	seconds, kilobytes = done.stdout.split()
	print(f"a whole look: {float(seconds):.2f} s of processor time, {int(kilobytes) / 1024:.1f} MB")
	assert int(kilobytes) < 30 * 1024
