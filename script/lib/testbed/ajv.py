# SPDX-License-Identifier: Apache-2.0
"""NIST's schemas of OSCAL and the validator ajv, where they are: files in $MUSTER_CACHE/oscal (oscal_KIND_schema.json, of the
release 1.2) and npm's ajv and ajv-formats in $MUSTER_CACHE/ajv. Debian's validators cannot read these schemas."""
import os
import pathlib
import shutil
import subprocess

CACHE = pathlib.Path(os.environ.get("MUSTER_CACHE", "/var/cache/muster"))
KINDS = {"catalog": "catalog", "profile": "profile", "mapping-collection": "mapping", "assessment-plan": "assessment-plan",
	 "assessment-results": "assessment-results", "plan-of-action-and-milestones": "poam", "component-definition": "component"}
PROGRAM = """
const fs = require("fs"), Ajv = require("ajv").default, formats = require("ajv-formats").default;
const ajv = new Ajv({strict: false, allErrors: true}); formats(ajv);
const check = ajv.compile(JSON.parse(fs.readFileSync(process.argv[1])));
for (const path of process.argv.slice(2))
	if (!check(JSON.parse(fs.readFileSync(path)))) { console.log(path, JSON.stringify(check.errors.slice(0, 5))); process.exitCode = 1; }
"""


def missing():
	"""Why nothing can be validated here; "" where it can."""
	if not shutil.which("node"):
		return "no node"
	if not (CACHE / "ajv/node_modules/ajv-formats").is_dir():
		return f"no ajv: npm install --prefix {CACHE}/ajv ajv@8 ajv-formats@3"
	return "" if (CACHE / "oscal/oscal_catalog_schema.json").is_file() else f"no schemas of OSCAL 1.2 in {CACHE}/oscal"


def validate(root, *paths):
	"""Documents of one root ("catalog") against NIST's schema. Returns what is wrong, "" for nothing."""
	schema = CACHE / f"oscal/oscal_{KINDS[root]}_schema.json"
	done = subprocess.run(["node", "-e", PROGRAM, schema, *paths], cwd=CACHE / "ajv", capture_output=True, text=True, check=False)
	return "" if done.returncode == 0 else done.stdout + done.stderr
