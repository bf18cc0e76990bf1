# SPDX-License-Identifier: Apache-2.0
"""Looking for secrets where they must not be: in the memory, the arguments and the environment of processes, and in files.
A secret is searched for in every form that it may reasonably have, and in thirds, since parts outlive a whole."""
import base64
import pathlib
import re
import subprocess

CHUNK = 1 << 22


def private_value(pem):
	"""The scalar of a private EC key, as bytes of its curve's length."""
	out = subprocess.run(["openssl", "ec", "-noout", "-text"], input=pem, capture_output=True, check=True).stdout.decode()
	digits = re.sub(r"[^0-9a-f]", "", re.search(r"priv:(.*?)pub:", out, re.S)[1])
	value = bytes.fromhex(digits).lstrip(b"\0")
	return value.rjust(48 if len(value) > 32 else 32, b"\0")


def aligned(data):
	"""What is the same in base64 wherever in a longer text the data begins: the inner digits, by the three alignments."""
	for pad in range(3):
		text = base64.b64encode(bytes(pad) + data)
		yield text[4 if pad else 0:len(text) - 4]


def thirds(data):
	n = len(data) // 3
	return [data[:n], data[n:2 * n], data[2 * n:]]


def key_forms(pem):
	"""Bytes whose presence says that a private key, or a third of it, is there: its number in both orders of bytes (OpenSSL
	computes with words, the least first), hexadecimal, base64, and the lines of its PEM file."""
	value = private_value(pem)
	forms = {value, value[::-1], value.hex().encode(), value.hex().upper().encode(), *thirds(value), *thirds(value[::-1]), *aligned(value)}
	body = [line for line in pem.splitlines() if line and not line.startswith(b"-----")]
	# The first line holds the algorithm too, the last is short, and its end may be of the public half.
	forms |= {body[0][-24:], body[1][:24]} if len(body) > 1 else set()
	return forms


def text_forms(text):
	raw = text.encode()
	return {raw, *(t for t in thirds(raw) if len(t) >= 10), *aligned(raw)}


def memory(pid):
	"""The mapped memory of a process, piece by piece, with some overlap."""
	with open(f"/proc/{pid}/maps", encoding="ascii", errors="replace") as maps, open(f"/proc/{pid}/mem", "rb", 0) as mem:
		for line in maps:
			span, rights = line.split()[:2]
			if "r" not in rights or line.rstrip().endswith(("[vvar]", "[vsyscall]", "[vdso]")):
				continue
			begin, end = (int(x, 16) for x in span.split("-"))
			for at in range(begin, end, CHUNK):
				try:
					mem.seek(at)
					yield mem.read(min(CHUNK + 256, end - at))
				except (OSError, ValueError):
					continue


def found_in(data, secrets):
	return {name for name, forms in secrets.items() if any(form in data for form in forms)}


def in_memory(pid, secrets):
	found = set()
	for data in memory(pid):
		found |= found_in(data, secrets)
	return found


def in_start(pid, secrets):
	"""Arguments and environment."""
	return set().union(*(found_in(pathlib.Path(f"/proc/{pid}/{name}").read_bytes(), secrets) for name in ("cmdline", "environ")))


def in_files(top, secrets):
	"""Secret -> the files below a directory that hold it."""
	where = {}
	for path in sorted(pathlib.Path(top).rglob("*")):
		if path.is_symlink() or not path.is_file():
			continue
		for name in found_in(path.read_bytes(), secrets):
			where.setdefault(name, []).append(str(path.relative_to(top)))
	return where
