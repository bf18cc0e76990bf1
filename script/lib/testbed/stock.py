# SPDX-License-Identifier: Apache-2.0
"""Enrollment by stock tools alone, where a test needs a device that is a certificate and no more."""
import base64
import json

from . import process
from .system import HOST


def enroll(system, name):
	"""A device that never speaks: its certificate, by stock tools."""
	payload, where = json.loads(system.payload()), system.directory / f"stock-{name}"
	where.mkdir()
	process.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
		     where / "key", "-out", where / "csr", "-outform", "DER", "-subj", f"/CN={name}"])
	(where / "b64").write_bytes(base64.encodebytes((where / "csr").read_bytes()))
	(where / "conf").write_text(f'user = "{payload["token"]}:{payload["secret"]}"\n')
	done = process.run([*system.network.enter(), "curl", "-sS", "--tlsv1.3", "--cacert", system.operator.tree / "server.crt",
			    "--config", where / "conf", "-H", "Content-Type: application/pkcs10", "--data-binary", f"@{where}/b64",
			    "-o", where / "p7", "-w", "%{http_code}", f"https://{HOST}:8444/.well-known/est/simpleenroll"])
	assert done.stdout == "200"
	return payload
