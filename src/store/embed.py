#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Embed the store's SQL: sql.h declares one string a query ("-- :name" begins it), sql.c defines
them and the list of migrations, in the order of their file names."""
import pathlib
import sys


def literal(text):
	lines = text.strip("\n").split("\n")
	escaped = (line.replace("\\", "\\\\").replace('"', '\\"') for line in lines)
	return "\n".join(f'\t"{line}\\n"' for line in escaped)


def queries(path):
	name, body = None, []
	for line in path.read_text().split("\n"):
		if line.startswith("-- :"):
			if name:
				yield name, "\n".join(body).strip().rstrip(";")
			name, body = line[4:].strip(), []
		elif not line.startswith("--"):
			body.append(line)
	if name:
		yield name, "\n".join(body).strip().rstrip(";")


def main(header, source, *files):
	paths = [pathlib.Path(f) for f in files]
	found = [q for p in paths if p.parent.name == "sql" for q in queries(p)]
	migrations = sorted(p for p in paths if p.parent.name == "migrate")
	licence = "/* SPDX-License-Identifier: Apache-2.0 */\n"
	note = "/* Made by embed.py from sql/ and migrate/. */\n"
	with open(header, "w") as out:
		out.write(f"{licence}#pragma once\n{note}#include <stddef.h>\n\n")
		for name, _ in found:
			out.write(f"extern const char sql_{name}[];\n")
		out.write("extern const char *const sql_migrations[];\n")
		out.write("extern const size_t n_sql_migrations;\n")
	with open(source, "w") as out:
		out.write(f'{licence}{note}#include "store/sql.h"\n\n')
		for name, text in found:
			out.write(f"const char sql_{name}[] =\n{literal(text)};\n\n")
		out.write("const char *const sql_migrations[] = {\n")
		for path in migrations:
			out.write(f"{literal(path.read_text())},\n")
		out.write(f"}};\nconst size_t n_sql_migrations = {len(migrations)};\n")


if __name__ == "__main__":
	main(*sys.argv[1:])
