# SPDX-License-Identifier: Apache-2.0
"""The idle agent, all its processes together, some time after enrollment (MUSTER_BENCH_IDLE_S, 600 s): private memory,
PSS, who else maps its libraries, and wake-ups (voluntary context switches) over the time less the first half minute. Reference: sshd in the
same container at the same moment."""
import os
import pathlib
import time

# After enrollment the device is assigned and says how it is: counting begins when that is over.
SETTLE_S = 30
IDLE_S = int(os.environ.get("MUSTER_BENCH_IDLE_S", "600"))


def smaps(pid):
	"""Sums of smaps_rollup in KB."""
	sums = {}
	for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
		name, value = line.split(":")
		sums[name] = int(value.split()[0])
	return sums


def wakeups(pid):
	total = 0
	for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
		for line in (task / "status").read_text().splitlines():
			if line.startswith("voluntary_ctxt_switches"):
				total += int(line.split()[1])
	return total


def libraries(pid):
	return {line.split()[-1] for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines()
		if ".so" in line.split()[-1]}


def sharers(device, wanted):
	"""How many processes of the device map each library, the agent's own among them."""
	counts = dict.fromkeys(wanted, 0)
	for pid in device.pids().values():
		for library in libraries(pid) & set(wanted):
			counts[library] += 1
	return {os.path.basename(k): v for k, v in sorted(counts.items())}


def memory(pids):
	rows = {name: smaps(pid) for name, pid in pids.items()}
	private = {n: r["Private_Clean"] + r["Private_Dirty"] for n, r in rows.items()}
	return private, {n: r["Pss"] for n, r in rows.items()}


def measure(bed):
	device = bed.enrolled()
	time.sleep(SETTLE_S)
	begin = time.monotonic()
	before = {name: wakeups(pid) for name, pid in device.agent_pids().items()}
	time.sleep(max(IDLE_S - SETTLE_S, 1))
	pids = device.agent_pids()
	minutes = (time.monotonic() - begin) / 60
	after = {name: wakeups(pid) for name, pid in pids.items()}
	private, pss = memory(pids)
	ssh_private, ssh_pss = memory({"sshd": device.pid_of("sshd")})
	used = set().union(*(libraries(pid) for pid in pids.values()))
	return {
		"private_kb": sum(private.values()),
		"pss_kb": sum(pss.values()),
		"wakeups_per_minute": round(sum(after[n] - before.get(n, 0) for n in after) / minutes, 2),
		"seconds": IDLE_S,
		"by_process": {n: {"private_kb": private[n], "pss_kb": pss[n], "wakeups": after[n] - before.get(n, 0)} for n in pids},
		"processes_that_map": sharers(device, used),
		"reference": {"sshd_private_kb": ssh_private["sshd"], "sshd_pss_kb": ssh_pss["sshd"]},
	}
