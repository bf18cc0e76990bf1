-- SPDX-License-Identifier: Apache-2.0
-- :instruction_put
INSERT INTO instruction (id, seq, type, name, stream, device, serial, digest, published_by, published,
	not_before, not_after, signers, der)
SELECT $id, COALESCE(MAX(seq), 0) + 1, $type, $name, $stream, $device, $serial, $digest,
	$published_by, $published, $not_before, $not_after, $signers, $der
FROM instruction
-- :instruction_get
SELECT id, type, name, stream, device, serial, digest, published_by, published, not_before,
	not_after, signers
FROM instruction WHERE id = $id
-- :instruction_get_der
SELECT der FROM instruction WHERE id = $id
-- :instruction_newest
SELECT id, type, name, stream, device, serial, digest, published_by, published, not_before,
	not_after, signers
FROM instruction
WHERE type = $type AND ($stream IS NULL OR stream = $stream)
ORDER BY serial DESC LIMIT 1
-- :instruction_ids_of_type
SELECT id FROM instruction WHERE type = $type ORDER BY serial
-- :instruction_list
SELECT i.id, i.type, i.name, i.stream, i.serial, i.digest, i.published_by, i.published,
	i.not_before, i.not_after, i.signers,
	(SELECT COUNT(*) FROM delivery AS d WHERE d.instruction = i.id) AS devices,
	(SELECT COUNT(*) FROM delivery AS d WHERE d.instruction = i.id
		AND d.state IN ('delivered', 'proven')) AS delivered,
	(SELECT COUNT(*) FROM delivery AS d WHERE d.instruction = i.id
		AND d.state = 'proven') AS proven,
	(SELECT COUNT(*) FROM delivery AS d WHERE d.instruction = i.id
		AND d.state IN ('refused', 'failed')) AS failed,
	(SELECT COUNT(*) FROM delivery AS d WHERE d.instruction = i.id
		AND d.state = 'cancelled') AS cancelled
FROM instruction AS i
WHERE ($id IS NULL OR i.id = $id) AND ($type IS NULL OR i.type = $type)
	AND ($device IS NULL OR EXISTS (SELECT 1 FROM delivery AS d
		WHERE d.device = $device AND d.instruction = i.id))
	AND i.published >= $since
	AND ($after IS NULL OR i.seq < (SELECT b.seq FROM instruction AS b WHERE b.id = $after))
ORDER BY i.seq DESC LIMIT $limit
