# SPDX-License-Identifier: Apache-2.0
"""All tables of attacks, in the order in which they are tried; on its own: docs/threats.md, which is written from them."""
import os
import pathlib
import sys

if __name__ == "__main__":
	TREE = pathlib.Path(__file__).resolve().parents[3]
	sys.path.insert(0, str(TREE / "script/lib"))
	os.environ.setdefault("MUSTER_TREE", str(TREE))

import attacks_documents  # noqa: F401
import attacks_heads  # noqa: F401
import attacks_channel  # noqa: F401
import attacks_net  # noqa: F401
import attacks_time  # noqa: F401
import attacks_enrollment  # noqa: F401
from attack import NET, TABLES

HEAD = """\
# Threats

What somebody may do to a device who has taken over its server, or the one process of the device that speaks to the network; and
what stops them. Each row of the tables below is a test, of a real server and a booted device: the attack is carried out,
its reason is read from the device's own record of it, the files, the policy, the trust, the floors and the membership are the same
before and after, and when the honest server is back the device reports to it and takes its next policy (after at most ten of those
attacks that are single documents, else after each). This page is written by `test/integration/breached_server/tables.py`, from the rows
that are the tests; `script/lint` holds it against them.

## Attackers

| who | has | has not |
|---|---|---|
| **the breached server** | the server's machine, database and memory: every key of the channel tree (the issuers of server, device and login \
certificates, the listeners, the online signer), every document that was ever published, for any device; the network | the authority tree: \
its root, and the signing keys of the people |
| **the breached net process** | the device's process that faces the network, its user, its two channels (to the manager and to the key \
process), and everything of the above that is public | another process of the device, a private key |

Who has both has what either has: the manager believes neither. The people's own keys are beyond this page: what one of them can do is \
said by the quorums of `trust`.

## What remains

- **Denial.** A server that is broken into can be silent, and so can the net process. The device keeps to its policy, which does not \
end; what people notice is that the device does not report. No command reaches it, and a head can call commands off that people have given.
- **The online signer.** It may sign the commands that `trust` lists for it (`query` and `sync`, where the operator chose no others), \
and heads. What it says of the newest trust, serial or list has a device wait or ask, until another head says otherwise.
- **Time.** A head moves a device's trusted time as far as the status of its signer reaches, and at most two days \
past the device's own clock. A device that was thrown ahead so refuses heads and short-lived commands as too old for as long; its policy \
stays, and policies and trust documents reach it.
- **The channel.** Who has the server's issuer can be the server, until the devices are enrolled anew with another channel tree; \
a list that it signs counts for 31 days at most. Who has the net process can be the device towards the server, while they have it.
- **Records.** Who has the server or the net process can say that records are stored that are not. The numbers and digests of what \
follows show that they are missing.

## Attacks

"recovers": it is not refused, for who does it may do it; nothing of it lasts when an honest server, or an honest process, is back.
"""


def page():
	out = [HEAD]
	for title, text, rows in TABLES:
		out.append(f"### {title}\n\n{text}\n\n| attack | the breached {'net process' if rows[0].who == NET else 'server'}… | refused for |\n|---|---|---|")
		out += [f"| {row.name} | {row.what} | {row.reason if ' ' in row.reason else f'`{row.reason}`'} |" for row in rows]
		out.append("")
	return "\n".join(out)


if __name__ == "__main__":
	sys.stdout.write(page())
