# SPDX-License-Identifier: Apache-2.0
"""docs/authority.md, to the letter: each of its lines as it stands, in one directory for all machines."""
import json
import pathlib
import re

from testbed.cli import Cli

TREE = pathlib.Path(__file__).resolve().parents[2]


def lines():
	text = (TREE / "docs/authority.md").read_text()
	return [line[4:] for line in text.splitlines() if line.startswith("    ")]


def test_the_guide_of_two_administrators_works_to_the_letter(build, tmp_path):
	person = Cli(build, tmp_path)
	assert len(lines()) >= 18
	for line in lines():
		done = person.shell(line)
		assert done.returncode == 0, f"{line}: {done.stderr}"
	shown = json.loads(person.ok("trust", "show", "--json"))
	assert shown["trust"]["version"] == 7 and len(shown["trust"]["anchors"]) == 1
	signers = {s["person"] for role in shown["trust"]["roles"] for s in role["signers"]}
	assert signers == {"ada"}
	assert not (tmp_path / ".config/muster/authority/old").joinpath("root.key").exists()


def test_every_command_that_the_guide_names_exists(build, tmp_path):
	text = (TREE / "docs/authority.md").read_text()
	person = Cli(build, tmp_path)
	for name in set(re.findall(r"`muster ((?:trust|roster|pending|device|instruction) [a-z]+|approve|sign)", text)):
		assert person.run(*name.split(), "--help").returncode == 0, name
