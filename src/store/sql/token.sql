-- SPDX-License-Identifier: Apache-2.0
-- :token_put
INSERT INTO token (id, secret, note, created_by, created, not_before, expires, count, used, revoked,
	hardware_ids, models, ownership)
VALUES ($id, $secret, $note, $created_by, $created, $not_before, $expires, $count, $used, $revoked,
	$hardware_ids, $models, $ownership)
-- :token_get
SELECT * FROM token WHERE id = $id
-- :token_use
UPDATE token SET used = used + 1 WHERE id = $id AND used < count
-- :token_give_back
UPDATE token SET used = used - 1 WHERE id = $id AND used > 0
-- :token_revoke
UPDATE token SET revoked = $now WHERE id = $id AND revoked = 0
-- :token_list
SELECT id, note, created_by, created, not_before, expires, count, used, hardware_ids, models,
	ownership,
	CASE WHEN revoked > 0 THEN 'revoked' WHEN expires <= $now THEN 'expired'
		WHEN used >= count THEN 'used' WHEN not_before > $now THEN 'early'
		ELSE 'valid' END AS state
FROM token
WHERE $after IS NULL
	OR (created, id) < (SELECT t.created, t.id FROM token AS t WHERE t.id = $after)
ORDER BY created DESC, id DESC LIMIT $limit
