# SPDX-License-Identifier: Apache-2.0
"""The channel tree's keys in a PKCS#11 token or a TPM, and the administrator's in a TPM: made there by `muster init`, used
there, and a copied disk of the server is no server (FCS_STG_EXT.4, A-STG-2). The tests stand in the order of the story."""
import json
import os
import signal
import subprocess

import pytest
from test_server_life import Client, server_pids

from testbed import network, process
from testbed.system import HOST, OPERATOR_UID, SERVER, SERVER_UID, System, own, run_directory
from testbed.waits import wait_for

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "271828"
AS_OPERATOR = ["setpriv", f"--reuid={OPERATOR_UID}", f"--regid={OPERATOR_UID}", "--clear-groups"]


class Softhsm:
	"""A token that both accounts reach one after the other: as a person who makes keys in an HSM, and the server that uses it."""
	said = "no such token"

	def __init__(self, world):
		self.world, self.home = world, world.directory / "token"
		self.tokens, self.pin = self.home / "tokens", self.home / "pin"
		etc = world.directory / "etc/softhsm"
		etc.mkdir()
		(etc / "softhsm2.conf").write_text(f"directories.tokendir = {self.tokens}\nobjectstore.backend = file\n")
		self.tokens.mkdir(parents=True)
		self.pin.write_text(PIN + "\n")
		self.pin.chmod(0o600)
		own(self.home, OPERATOR_UID)
		process.run([*world.network.enter(), *AS_OPERATOR, "softhsm2-util", "--init-token", "--free", "--label", "muster", "--pin", PIN,
			     "--so-pin", "87654321"])

	def options(self):
		return ["--key-store", f"pkcs11:token=muster?module-path={MODULE}&pin-source={self.pin}",
			*sum((["--key-store-access", str(p)] for p in ("/etc/softhsm", self.home)), [])]

	def hand_over(self):
		own(self.home, SERVER_UID)

	def take_away(self):
		self.tokens.rename(self.home / "elsewhere")
		self.tokens.mkdir()
		own(self.tokens, SERVER_UID)

	def give_back(self):
		self.tokens.rmdir()
		(self.home / "elsewhere").rename(self.tokens)

	def close(self):
		pass


class Tpm:
	"""One TPM for all keys, the administrator's too; taken away, another is in its place."""
	said = "another TPM"

	def __init__(self, world):
		self.world, self.home = world, world.directory / "tpm"
		self.home.mkdir()
		self.start("state")

	def start(self, state):
		(self.home / state).mkdir(exist_ok=True)
		sock = self.home / "sock"
		self.process = process.start(["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={self.home / state}", "--server",
					      f"type=unixio,path={sock},mode=0666", "--ctrl", f"type=unixio,path={sock}.ctrl,mode=0666",
					      "--flags", "not-need-init,startup-clear"], self.home / "log")
		wait_for(lambda: (self.home / "sock.ctrl").exists() and sock.exists(), what="the TPM")

	def options(self):
		tcti = f"?tcti=swtpm:path={self.home}/sock"
		keys = self.world.operator.home
		return ["--key-store", f"tpm2:{tcti}", "--key-store-access", self.home, "--signing-key", f"tpm2:{keys}/sign.key{tcti}",
			"--login-key", f"tpm2:{keys}/login.key{tcti}"]

	def hand_over(self):
		pass

	def take_away(self):
		self.close()
		self.start("another")

	def give_back(self):
		self.close()
		self.start("state")

	def close(self):
		process.end(self.process)
		for name in ("sock", "sock.ctrl"):
			(self.home / name).unlink(missing_ok=True)


STORES = {"pkcs11": Softhsm, "tpm2": Tpm}


@pytest.fixture(scope="module", params=STORES)
def made(build, request):
	"""An enterprise whose channel tree has its keys in a store, and the store."""
	if network.available():
		pytest.skip(network.available())
	world = System(run_directory(f"{request.module.__name__}-{request.param}"), build)
	store = STORES[request.param](world)
	world.operator.muster("init", "--enterprise", "Example Ltd", "--administrator", "ada", "--server", HOST, "--connect", SERVER, "--data",
			      world.server.data, *store.options())
	yield world, store
	world.close()
	store.close()


@pytest.fixture(scope="module")
def served(made):
	world, store = made
	world.server.deploy(world.operator.tree / "channel")
	store.hand_over()
	world.server.start()
	return world


@pytest.fixture
def client(served, tmp_path):
	return Client(served, tmp_path)


def enroll_once(world, client):
	"""The status, or 0 where the administrator's own key was not to be had."""
	try:
		payload = json.loads(world.payload())
	except process.Failed:
		return 0
	csr = client.request(payload["token"], "/CN=new") # with a new key
	return client.enroll(payload["token"].encode(), csr, secret=payload["secret"].encode())


def enroll(world, client):
	"""The TPM here has three slots and no resource manager, as the kernel's is: two who use it at once may find none free."""
	wait_for(lambda: enroll_once(world, client) == 200, 20, "a certificate")
	return 200


def test_a_stg_1_no_plain_key_is_in_the_tree_but_the_listeners(made):
	world, _ = made
	plain = {p.relative_to(world.operator.tree) for p in world.operator.tree.rglob("*")
		 if p.is_file() and b"BEGIN PRIVATE KEY" in p.read_bytes()}
	listeners = {str(p) for p in plain if str(p).startswith("channel/listeners/")}
	assert len(listeners) == 3
	rest = {str(p) for p in plain} - listeners
	if (world.operator.home / "sign.key").exists():
		assert rest == {"authority/root.key"}
		assert b"TSS2" in (world.operator.home / "sign.key").read_bytes()
	else:
		assert rest == {"authority/root.key", "authority/signers/ada.key", "login.key"}
		assert not list((world.operator.tree / "channel/issuers").glob("*.key"))


def test_the_server_issues_with_keys_in_the_store(served, client):
	assert enroll(served, client) == 200


def test_a_policy_is_signed_where_the_signing_key_is(served):
	served.publish({"loginBanner": {"text": "Hello"}}, 2)


def test_a_process_and_a_reload_find_the_store_again(served, client):
	[key] = server_pids(served, "key")
	os.kill(key, signal.SIGKILL)
	wait_for(lambda: server_pids(served, "key") not in ([key], []), 10, "another key process")
	assert enroll(served, client) == 200
	os.kill(served.server.process.pid, signal.SIGHUP)
	wait_for(lambda: "the channel tree was read anew" in served.server.tail(), 10, "the reload")
	assert enroll(served, client) == 200


def test_an_init_that_fails_leaves_the_store_as_it_was(made, served, client, tmp_path):
	"""The keys that were there before are another enterprise's; those that it made itself are gone."""
	world, store = made
	if store.said == Tpm.said:
		done = world.operator.muster("init", "--enterprise", "Other", "--administrator", "ada", "--server", HOST, "--home",
					     world.operator.home / "other", *store.options(), check=False)
		assert done.returncode != 0 and "exists" in done.stderr, done.stderr
	else:
		own(store.home, OPERATOR_UID)
		before = sorted(p.name for p in store.tokens.rglob("*.object"))
		done = world.operator.muster("init", "--enterprise", "Other", "--administrator", "ada", "--server", HOST, "--home",
					     world.operator.home / "other", *store.options(), check=False)
		assert done.returncode != 0 and "already" in done.stderr, done.stderr
		assert sorted(p.name for p in store.tokens.rglob("*.object")) == before
		store.hand_over()
	assert not (world.operator.home / "other").exists()
	assert not list(world.operator.home.glob("other*"))
	assert enroll(served, client) == 200


def test_a_stg_2_a_copied_disk_without_the_store_is_no_server(made, served, client):
	world, store = made
	world.server.stop()
	store.take_away()
	with pytest.raises((AssertionError, RuntimeError)):
		world.server.start()
	world.server.kill()
	assert store.said in world.server.tail(60)
	store.give_back()
	world.server.start()
	assert enroll(world, client) == 200


def test_no_pin_is_in_an_argument_a_log_or_an_environment(made, served):
	world, store = made
	if store.said == Tpm.said:
		pytest.skip("a TPM has none")
	assert PIN not in world.server.log.read_text()
	for pid in served.server.pids().values():
		for name in ("cmdline", "environ"):
			with open(f"/proc/{pid}/{name}", "rb") as f:
				assert PIN.encode() not in f.read()
	assert subprocess.run(["grep", "-rl", PIN, str(world.server.directory)], capture_output=True, check=False).stdout == b""
