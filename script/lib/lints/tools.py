# SPDX-License-Identifier: Apache-2.0
"""Checks that other programs do: clang-format, the interpreters' own parsers."""
import ast
import re
import subprocess

from . import TREE, lines
from .text import own, scripts


def clang_format():
	names = own(".c", ".h")
	if not names:
		return
	out = subprocess.run(["clang-format", "--dry-run", "--ferror-limit=3", "-Werror", *names], cwd=TREE,
			     capture_output=True, text=True).stderr
	seen = set()
	for name, line in re.findall(r"^(.+?):(\d+):\d+: error:", out, re.M):
		if name not in seen:
			seen.add(name)
			yield name, line, "not as clang-format writes it (clang-format -i)"


def python_syntax():
	for name in own(".py") + [s for s in scripts() if "python" in lines(s)[0]]:
		try:
			ast.parse("\n".join(lines(name)), name)
		except SyntaxError as e:
			yield name, e.lineno or 1, e.msg


def shell_syntax():
	for name in own(".sh") + [s for s in scripts() if "python" not in lines(s)[0]]:
		done = subprocess.run(["bash", "-n", name], cwd=TREE, capture_output=True, text=True)
		if done.returncode:
			yield name, 1, done.stderr.strip()
