# SPDX-License-Identifier: Apache-2.0
"""Stripped size of the installed binaries. Reference: busybox's and sshd's, as Debian ships them."""
import os

AGENT = ("usr/sbin/muster-agent", "usr/libexec/muster/muster-agent-")


def measure(bed):
	files = {}
	for folder, _, names in os.walk(bed.layer):
		for name in names:
			path = os.path.join(folder, name)
			with open(path, "rb") as f:
				if f.read(4) == b"\x7fELF":
					files[os.path.relpath(path, bed.layer)] = os.path.getsize(path)
	agent = sum(size for path, size in files.items() if path.startswith(AGENT))
	return {
		"agent_kb": round(agent / 1024, 1),
		"all_kb": round(sum(files.values()) / 1024, 1),
		"files_kb": {path: round(size / 1024, 1) for path, size in sorted(files.items())},
		"reference": {"sshd_kb": round((bed.image / "usr/sbin/sshd").stat().st_size / 1024, 1),
			      "NetworkManager_kb": round((bed.image / "usr/sbin/NetworkManager").stat().st_size / 1024, 1)},
	}
