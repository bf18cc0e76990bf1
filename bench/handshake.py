# SPDX-License-Identifier: Apache-2.0
"""CPU time of mutually authenticated TLS 1.3 handshakes, full and resumed, of both profiles, with both ends counted.
Reference: OpenSSL alone with the same keys, certificates and suites in the same run, which looks at no revocation status;
a ratio is ours to it (bench/handshake.c)."""
import json
import os
import subprocess

COUNT = os.environ.get("MUSTER_BENCH_HANDSHAKES", "300")
PROFILES = ("default", "cnsa")


def measure(bed):
	subprocess.run(["ninja", "-C", bed.build, "bench/bench-handshake"], check=True, stdout=subprocess.DEVNULL)
	rows = {p: json.loads(subprocess.run([os.path.join(bed.build, "bench/bench-handshake"), p, COUNT], check=True,
					     stdout=subprocess.PIPE, text=True).stdout) for p in PROFILES}
	ratios = {f"{p}_{kind}_ratio": round(rows[p][f"{kind}_us"] / rows[p][f"{kind}_openssl_us"], 2)
		  for p in PROFILES for kind in ("full", "resumed")}
	return ratios | rows
