# SPDX-License-Identifier: Apache-2.0
"""Verdicts of the CLI, over documents and certificates: the same judges as a device's, past any server."""
import json
import shutil

import pytest

from testbed.cli import HOST, POLICY, cli, crl_of, home, sign  # noqa: F401 (fixtures)


# ---- judging ----


def openssl_sign(cli, content, key, cert, *more):
	cli.write("content.json", content)
	cli.openssl("cms", "-sign", "-binary", "-nodetach", "-outform", "DER", "-md", "sha384", "-signer", cert, "-inkey", key,
		    "-in", "content.json", "-out", "o.cms", *more)
	return "o.cms"


def verify(cli, path, *args):
	done = cli.run("instruction", "verify", path, "--json", *args)
	return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr


def test_a_policy_signed_by_us_is_good(home):
	sign(home)
	status, answer = verify(home, "p.cms")
	assert status == 0 and answer["persons"] == ["ada"] and answer["effect"] == "configuration", answer


def test_a_policy_signed_by_openssl_is_good(home):
	home.write("p.yaml", POLICY)
	rendered = home.ok("policy", "render", "p.yaml", "--serial", 4)
	signer = home.tree / "authority/signers/ada"
	status, answer = verify(home, openssl_sign(home, rendered, f"{signer}.key", f"{signer}.crt"))
	assert status == 0 and answer["persons"] == ["ada"], answer


def test_openssl_reads_what_we_sign(home):
	sign(home)
	out = home.openssl("cms", "-verify", "-inform", "DER", "-in", "p.cms", "-CAfile", home.tree / "authority/root.crt",
			   "-purpose", "any", "-binary")
	assert json.loads(out)["serial"] == 3


@pytest.mark.parametrize("position", [0.2, 0.5, 0.9, 0.999])
def test_a_tampered_policy_is_refused(home, position):
	data = bytearray(sign(home))
	data[int(len(data) * position)] ^= 1
	home.write("t.cms", bytes(data))
	status, answer = verify(home, "t.cms")
	assert status == 1 and answer["verdict"] == "refused" and answer["reason"] != "none", answer


def test_the_word_of_a_refusal_is_one_line(home):
	data = bytearray(sign(home))
	at = data.index(b"Property")
	data[at] ^= 0x20
	home.write("t.cms", bytes(data))
	done = home.run("instruction", "verify", "t.cms")
	assert done.returncode == 1 and done.stdout.startswith("refused: signature: ") and done.stderr == ""
	assert done.stdout.count("\n") == 1


def refusals(home):
	"""What is signed, how it is judged, and the reason that must come out."""
	home.write("p.yaml", POLICY)
	good = home.ok("policy", "render", "p.yaml", "--serial", 4)
	ada, online, login = (home.tree / p for p in ("authority/signers/ada", "channel/online", "login"))
	other = json.dumps({**json.loads(good), "enterprise": "6f1c0b1e-3c55-4d0a-9a60-4b8a1f6b2c11"})
	return [
		("signer-online", good, online, []),
		("cert-untrusted", good, login, []),
		("enterprise", other, ada, []),
		("json", good + " x", ada, []),
		("json", good.replace('"serial":4', '"serial":4,"serial":5'), ada, []),
		("serial", good, ada, ["--serial", "4"]),
		("type", good, ada, ["--type", "command"]),
		("audience", good, ada, ["--stream", "lobby"]),
		("window", good, ada, ["--time", "2028-01-01T00:00:00Z"]),
	]


@pytest.mark.parametrize("row", range(9))
def test_each_refusal_has_its_reason(home, row):
	"""A-POL-2, A-POL-5, A-POL-6: the same judge as the device's, past any server."""
	reason, content, signer, args = refusals(home)[row]
	path = openssl_sign(home, content, f"{signer}.key", f"{signer}.crt")
	if reason == "window":
		args += ["--crl", long_crl(home)]
	status, answer = verify(home, path, *args)
	assert status == 1 and answer["reason"] == reason, answer


def long_crl(home):
	return crl_of(home, "long", home.tree / "authority/root", 1000)


def test_without_status_nothing_is_believed(home):
	"""A-POL-4: a document that carries no CRL, and none known: need-status, which is a refusal."""
	home.write("p.yaml", POLICY)
	signer = home.tree / "authority/signers/ada"
	path = openssl_sign(home, home.ok("policy", "render", "p.yaml", "--serial", 4), f"{signer}.key", f"{signer}.crt")
	status, answer = verify(home, path, "--trust", home.tree / "authority/trust/1.cms")
	assert status == 1 and answer["reason"] == "need-status" and len(answer["needs"]) == 64, answer


def test_a_revoked_signer_is_refused(home):
	sign(home)
	signer = home.tree / "authority/signers/ada.crt"
	crl = crl_of(home, "revoked", home.tree / "authority/root", 30, [signer])
	status, answer = verify(home, "p.cms", "--crl", crl)
	assert status == 1 and answer["reason"] == "cert-revoked", answer


@pytest.mark.parametrize("args", [["missing.cms"], ["p.cms", "--trust", "missing"], ["p.cms", "--crl", "missing"],
				   ["p.cms", "--crl", "p.yaml"], ["p.cms", "--home", "missing"]])
def test_what_cannot_be_used_is_no_verdict(home, args):
	sign(home)
	done = home.run("instruction", "verify", *args)
	assert done.returncode == 2 and done.stdout == "" and done.stderr.startswith("muster: "), done


def test_trust_crl_rises_and_revokes(cli):
	cli.ok("init", "--enterprise", "E", "--administrator", "ada", "--server", HOST, "--home", "h")
	signer = "h/authority/signers/ada.crt"
	assert "number 2, 0 revoked" in cli.ok("trust", "crl", "--home", "h")
	assert "number 3, 1 revoked" in cli.ok("trust", "crl", "--home", "h", "--revoke", signer)
	assert (cli.directory / "h/authority/root.crl").read_bytes() == (cli.directory / "h/channel/authority.crl").read_bytes()
	done = cli.run("trust", "crl", "--home", "h")
	assert done.returncode == 2 and "name them all with --revoke" in done.stderr
	done = cli.run("trust", "crl", "--home", "h", "--revoke", "h/login.crt")
	assert done.returncode == 2 and "not issued by this authority" in done.stderr
	# what she signs from now on counts for nobody
	cli.write("p.yaml", POLICY)
	cli.ok("policy", "sign", "p.yaml", "--serial", 1, "--out", "p.cms", "--home", "h")
	status, answer = verify(cli, "p.cms", "--home", "h")
	assert status == 1 and answer["reason"] == "cert-revoked", answer


# ---- certificates ----

def ocsp_of(cli, name, issuer, leaf, state, signer=None):
	"""An OCSP response about a leaf that openssl makes with an issuer's key, or a signer's."""
	fields = cli.openssl("x509", "-in", leaf, "-noout", "-serial").decode().strip().split("=")[1]
	revoked = "261101000000Z" if state == "R" else ""
	index = cli.write(f"{name}.index", f"{state}\t491231235959Z\t{revoked}\t{fields}\tunknown\t/CN=x\n")
	signer = signer or issuer
	out = cli.directory / f"{name}.ocsp"
	cli.openssl("ocsp", "-issuer", f"{issuer}.crt", "-cert", leaf, "-no_nonce", "-reqout", f"{out}.q")
	cli.openssl("ocsp", "-index", index, "-CA", f"{issuer}.crt", "-rsigner", f"{signer}.crt", "-rkey", f"{signer}.key",
		    "-ndays", 1, "-reqin", f"{out}.q", "-respout", out)
	return out


@pytest.fixture(scope="module")
def pki(home):
	"""Status for the server's issuer: a clean list, and one that revokes the device listener."""
	server, listeners = home.tree / "channel/issuers/server", home.tree / "channel/listeners"
	home.good_crl = crl_of(home, "server", server, 30)
	home.revoking_crl = crl_of(home, "server-revoking", server, 30, [listeners / "device.crt"])
	home.delta_crl = crl_of(home, "server-delta", server, 30, more="2.5.29.27=critical,DER:020101")
	home.ocsps = {
		"good": ocsp_of(home, "good", server, listeners / "device.crt", "V"),
		"revoked": ocsp_of(home, "revoked", server, listeners / "device.crt", "R"),
		"other": ocsp_of(home, "other", server, listeners / "enrollment.crt", "V"),
		"forged": ocsp_of(home, "forged", server, listeners / "device.crt", "V", home.tree / "login"),
		"unfit": ocsp_of(home, "unfit", server, listeners / "device.crt", "V", listeners / "enrollment"),
	}
	return home


MATRIX = [
	# leaf, purpose, more words ({c}: a clean list, {r}: one that revokes, {d}: a delta), exit status, reason
	("device", "tls-server", "--host mdm.example.com {s} {c}", 0, "none"),
	("device", "tls-server", "--host 192.0.2.7 {s} {c}", 0, "none"),
	("device", "tls-server", "--host evil.example.com {s} {c}", 1, "cert-name"),
	("device", "tls-server", "--host example.com {s} {c}", 1, "cert-name"),
	("device", "tls-client", "{s} {c}", 1, "cert-purpose"),
	("device", "est-server", "{s} {c}", 1, "cert-purpose"),
	("enrollment", "est-server", "--host mdm.example.com {s} {c}", 0, "none"),
	("device", "instruction-signer", "{s} {c}", 1, "cert-purpose"),
	("device", "tls-server", "{s}", 1, "cert-status-unknown"),
	("device", "tls-server", "{s} {r}", 1, "cert-revoked"),
	("device", "tls-server", "{a} {c}", 1, "cert-untrusted"),
	("device", "tls-server", "{c}", 1, "cert-untrusted"),
	("device", "tls-server", "{s} {c} --time 2000-01-01T00:00:00Z", 1, "cert-not-yet-valid"),
	("device", "tls-server", "{s} {c} --time 2035-01-01T00:00:00Z", 1, "cert-expired"),
	("device", "tls-server", "{s} {c} --time 2027-06-01T00:00:00Z", 1, "cert-status-unknown"),
	("device", "tls-server", "{s} {c} --profile cnsa", 1, "cert-algorithm"),
	("device", "tls-server", "--host mdm.example.com {s} --profile web", 0, "none"),
	("device", "tls-server", "{s} {r} --profile web", 1, "cert-revoked"),
	("device", "any", "{s} {c}", 0, "none"),
	("device", "any", "{s} {c} --max-length 2", 0, "none"),
	("device", "any", "{s} {c} --max-length 1", 1, "cert-path-length"),
	("device", "any", "{s} {c} --policy 1.2.3", 0, "none"),
	("device", "any", "{s} {c} --policy 1.2.3 --explicit-policy", 1, "cert-policy"),
	("device", "tls-server", "{s} {c} --crl {d}", 1, "status-kind"),
	("device", "tls-server", "{s} --ocsp {o[good]}", 0, "none"),
	("device", "tls-server", "{s} --ocsp {o[revoked]}", 1, "cert-revoked"),
	("device", "tls-server", "{s} {c} --ocsp {o[good]} --ocsp {o[revoked]}", 1, "cert-revoked"),
	("device", "tls-server", "{s} {r} --ocsp {o[good]}", 1, "cert-revoked"),
	("device", "tls-server", "{s} --ocsp {o[other]}", 1, "cert-status-unknown"),
	("device", "tls-server", "{s} --ocsp {o[forged]}", 1, "cert-status-unknown"),
	("device", "tls-server", "{s} --ocsp {o[unfit]}", 1, "cert-status-unknown"),
	("device", "tls-server", "{s} --ocsp {o[good]} --time 2027-01-15T00:00:00Z", 1, "cert-status-unknown"),
	("device", "tls-server", "{s} --ocsp {o[revoked]} --profile web", 1, "cert-revoked"),
]


@pytest.mark.parametrize("row", MATRIX, ids=lambda r: f"{r[0]}-{r[1]}-{r[4]}")
def test_cert_verify(pki, row):
	"""X-3, X-4, X-6, X-7, X-10, X-11, T-8: one line, or JSON, and the exit status."""
	leaf, purpose, words, status, reason = row
	line = words.format(s=f"--anchor {pki.tree}/channel/issuers/server.crt", a=f"--anchor {pki.tree}/authority/root.crt",
			    c=f"--crl {pki.good_crl}", r=f"--crl {pki.revoking_crl}", d=pki.delta_crl, o=pki.ocsps).split()
	args = ["cert", "verify", "--purpose", purpose, *line, pki.tree / f"channel/listeners/{leaf}.crt"]
	done = pki.run(*args, "--json")
	answer = json.loads(done.stdout)
	assert (done.returncode, answer["reason"]) == (status, reason), answer
	done = pki.run(*args)
	assert done.returncode == status and done.stderr == "" and done.stdout.count("\n") == 1
	assert done.stdout.startswith("good: " if status == 0 else f"refused: {reason}: "), done.stdout


def test_cert_verify_signers(pki):
	authority = ["--anchor", pki.tree / "authority/root.crt", "--crl", pki.tree / "authority/root.crl"]
	for leaf, purpose, status in [("authority/signers/ada.crt", "instruction-signer", 0), ("channel/online.crt", "online-signer", 0),
				      ("channel/online.crt", "instruction-signer", 1), ("authority/signers/ada.crt", "online-signer", 1)]:
		assert pki.run("cert", "verify", "--purpose", purpose, *authority, pki.tree / leaf).returncode == status


def test_cert_verify_reads_der(pki):
	"""Every certificate file may be DER; what is neither that nor PEM is no input."""
	for name, path in (("leaf", "channel/listeners/device.crt"), ("server", "channel/issuers/server.crt")):
		pki.openssl("x509", "-in", pki.tree / path, "-outform", "DER", "-out", f"{name}.der")
	args = ["cert", "verify", "--purpose", "tls-server", "--crl", pki.good_crl, "--anchor", "server.der"]
	assert pki.run(*args, "--intermediate", "server.der", "leaf.der").returncode == 0
	data = bytearray((pki.directory / "leaf.der").read_bytes())
	pki.write("short.der", bytes(data[:-1]))
	done = pki.run(*args, "short.der", "--json")
	assert done.returncode == 1 and json.loads(done.stdout)["reason"] == "cert-form", done
	pki.write("text.crt", "no certificate")
	assert pki.run(*args, "text.crt").returncode == 2


@pytest.mark.parametrize("args", [
	["--purpose", "tls-server", "missing.crt"],
	["--purpose", "tls-server", "--anchor", "missing.crt", "leaf.crt"],
	["--purpose", "tls-server", "--ocsp", "missing.ocsp", "leaf.crt"],
	["--purpose", "tls-server", "--ocsp", "leaf.crt", "leaf.crt"],
	["--purpose", "cooking", "leaf.crt"],
	["leaf.crt"],
	["--purpose", "tls-server", "--profile", "best", "leaf.crt"],
	["--purpose", "tls-server", "--time", "yesterday", "leaf.crt"],
	["--purpose", "any", "--profile", "web", "--public-suffixes", "missing", "leaf.crt"],
])
def test_cert_verify_unusable(pki, args):
	shutil.copy(pki.tree / "channel/listeners/device.crt", pki.directory / "leaf.crt")
	done = pki.run("cert", "verify", *args)
	assert done.returncode == 2 and done.stdout == "" and done.stderr.count("\n") == 1, done
