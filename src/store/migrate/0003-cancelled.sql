-- SPDX-License-Identifier: Apache-2.0
-- Commands can be called off. A delivery says since when (0: it was not), and when the device was
-- told to ask for the head that names it; a new state says that the device knows, or was never sent
-- it. The table is made anew because of its CHECK.
CREATE TABLE delivery_now (
	device TEXT NOT NULL REFERENCES device (id) ON DELETE CASCADE,
	seq BIGINT NOT NULL,
	instruction TEXT NOT NULL REFERENCES instruction (id),
	state TEXT NOT NULL CHECK (state IN ('requested', 'sent', 'delivered', 'proven', 'refused',
		'failed', 'cancelled')),
	reason TEXT,
	requested BIGINT NOT NULL,
	sent BIGINT NOT NULL,
	delivered BIGINT NOT NULL,
	proven BIGINT NOT NULL,
	cancelled BIGINT NOT NULL DEFAULT 0,
	told BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (device, seq),
	UNIQUE (device, instruction)
);
INSERT INTO delivery_now (device, seq, instruction, state, reason, requested, sent, delivered, proven)
SELECT device, seq, instruction, state, reason, requested, sent, delivered, proven FROM delivery;
DROP TABLE delivery;
ALTER TABLE delivery_now RENAME TO delivery;
CREATE INDEX delivery_instruction ON delivery (instruction, device);
CREATE INDEX delivery_cancelled ON delivery (device) WHERE cancelled > 0;

-- Documents that still lack signatures, for other administrators to approve. Nothing of them
-- reaches a device.
CREATE TABLE pending (
	id TEXT PRIMARY KEY NOT NULL,
	type TEXT NOT NULL,
	name TEXT,
	stream TEXT,
	content TEXT NOT NULL, -- digest of what is signed, canonical
	digest TEXT NOT NULL,
	effect TEXT NOT NULL,
	signers TEXT NOT NULL,
	have BIGINT NOT NULL,
	want BIGINT NOT NULL,
	posted_by TEXT NOT NULL,
	posted BIGINT NOT NULL,
	der BLOB NOT NULL
);
