# SPDX-License-Identifier: Apache-2.0
"""What a machine can check of the sources. A check is a row of CHECKS: a name and a function that
yields (path, line, message); the run ends with one line a check, and non-zero where one failed."""
import argparse
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from lints import audit, generated, layers, sizes, text, tidy, tools

CHECKS = {
	"format": tools.clang_format,
	"python": tools.python_syntax,
	"shell": tools.shell_syntax,
	"layers": layers.includes,
	"libraries": layers.library_headers,
	"include-order": layers.include_order,
	"function-size": sizes.functions,
	"file-size": sizes.files_over,
	"goto": sizes.no_goto,
	"licence": text.licence,
	"left-open": text.left_open,
	"machine-paths": text.machine_paths,
	"white-space": text.white_space,
	"generated": generated.up_to_date,
	"audit-events": audit.events_without_test,
}


def run(name, check):
	start = time.monotonic()
	found = list(check())
	return name, found, time.monotonic() - start


def main():
	ap = argparse.ArgumentParser(prog="script/lint", description=__doc__)
	ap.add_argument("--tidy", action="store_true", help="run clang-tidy as well (two minutes when all is new)")
	ap.add_argument("--list", action="store_true", help="list the checks")
	ap.add_argument("--only", metavar="CHECK", help="run one check")
	ap.add_argument("--write", action="store_true", help="write the generated files anew")
	args = ap.parse_args()
	if args.write:
		return generated.write_all()
	checks = dict(CHECKS)
	if args.tidy:
		checks["tidy"] = tidy.clang_tidy
	if args.only and args.only not in checks:
		ap.error(f"no check is called '{args.only}': one of {', '.join(checks)}")
	if args.only:
		checks = {args.only: checks[args.only]}
	if args.list:
		print("\n".join(checks))
		return 0
	failed = 0
	with ThreadPoolExecutor(2) as pool:
		for name, found, took in pool.map(lambda c: run(*c), checks.items()):
			errors = [f for f in found if not f[2].startswith("warning:")]
			failed += bool(errors)
			for path, line, message in found:
				print(f"{path}:{line}: {message}")
			print(f"{'not ok' if errors else 'ok'} - lint: {name} ({took:.1f} s)")
	return 1 if failed else 0


if __name__ == "__main__":
	sys.exit(main())
