-- SPDX-License-Identifier: Apache-2.0
-- :delivery_put
INSERT INTO delivery (device, seq, instruction, state, requested, sent, delivered, proven)
SELECT $device, last_seq, $instruction, 'requested', $now, 0, 0, 0 FROM device WHERE id = $device
-- :delivery_exists
SELECT COUNT(*) FROM delivery WHERE device = $device AND instruction = $instruction
-- :delivery_after
SELECT d.seq AS seq, i.type AS type, i.id AS id, i.der AS der
FROM delivery AS d JOIN instruction AS i ON i.id = d.instruction
WHERE d.device = $device AND d.seq > $after ORDER BY d.seq LIMIT $limit
-- :delivery_sent
UPDATE delivery SET state = 'sent', sent = $now
WHERE device = $device AND seq > $after AND seq <= $last AND state = 'requested'
-- :delivery_advance
UPDATE delivery SET state = $state, reason = $reason,
	delivered = CASE WHEN $state IN ('delivered', 'proven') AND delivered = 0 THEN $now
		ELSE delivered END,
	proven = CASE WHEN $state = 'proven' THEN $now ELSE proven END
WHERE device = $device AND instruction = $instruction
	AND state IN ('requested', 'sent', 'delivered') AND state <> $state
-- :delivery_list_device
SELECT d.seq AS seq, d.device AS device, i.type AS type, i.id AS id,
	COALESCE(i.name, i.stream) AS name, d.state AS state, d.reason AS reason,
	d.requested AS requested, d.sent AS sent, d.delivered AS delivered, d.proven AS proven
FROM delivery AS d JOIN instruction AS i ON i.id = d.instruction
WHERE d.device = $device ORDER BY d.seq DESC LIMIT $limit
-- :delivery_list_instruction
SELECT d.seq AS seq, d.device AS device, i.type AS type, i.id AS id,
	COALESCE(i.name, i.stream) AS name, d.state AS state, d.reason AS reason,
	d.requested AS requested, d.sent AS sent, d.delivered AS delivered, d.proven AS proven
FROM delivery AS d JOIN instruction AS i ON i.id = d.instruction
WHERE d.instruction = $instruction ORDER BY d.device LIMIT $limit
