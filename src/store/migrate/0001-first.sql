-- SPDX-License-Identifier: Apache-2.0
-- Times are seconds since 1970 UTC, 0 where a thing has not happened. Digests and ids are text in
-- lower case. What grows with the fleet is keyed by device first.

CREATE TABLE enterprise (
	id TEXT PRIMARY KEY NOT NULL,
	name TEXT NOT NULL,
	imported BIGINT NOT NULL
);

CREATE TABLE administrator (
	login TEXT PRIMARY KEY NOT NULL,
	name TEXT NOT NULL UNIQUE,
	role TEXT NOT NULL,
	created BIGINT NOT NULL
);

CREATE TABLE token (
	id TEXT PRIMARY KEY NOT NULL,
	secret TEXT NOT NULL,
	note TEXT,
	created_by TEXT NOT NULL,
	created BIGINT NOT NULL,
	not_before BIGINT NOT NULL,
	expires BIGINT NOT NULL,
	count BIGINT NOT NULL CHECK (count > 0),
	used BIGINT NOT NULL CHECK (used BETWEEN 0 AND count),
	revoked BIGINT NOT NULL,
	hardware_ids TEXT NOT NULL,
	models TEXT NOT NULL,
	ownership TEXT NOT NULL
);

CREATE TABLE device (
	id TEXT PRIMARY KEY NOT NULL,
	enrollment TEXT NOT NULL UNIQUE,
	state TEXT NOT NULL CHECK (state IN ('pending', 'enrolled', 'unenrolled', 'retired')),
	token TEXT NOT NULL REFERENCES token (id),
	enroll_key TEXT NOT NULL,
	hardware_id TEXT,
	manufacturer TEXT,
	model TEXT,
	serial_number TEXT,
	hostname TEXT,
	os TEXT,
	os_version TEXT,
	agent TEXT,
	ownership TEXT NOT NULL,
	stream TEXT,
	groups TEXT NOT NULL,
	enrolled BIGINT NOT NULL,
	last_contact BIGINT NOT NULL,
	assignment_serial BIGINT NOT NULL,
	policy_serial BIGINT NOT NULL,
	trust_version BIGINT NOT NULL,
	last_seq BIGINT NOT NULL,
	last_record BIGINT NOT NULL,
	record_digest TEXT,
	status_hash TEXT,
	status TEXT
);
-- A device that has not left yet keeps its hardware id and its place in the token's count.
CREATE UNIQUE INDEX device_hardware ON device (hardware_id) WHERE state IN ('pending', 'enrolled');
CREATE UNIQUE INDEX device_claim ON device (token, enroll_key);
CREATE INDEX device_stream ON device (stream, state);
CREATE INDEX device_hostname ON device (hostname, id);

CREATE TABLE certificate (
	device TEXT NOT NULL REFERENCES device (id) ON DELETE CASCADE,
	digest TEXT NOT NULL UNIQUE,
	key TEXT NOT NULL,
	serial TEXT NOT NULL,
	purpose TEXT NOT NULL CHECK (purpose IN ('identity', 'evidence')),
	state TEXT NOT NULL CHECK (state IN ('next', 'current', 'superseded', 'revoked')),
	not_before BIGINT NOT NULL,
	not_after BIGINT NOT NULL,
	issued BIGINT NOT NULL,
	der BLOB NOT NULL,
	PRIMARY KEY (device, digest)
);
CREATE INDEX certificate_key ON certificate (key);

CREATE TABLE instruction (
	id TEXT PRIMARY KEY NOT NULL,
	seq BIGINT NOT NULL UNIQUE, -- in order of publication
	type TEXT NOT NULL,
	name TEXT,
	stream TEXT,
	device TEXT,
	serial BIGINT NOT NULL,
	digest TEXT NOT NULL,
	published_by TEXT NOT NULL,
	published BIGINT NOT NULL,
	not_before BIGINT NOT NULL,
	not_after BIGINT NOT NULL,
	signers TEXT NOT NULL,
	der BLOB NOT NULL
);
CREATE INDEX instruction_stream ON instruction (type, stream, serial);

CREATE TABLE delivery (
	device TEXT NOT NULL REFERENCES device (id) ON DELETE CASCADE,
	seq BIGINT NOT NULL,
	instruction TEXT NOT NULL REFERENCES instruction (id),
	state TEXT NOT NULL
		CHECK (state IN ('requested', 'sent', 'delivered', 'proven', 'refused', 'failed')),
	reason TEXT,
	requested BIGINT NOT NULL,
	sent BIGINT NOT NULL,
	delivered BIGINT NOT NULL,
	proven BIGINT NOT NULL,
	PRIMARY KEY (device, seq),
	UNIQUE (device, instruction)
);
CREATE INDEX delivery_instruction ON delivery (instruction, device);

CREATE TABLE setting (
	device TEXT NOT NULL REFERENCES device (id) ON DELETE CASCADE,
	setting TEXT NOT NULL,
	state TEXT NOT NULL,
	wanted TEXT,
	read_back TEXT,
	"by" TEXT,
	reason TEXT,
	changed BIGINT NOT NULL,
	checked BIGINT NOT NULL,
	PRIMARY KEY (device, setting)
);

-- Records of devices and of the server itself (source 'server', whose device is the one that the
-- record is about).
CREATE TABLE record (
	seq INTEGER PRIMARY KEY AUTOINCREMENT,
	source TEXT NOT NULL,
	source_seq BIGINT NOT NULL,
	device TEXT,
	id TEXT NOT NULL,
	event TEXT NOT NULL,
	outcome TEXT NOT NULL,
	subject TEXT,
	reason TEXT,
	text TEXT,
	time BIGINT NOT NULL,
	stored BIGINT NOT NULL,
	detail TEXT,
	previous TEXT, -- digest of the source's record before
	digest TEXT NOT NULL,
	UNIQUE (source, source_seq)
);
CREATE INDEX record_device ON record (device, seq);

CREATE TABLE crl (
	issuer TEXT PRIMARY KEY NOT NULL,
	key TEXT NOT NULL,
	number BIGINT NOT NULL,
	next_update BIGINT NOT NULL,
	der BLOB NOT NULL
);
CREATE TABLE revoked (
	issuer TEXT NOT NULL,
	serial TEXT NOT NULL,
	time BIGINT NOT NULL,
	PRIMARY KEY (issuer, serial)
);
