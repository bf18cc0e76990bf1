-- SPDX-License-Identifier: Apache-2.0
-- :delivery_put
INSERT INTO delivery (device, seq, instruction, state, requested, sent, delivered, proven)
SELECT $device, last_seq, $instruction, 'requested', $now, 0, 0, 0 FROM device WHERE id = $device
-- :delivery_exists
SELECT COUNT(*) FROM delivery WHERE device = $device AND instruction = $instruction
-- :delivery_after
SELECT d.seq AS seq, i.type AS type, i.id AS id, i.der AS der
FROM delivery AS d JOIN instruction AS i ON i.id = d.instruction
WHERE d.device = $device AND d.seq > $after AND d.state <> 'cancelled'
ORDER BY d.seq LIMIT $limit
-- :delivery_sent
UPDATE delivery SET state = 'sent', sent = $now
WHERE device = $device AND seq > $after AND seq <= $last AND state = 'requested'
-- :delivery_advance
UPDATE delivery SET state = $state, reason = $reason,
	delivered = CASE WHEN $state IN ('delivered', 'proven') AND delivered = 0 THEN $now
		ELSE delivered END,
	proven = CASE WHEN $state = 'proven' THEN $now ELSE proven END
WHERE device = $device AND instruction = $instruction
	AND (state IN ('requested', 'sent') OR (state = 'delivered' AND $state <> 'cancelled'))
	AND state <> $state
-- :delivery_cancel
UPDATE delivery SET cancelled = $now, told = 0, reason = $reason,
	state = CASE WHEN state = 'requested' THEN 'cancelled' ELSE state END
WHERE instruction = $instruction AND state IN ('requested', 'sent') AND cancelled = 0
-- :delivery_devices_cancelled
SELECT device FROM delivery WHERE instruction = $instruction AND cancelled > 0 ORDER BY device
-- :delivery_count_late
SELECT COUNT(*) FROM delivery
WHERE instruction = $instruction AND state IN ('delivered', 'proven', 'failed')
-- :delivery_untold
SELECT COUNT(*) FROM delivery WHERE device = $device AND cancelled > 0 AND told = 0
-- :delivery_tell
UPDATE delivery SET told = $now WHERE device = $device AND cancelled > 0 AND told = 0
-- :delivery_cancelled
SELECT d.instruction FROM delivery AS d JOIN instruction AS i ON i.id = d.instruction
WHERE d.device = $device AND d.cancelled > 0 AND i.not_after > $since
ORDER BY d.cancelled DESC, d.seq DESC LIMIT $limit
-- :delivery_list_device
SELECT d.seq AS seq, d.device AS device, i.type AS type, i.id AS id,
	COALESCE(i.name, i.stream) AS name, d.state AS state, d.reason AS reason,
	d.requested AS requested, d.sent AS sent, d.delivered AS delivered, d.proven AS proven,
	d.cancelled AS cancelled
FROM delivery AS d JOIN instruction AS i ON i.id = d.instruction
WHERE d.device = $device ORDER BY d.seq DESC LIMIT $limit
-- :delivery_list_instruction
SELECT d.seq AS seq, d.device AS device, i.type AS type, i.id AS id,
	COALESCE(i.name, i.stream) AS name, d.state AS state, d.reason AS reason,
	d.requested AS requested, d.sent AS sent, d.delivered AS delivered, d.proven AS proven,
	d.cancelled AS cancelled
FROM delivery AS d JOIN instruction AS i ON i.id = d.instruction
WHERE d.instruction = $instruction ORDER BY d.device LIMIT $limit
