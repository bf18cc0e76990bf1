-- SPDX-License-Identifier: Apache-2.0
-- :record_put
INSERT INTO record (source, source_seq, device, id, event, outcome, subject, reason, text, time,
	stored, detail, previous)
VALUES ($source, $source_seq, $device, $id, $event, $outcome, $subject, $reason, $text, $time,
	$stored, $detail, $previous)
-- :record_last
SELECT COALESCE(MAX(source_seq), 0) FROM record WHERE source = $source
-- :record_list
SELECT seq, CASE WHEN source = 'server' THEN 0 ELSE source_seq END AS device_seq, device, id, event,
	outcome, subject, reason, text, time, stored, detail
FROM record
WHERE seq > $after AND time >= $since AND ($device IS NULL OR device = $device)
	AND ($event IS NULL OR event = $event)
ORDER BY seq LIMIT $limit
