# SPDX-License-Identifier: Apache-2.0
"""NIST's schemas of OSCAL 1.2 (oscal_KIND_schema.json, in $MUSTER_OSCAL or beside the tree) and npm's validator ajv, installed once
into the cache. Debian's validators cannot read these schemas."""
import os
import pathlib
import shutil
import subprocess

TREE = pathlib.Path(os.environ.get("MUSTER_TREE", "."))
WHERE = pathlib.Path(os.environ.get("MUSTER_CACHE", "/var/cache/muster")) / "tools/ajv"
SCHEMAS = pathlib.Path(os.environ.get("MUSTER_OSCAL") or TREE.parent / "shared/oscal")
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
	if not (SCHEMAS / "oscal_catalog_schema.json").is_file():
		return f"no schemas of OSCAL in {SCHEMAS} (MUSTER_OSCAL names the directory)"
	if not shutil.which("node") or not shutil.which("npm"):
		return "no node and npm"
	return "" if (WHERE / "node_modules/ajv-formats").is_dir() else install()


def install():
	WHERE.mkdir(parents=True, exist_ok=True)
	try:
		done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "ajv@8", "ajv-formats@3"], cwd=WHERE,
				      capture_output=True, text=True, check=False, timeout=120)
	except (OSError, subprocess.TimeoutExpired) as e:
		return f"no ajv: {e}"
	return f"npm cannot install ajv: {done.stderr.strip()[-200:]}" if done.returncode else ""


def validate(root, *paths):
	"""Documents of one root ("catalog") against NIST's schema. Returns what is wrong, "" for nothing."""
	schema = SCHEMAS / f"oscal_{KINDS[root]}_schema.json"
	done = subprocess.run(["node", "-e", PROGRAM, schema, *paths], cwd=WHERE, capture_output=True, text=True, check=False)
	return "" if done.returncode == 0 else done.stdout + done.stderr
