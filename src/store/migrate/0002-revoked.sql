-- SPDX-License-Identifier: Apache-2.0
-- When a revoked certificate ends by itself, after which no CRL needs to name it. 0: not known.
ALTER TABLE revoked ADD COLUMN not_after BIGINT NOT NULL DEFAULT 0;
UPDATE revoked SET not_after = COALESCE((SELECT MAX(c.not_after) FROM certificate AS c
	WHERE c.serial = revoked.serial), 0) WHERE issuer = 'device';
