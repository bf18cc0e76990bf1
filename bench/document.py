# SPDX-License-Identifier: Apache-2.0
"""CPU time of judging one signed document, of one signature and of two: a ratio is ours to OpenSSL's own CMS_verify of the same
bytes in the same run, which looks at no status, no listing and no content (bench/document.c)."""
import json
import os
import subprocess

COUNT = os.environ.get("MUSTER_BENCH_DOCUMENTS", "1000")


def measure(bed):
	subprocess.run(["ninja", "-C", bed.build, "bench/bench-document"], check=True, stdout=subprocess.DEVNULL)
	row = json.loads(subprocess.run([os.path.join(bed.build, "bench/bench-document"), COUNT], check=True,
					stdout=subprocess.PIPE, text=True).stdout)
	return {f"{kind}_ratio": round(row[f"{kind}_us"] / row[f"{kind}_openssl_us"], 2) for kind in ("policy", "command")} | row
