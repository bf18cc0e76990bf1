# SPDX-License-Identifier: Apache-2.0
"""Small tails: functions, nesting, parameters and files, by the layout that clang-format gives."""
import re

from . import files, lines
from .text import DATA

LONG, TOO_LONG, SHARE = 60, 100, 0.95
NESTING, PARAMETERS, MAIN = 4, 6, 40
FILE_QUESTION, FILE_WRONG = 500, 800
CODE = re.compile(r'/\*.*?\*/|//.*|"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'')
BLOCK = re.compile(r"\b(if|else|for|while|do|switch)\b|_foreach")


def bare(line):
	"""A line without comments and literals (tabs at its start are kept)."""
	return CODE.sub(lambda m: "''" if m.group(0)[0] in "\"'" else "", line)


def parameters(head):
	"""How many parameters a definition's head declares."""
	inner = head[head.index("(") + 1:head.rindex(")")] if "(" in head and ")" in head else ""
	depth, count = 0, 1
	for c in inner:
		depth += (c == "(") - (c == ")")
		count += c == "," and depth == 0
	return 0 if inner.strip() in ("", "void") else count


def definitions(name):
	"""(line, head, body lines) of each function: '{' alone in column 0 opens, '}' closes."""
	rows = lines(name)
	i = 0
	while i < len(rows):
		if rows[i] == "{":
			start = i
			while start > 0 and rows[start - 1].strip() and not rows[start - 1].startswith(("#", "}", "/*", " *")):
				start -= 1
			end = next((j for j in range(i, len(rows)) if rows[j] == "}"), len(rows) - 1)
			yield start + 1, " ".join(rows[start:i]), rows[i + 1:end]
			i = end
		i += 1


def excused(name, line):
	"""A signature that is not ours to choose carries clang-tidy's mark, with the reason after it."""
	above = "\n".join(lines(name)[max(0, line - 4):line])
	return re.search(r"NOLINT(NEXTLINE)?\(readability-function-size\):? \S", above)


def nesting(body):
	"""The deepest block of a body; the body itself is 1. Continued lines do not count."""
	deepest, depth, comment = 1, 0, False
	for row in body:
		line = bare(row)
		if comment or "/*" in line:
			comment = "*/" not in line
			continue
		if depth == 0 and line.strip() and (line.rstrip().endswith("{") or BLOCK.search(line)):
			tabs = len(line) - len(line.lstrip("\t"))
			deepest = max(deepest, tabs + line.rstrip().endswith("{"))
		depth += line.count("(") - line.count(")")
	return deepest


def functions():
	total, long_ones = 0, []
	for name in files(".c", ".h"):
		if name.startswith(DATA):
			continue
		for line, head, body in definitions(name):
			total += 1
			title = re.search(r"(\w+)\(", head)
			title = title.group(1) if title else "?"
			size = len(body) + 2
			if size > TOO_LONG:
				yield name, line, f"{title}() is {size} lines (at most {TOO_LONG})"
			elif size > LONG:
				long_ones.append((name, line, f"{title}() is {size} lines"))
			if title == "main" and size > MAIN and name.startswith("src/"):
				yield name, line, f"main() is {size} lines (at most {MAIN})"
			if parameters(head) > PARAMETERS and not excused(name, line):
				yield name, line, f"{title}() takes {parameters(head)} parameters (at most {PARAMETERS})"
			if nesting(body) > NESTING:
				yield name, line, f"{title}() nests {nesting(body)} levels deep (at most {NESTING})"
	if total and len(long_ones) > total * (1 - SHARE):
		for name, line, message in long_ones:
			yield name, line, f"{message} (over {LONG}: {len(long_ones)} of {total} functions)"


def files_over():
	for name in files(".c", ".h", ".py", ".sh", ".def"):
		size = len(lines(name)) - 1
		if name.startswith(DATA):
			continue
		if size > FILE_WRONG:
			yield name, size, f"{size} lines (at most {FILE_WRONG})"
		elif size > FILE_QUESTION:
			yield name, size, f"warning: {size} lines: is it one noun?"


def no_goto():
	for name in files(".c", ".h"):
		for number, line in enumerate(lines(name), 1):
			if re.match(r"\s*goto\s+\w+;", line):
				yield name, number, "goto: use a cleanup attribute"
