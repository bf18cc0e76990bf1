-- SPDX-License-Identifier: Apache-2.0
-- :record_put
INSERT INTO record (source, source_seq, device, id, event, outcome, subject, reason, text, time,
	stored, detail, previous, digest)
VALUES ($source, $source_seq, $device, $id, $event, $outcome, $subject, $reason, $text, $time,
	$stored, $detail, $previous, $digest)
-- :record_last
SELECT source_seq AS sequence, digest AS previous FROM record
WHERE source = $source ORDER BY source_seq DESC LIMIT 1
-- :record_digest
SELECT digest AS previous FROM record WHERE source = $source AND source_seq = $source_seq
-- :record_list
SELECT r.seq, CASE WHEN r.source = 'server' THEN 0 ELSE r.source_seq END AS device_seq, r.device, r.id,
	r.event, r.outcome, r.subject, r.reason, r.text, r.time, r.stored, r.detail, r.previous,
	s.enrollment AS seal_enrollment, s.time AS seal_time, s.signature AS seal_signature,
	c.der AS seal_certificate
FROM record AS r
	LEFT JOIN seal AS s ON s.device = r.source AND s.sequence = r.source_seq
	LEFT JOIN certificate AS c ON c.device = s.device AND c.digest = s.certificate
WHERE r.seq > $after AND r.time >= $since AND ($device IS NULL OR r.device = $device)
	AND ($event IS NULL OR r.event = $event)
ORDER BY r.seq LIMIT $limit
