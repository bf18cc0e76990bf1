-- SPDX-License-Identifier: Apache-2.0
-- :record_put
INSERT INTO record (source, source_seq, device, id, event, outcome, subject, reason, text, time,
	stored, detail, previous, digest)
VALUES ($source, $source_seq, $device, $id, $event, $outcome, $subject, $reason, $text, $time,
	$stored, $detail, $previous, $digest)
-- :record_last
SELECT source_seq AS sequence, digest AS previous FROM record
WHERE source = $source ORDER BY source_seq DESC LIMIT 1
-- :record_list
SELECT seq, CASE WHEN source = 'server' THEN 0 ELSE source_seq END AS device_seq, device, id, event,
	outcome, subject, reason, text, time, stored, detail
FROM record
WHERE seq > $after AND time >= $since AND ($device IS NULL OR device = $device)
	AND ($event IS NULL OR event = $event)
ORDER BY seq LIMIT $limit
