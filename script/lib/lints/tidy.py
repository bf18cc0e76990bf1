# SPDX-License-Identifier: Apache-2.0
"""clang-tidy over src, two minutes of two cores when all is new: a file without a finding is not looked at again until it,
something that it includes, its compiler's words, or the checks have changed."""
import functools
import hashlib
import json
import os
import pathlib
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

from . import TREE, lines
from .text import own

INCLUDE = re.compile(r'\s*#\s*include\s+"([^"]+)"')
FINDING = re.compile(r"^(\S+?):(\d+):\d+: (?:warning|error): (.*)$", re.M)


@functools.lru_cache(maxsize=None)
def included(name):
	"""The tree's files that a file includes itself, from src or from beside it."""
	found = []
	for line in lines(name):
		match = INCLUDE.match(line)
		places = [f"src/{match[1]}", os.path.normpath(f"{os.path.dirname(name)}/{match[1]}")] if match else []
		found += [p for p in places if (TREE / p).is_file()][:1]
	return found


def closure(name):
	"""A file and all that it includes, directly or not."""
	seen, todo = set(), [name]
	while todo:
		at = todo.pop()
		if at not in seen:
			seen.add(at)
			todo += included(at)
	return sorted(seen)


def digest(name, common):
	"""What the findings of a file depend on."""
	total = hashlib.sha256(common)
	for part in closure(name):
		total.update(f"{part}\n".encode() + hashlib.sha256((TREE / part).read_bytes()).digest())
	return total.hexdigest()


def commands(build):
	"""How each file of the tree is compiled."""
	rows = json.loads((build / "compile_commands.json").read_text())
	return {os.path.relpath(os.path.join(r["directory"], r["file"]), TREE): r["command"] for r in rows}


def clang_tidy():
	"""Each compiled file by the checks of .clang-tidy, against the release build's commands."""
	build = pathlib.Path(os.environ["MUSTER_BUILD"])
	clean = pathlib.Path(os.environ["MUSTER_CACHE"]) / "tidy"
	clean.mkdir(parents=True, exist_ok=True)
	version = subprocess.run(["clang-tidy", "--version"], capture_output=True, check=True).stdout
	common = version + (TREE / ".clang-tidy").read_bytes()
	compiled = commands(build)

	def one(name):
		mark = clean / digest(name, common + compiled[name].encode())
		if mark.exists():
			return ""
		done = subprocess.run(["clang-tidy", "--quiet", "-p", build, name], cwd=TREE, capture_output=True, text=True, check=False)
		if done.returncode == 0 and not FINDING.search(done.stdout):
			mark.touch()
		elif not FINDING.search(done.stdout):
			return f"{TREE / name}:1:1: error: clang-tidy ended with {done.returncode}: {done.stderr[-300:]!r}\n"
		return done.stdout

	with ThreadPoolExecutor(os.cpu_count()) as pool:
		for out in pool.map(one, [n for n in own(".c") if n.startswith("src/") and n in compiled]):
			for path, line, message in FINDING.findall(out):
				yield os.path.relpath(path, TREE), line, message
