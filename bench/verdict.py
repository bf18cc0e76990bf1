# SPDX-License-Identifier: Apache-2.0
"""CPU time of a verdict on a server's certificate, CRLs included, and of the dearest refusal. Reference: X509_verify_cert over
the same chain in the same run, which looks at no revocation status; cost_ratio is ours to it (bench/verdict.c)."""
import json
import os
import subprocess

COUNT = os.environ.get("MUSTER_BENCH_VERDICTS", "3000")


def measure(bed):
	subprocess.run(["ninja", "-C", bed.build, "bench/bench-verdict"], check=True, stdout=subprocess.DEVNULL)
	row = json.loads(subprocess.run([os.path.join(bed.build, "bench/bench-verdict"), COUNT], check=True, stdout=subprocess.PIPE,
					text=True).stdout)
	return {f"{name}_ratio": round(row[f"{key}_us"] / row["openssl_us"], 2) for name, key in (("cost", "verdict"), ("maze", "maze"))} | row
