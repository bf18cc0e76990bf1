# SPDX-License-Identifier: Apache-2.0
"""Certificates by the channel tree's issuers, as openssl makes them: good ones, and others."""
from . import process
from .system import HOST


def make(system, folder, name, *, cn=HOST, san=None, eku="serverAuth", issuer="server"):
	"""A certificate NAME.crt with its NAME.key by one of the issuers, or by "impostor-ISSUER", who has another key and the
	same name; the folder."""
	folder.mkdir()
	new = ["openssl", "req", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
	process.run([*new, "-keyout", folder / f"{name}.key", "-out", folder / "csr", "-subj", f"/CN={cn}"])
	by = system.operator.tree / "channel/issuers" / issuer.removeprefix("impostor-")
	crt, secret = by.with_suffix(".crt"), by.with_suffix(".key")
	if issuer.startswith("impostor-"):
		subject = process.run(["openssl", "x509", "-in", crt, "-noout", "-subject", "-nameopt", "compat"]).stdout
		crt, secret = folder / "ca.crt", folder / "ca.key"
		process.run([*new, "-x509", "-keyout", secret, "-out", crt, "-subj", subject.strip().removeprefix("subject=")])
	lines = ["basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature", "authorityKeyIdentifier=keyid"]
	lines += [f"extendedKeyUsage={eku}"] if eku else []
	lines += [f"subjectAltName={san}"] if san else []
	(folder / "ext").write_text("\n".join(lines) + "\n")
	process.run(["openssl", "x509", "-req", "-in", folder / "csr", "-CA", crt, "-CAkey", secret, "-days", "30", "-sha256",
		     "-extfile", folder / "ext", "-out", folder / f"{name}.crt"])
	return folder
