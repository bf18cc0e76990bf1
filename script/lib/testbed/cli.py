# SPDX-License-Identifier: Apache-2.0
"""The CLI as built, for a person in a directory of their own; no server, no root."""
import pathlib
import shutil
import subprocess

import pytest

HOST = "mdm.example.com"
POLICY = """\
name: Kiosks
settings:
  passwordRequirements:
    passwordMinimumLength: 12
  loginBanner:
    text: Property of Example Corp
"""


class Cli:
	"""A person in a directory of their own."""

	def __init__(self, build, directory):
		self.directory = pathlib.Path(directory)
		self.binary = build / "src/cli/muster"
		self.env = {"PATH": f"{self.binary.parent}:/usr/bin:/bin", "HOME": str(directory), "LANG": "C.UTF-8"}

	def run(self, *args, **kw):
		return subprocess.run([self.binary, *map(str, args)], cwd=self.directory, env=self.env, capture_output=True,
				      text=True, timeout=60, check=False, **kw)

	def ok(self, *args, **kw):
		done = self.run(*args, **kw)
		assert done.returncode == 0, done.stderr
		return done.stdout

	def shell(self, line):
		return subprocess.run(["bash", "-c", line], cwd=self.directory, env=self.env, capture_output=True, text=True,
				      timeout=60, check=False)

	def openssl(self, *args):
		return subprocess.run(["openssl", *map(str, args)], cwd=self.directory, check=True, capture_output=True).stdout

	def write(self, name, text):
		path = self.directory / name
		path.write_bytes(text if isinstance(text, bytes) else text.encode())
		return path


@pytest.fixture
def cli(build, tmp_path):
	return Cli(build, tmp_path)


@pytest.fixture(scope="module")
def home(build, tmp_path_factory):
	"""An enterprise that nobody changes."""
	made = Cli(build, tmp_path_factory.mktemp("cli"))
	made.ok("init", "--enterprise", "Example Corp", "--administrator", "ada", "--server", HOST, "--server", "192.0.2.7")
	made.tree = made.directory / ".config/muster"
	return made


def sign(cli, name="p.yaml", **kw):
	cli.write(name, POLICY)
	cli.ok("policy", "sign", name, "--serial", 3, "--out", "p.cms", **kw)
	return (cli.directory / "p.cms").read_bytes()


def crl_of(cli, name, issuer, days, revoked=(), more=""):
	"""A CRL that openssl makes with an issuer's key; more: a further extension."""
	directory = cli.directory / f"{name}.ca"
	shutil.rmtree(directory, ignore_errors=True)
	directory.mkdir()
	(directory / "index.txt").write_text("")
	(directory / "number").write_text("10\n")
	config = directory / "ca.conf"
	config.write_text(f"[ca]\ndefault_ca=c\n[c]\ndatabase={directory}/index.txt\ncrlnumber={directory}/number\n"
			  f"default_md=sha384\ncrl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n{more}\n")
	for cert in revoked:
		cli.openssl("ca", "-config", config, "-cert", f"{issuer}.crt", "-keyfile", f"{issuer}.key", "-revoke", cert)
	out = directory / "crl.pem"
	cli.openssl("ca", "-config", config, "-cert", f"{issuer}.crt", "-keyfile", f"{issuer}.key", "-gencrl", "-crldays", days,
		    "-out", out)
	return out
