-- SPDX-License-Identifier: Apache-2.0
-- :device_put
INSERT INTO device (id, enrollment, state, token, enroll_key, hardware_id, manufacturer, model,
	serial_number, hostname, os, os_version, agent, ownership, stream, groups, enrolled,
	last_contact, assignment_serial, policy_serial, trust_version, last_seq, last_record,
	record_digest, status_hash)
VALUES ($id, $enrollment, $state, $token, $enroll_key, $hardware_id, $manufacturer, $model,
	$serial_number, $hostname, $os, $os_version, $agent, $ownership, $stream, $groups, $enrolled,
	$last_contact, $assignment_serial, $policy_serial, $trust_version, $last_seq, $last_record,
	$record_digest, $status_hash)
-- :device_get
SELECT id, enrollment, state, token, enroll_key, hardware_id, manufacturer, model, serial_number,
	hostname, os, os_version, agent, ownership, stream, groups, enrolled, last_contact,
	assignment_serial, policy_serial, trust_version, last_seq, last_record, record_digest,
	status_hash
FROM device WHERE id = $id
-- :device_by_claim
SELECT id FROM device WHERE token = $token AND enroll_key = $key
-- :device_by_hardware
SELECT id FROM device WHERE hardware_id = $hardware_id AND state IN ('pending', 'enrolled')
-- :device_by_name
SELECT id FROM device WHERE hostname = $hostname AND state <> 'pending'
ORDER BY CASE state WHEN 'enrolled' THEN 0 ELSE 1 END, enrolled DESC LIMIT 2
-- :device_count_by_name
SELECT COUNT(*) FROM device WHERE hostname = $hostname AND state = 'enrolled'
-- :device_set_state
UPDATE device SET state = $state WHERE id = $id
-- :device_set_enrolled
UPDATE device SET state = 'enrolled', enrolled = $now WHERE id = $id AND state = 'pending'
-- :device_touch
UPDATE device SET last_contact = $now WHERE id = $id AND last_contact < $before
-- :device_set_status
UPDATE device SET status_hash = $status_hash, status = $status, hostname = COALESCE($hostname, hostname),
	os = COALESCE($os, os), os_version = COALESCE($os_version, os_version),
	manufacturer = COALESCE($manufacturer, manufacturer), model = COALESCE($model, model),
	serial_number = COALESCE($serial_number, serial_number), agent = COALESCE($agent, agent),
	policy_serial = $policy_serial, trust_version = $trust_version,
	hardware_id = COALESCE(hardware_id, (SELECT $hardware_id WHERE NOT EXISTS (
		SELECT 1 FROM device AS other WHERE other.hardware_id = $hardware_id
			AND other.state IN ('pending', 'enrolled') AND other.id <> $id)))
WHERE id = $id
-- :device_get_status
SELECT status FROM device WHERE id = $id
-- :device_assign
UPDATE device SET stream = $stream, groups = $groups, ownership = $ownership,
	assignment_serial = $serial
WHERE id = $id AND assignment_serial < $serial
-- :device_next_seq
UPDATE device SET last_seq = last_seq + 1 WHERE id = $id
-- :device_set_last_record
UPDATE device SET last_record = $last_record, record_digest = $record_digest
WHERE id = $id
-- :device_delete_pending
DELETE FROM device WHERE id = $id AND state = 'pending'
-- :device_stale_pending
SELECT id FROM device WHERE state = 'pending' AND enrolled < $before
-- :device_ids_enrolled
SELECT id FROM device WHERE state = 'enrolled' ORDER BY id
-- :device_ids_of_stream
SELECT id FROM device WHERE stream = $stream AND state = 'enrolled' ORDER BY id
-- :device_list
SELECT id, enrollment, state, hardware_id, manufacturer, model, serial_number, hostname, os,
	os_version, agent, stream, enrolled, last_contact, last_contact >= $fresh AS connected,
	policy_serial, trust_version
FROM device
WHERE state <> 'pending'
	AND ($device IS NULL OR id = $device OR substr(hostname, 1, length($device)) = $device)
	AND ($after IS NULL
		OR (COALESCE(hostname, ''), id)
			> (SELECT COALESCE(d.hostname, ''), d.id FROM device AS d WHERE d.id = $after))
ORDER BY COALESCE(hostname, ''), id LIMIT $limit
-- :device_summary
SELECT id, enrollment, state, hardware_id, manufacturer, model, serial_number, hostname, os,
	os_version, agent, stream, enrolled, last_contact, last_contact >= $fresh AS connected,
	policy_serial, trust_version
FROM device WHERE id = $id
