# SPDX-License-Identifier: Apache-2.0
"""From the start of `muster device lock` to `delivered`, committed on the server: MUSTER_BENCH_LOCKS runs (300), split by stage
as the CLI counts them from its own start; wall clock is from before it was executed to after it had ended. Reference: the same
CLI asking for the server's version, that is a start and one request."""
import json
import os
import statistics
import time

RUNS = int(os.environ.get("MUSTER_BENCH_LOCKS", "300"))
STAGES = ("resolved", "signed", "published", "delivered")


def percentile(values, p):
	return round(sorted(values)[min(len(values) - 1, int(len(values) * p / 100))], 2)


def timed(operator, *args):
	"""Wall-clock time of a whole run of the CLI, and what it printed."""
	begin = time.monotonic()
	done = operator.muster(*args)
	return (time.monotonic() - begin) * 1000, done.stdout


def measure(bed):
	device = bed.enrolled()
	operator = bed.system.operator
	bed.system.lock(device)
	whole, delivered, stages, reference = [], [], {s: [] for s in STAGES}, []
	for run in range(RUNS):
		took, out = timed(operator, "device", "lock", device.name, "--wait", "--json")
		answer = json.loads(out)
		assert answer["deliveries"][0]["state"] in ("delivered", "proven"), answer
		whole.append(took)
		delivered.append(answer["ms"]["delivered"])
		last = 0.0
		for stage in STAGES:
			stages[stage].append(answer["ms"][stage] - last)
			last = answer["ms"][stage]
		if run % 10 == 0:
			reference.append(timed(operator, "version")[0])
	return {
		"p50_ms": percentile(delivered, 50), "p99_ms": percentile(delivered, 99), "max_ms": round(max(delivered), 2),
		"runs": RUNS, "wall_clock_p50_ms": percentile(whole, 50), "wall_clock_p99_ms": percentile(whole, 99),
		"stages_p50_ms": {s: percentile(v, 50) for s, v in stages.items()},
		"stages_p99_ms": {s: percentile(v, 99) for s, v in stages.items()},
		"reference": {"version_p50_ms": round(statistics.median(reference), 2)},
	}
