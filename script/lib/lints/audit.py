# SPDX-License-Identifier: Apache-2.0
"""Every event of proto/audit.def is named by a test (FAU_GEN.1): one that nobody provokes may not be recorded at all."""
import re

from . import files, lines

CATALOGUE = "src/proto/audit.def"
EVENT = re.compile(r'AUDIT\((\w+), "([^"]+)"')


def events_without_test():
	tests = [n for n in files(".c", ".py") if n.startswith(("test/unit/", "test/integration/"))]
	text = "\n".join("\n".join(lines(n)) for n in tests)
	for number, line in enumerate(lines(CATALOGUE), 1):
		found = EVENT.match(line)
		if found and not re.search(rf"""["' ]{found[2]}\\?["' ]""", text) and f"AUDIT_{found[1]}" not in text:
			yield CATALOGUE, number, f"no test names the event '{found[2]}'"
