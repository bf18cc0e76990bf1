# SPDX-License-Identifier: Apache-2.0
"""Documents at the operator's machine: `muster instruction verify` is the device's own judge (trust/judge.h), so what it
refuses and why is what a device does. Signed by openssl alone. A-POL-2, A-POL-5, A-POL-6."""
import json

import pytest

from testbed.documents import ATTEMPTS, Documents
from testbed.process import run

SERIAL = 5
DEVICE, ENROLLMENT = "11111111-2222-4333-8444-555555555555", "66666666-7777-4888-9999-aaaaaaaaaaaa"
AUDIENCE = ["--device", DEVICE, "--enrollment", ENROLLMENT, "--stream", "default", "--serial", str(SERIAL)]


@pytest.fixture(scope="module")
def documents(enterprise):
	return Documents(enterprise.operator, enterprise.directory / "documents", (DEVICE, ENROLLMENT))


def verify(enterprise, der, *args):
	path = enterprise.operator.write("document.cms", der)
	done = enterprise.operator.muster("instruction", "verify", path, "--json", *args, check=False)
	return done.returncode, json.loads(done.stdout) if done.stdout else {"message": done.stderr}


@pytest.mark.parametrize("name", ATTEMPTS)
def test_a_pol_2_the_judge_refuses(enterprise, documents, name):
	make, reason, _ = ATTEMPTS[name]
	status, answer = verify(enterprise, make(documents, SERIAL), *AUDIENCE)
	assert status == 1
	assert answer["reason"] == reason, answer


def test_a_pol_1_a_policy_signed_by_openssl_is_good(enterprise, documents):
	status, answer = verify(enterprise, documents.sign(documents.policy(SERIAL + 1)), *AUDIENCE)
	assert status == 0, answer


def test_a_pol_1_a_command_signed_by_openssl_is_good(enterprise, documents):
	status, answer = verify(enterprise, documents.sign(documents.command()), *AUDIENCE)
	assert status == 0, answer


def test_a_pol_4_without_revocation_status_nothing_is_believed(enterprise, documents):
	"""The judge says which status it needs, and never goes on without."""
	trust = enterprise.operator.tree / "authority/trust/1.cms"
	status, answer = verify(enterprise, documents.sign(documents.policy(SERIAL + 1)), *AUDIENCE, "--trust", trust)
	assert status == 1 and answer["reason"] == "need-status", answer


def test_rendered_and_signed_by_openssl_is_what_our_cli_signs(enterprise, documents):
	operator = enterprise.operator
	policy = operator.write("office.yaml", "name: office\nsettings:\n  loginBanner:\n    text: hello\n")
	rendered = operator.muster("policy", "render", policy, "--serial", str(SERIAL + 1)).stdout
	status, answer = verify(enterprise, documents.sign(rendered.strip()), *AUDIENCE)
	assert status == 0, answer
	operator.muster("policy", "sign", policy, "--serial", str(SERIAL + 1), "--out", operator.home / "ours.cms")
	status, answer = verify(enterprise, (operator.home / "ours.cms").read_bytes(), *AUDIENCE)
	assert status == 0, answer


def test_a_fault_in_a_policy_names_line_and_column(enterprise):
	policy = enterprise.operator.write("bad.yaml", "name: office\nsettings:\n  maximumTimeToLock:\n    seconds: 1\n")
	done = enterprise.operator.muster("policy", "check", policy, check=False)
	assert done.returncode == 2
	assert ":4:" in done.stderr or "line 4" in done.stderr, done.stderr


def test_the_channel_tree_holds_no_key_of_the_authority(enterprise):
	"""What is deployed can issue certificates and sign heads; nothing in it can sign an instruction."""
	tree = enterprise.operator.tree
	authority = {(p.read_bytes()) for p in (tree / "authority").rglob("*.key")}
	assert authority
	for path in (tree / "channel").rglob("*"):
		if path.is_file():
			assert not any(key in path.read_bytes() for key in authority), path
	assert not (tree / "channel" / "root.key").exists()


def test_private_keys_are_the_operators_alone(enterprise):
	for path in enterprise.operator.tree.rglob("*.key"):
		assert path.stat().st_mode & 0o777 == 0o600, path


def test_the_trees_issue_for_one_purpose_each(enterprise):
	"""No issuer of the channel tree is trusted for instructions, and none of another tree's certificates for TLS."""
	tree = enterprise.operator.tree
	signer = tree / "authority/signers/ada.crt"
	for issuer in ("server", "device", "login"):
		done = run(["openssl", "verify", "-partial_chain", "-CAfile", tree / f"channel/issuers/{issuer}.crt", signer], check=False)
		assert done.returncode != 0, issuer
