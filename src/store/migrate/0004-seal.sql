-- SPDX-License-Identifier: Apache-2.0
-- What proves a device's records: the head of their chain, signed by its evidence key.
CREATE TABLE seal (
	device TEXT NOT NULL REFERENCES device (id) ON DELETE CASCADE,
	sequence BIGINT NOT NULL,
	enrollment TEXT NOT NULL,
	time BIGINT NOT NULL,
	certificate TEXT NOT NULL,
	signature BLOB NOT NULL,
	stored BIGINT NOT NULL,
	PRIMARY KEY (device, sequence)
);
