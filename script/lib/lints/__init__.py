# SPDX-License-Identifier: Apache-2.0
"""The checks of script/lint, and the list of files that they share."""
import functools
import os
import pathlib
import subprocess

TREE = pathlib.Path(os.environ["MUSTER_TREE"])


@functools.lru_cache(maxsize=None)
def files(*suffixes):
	"""Tracked and new files of the tree with one of these endings (all, where none is given)."""
	out = subprocess.run(["git", "-C", str(TREE), "ls-files", "-co", "--exclude-standard", "-z"],
			     check=True, capture_output=True).stdout
	names = sorted(set(n for n in out.decode().split("\0") if n))
	return [n for n in names if (not suffixes or n.endswith(suffixes)) and (TREE / n).is_file()]


@functools.lru_cache(maxsize=None)
def lines(name):
	"""The lines of a text file; none of a binary one."""
	data = (TREE / name).read_bytes()
	return [] if b"\0" in data else data.decode("utf-8", "replace").split("\n")
