-- SPDX-License-Identifier: Apache-2.0
-- :certificate_put
INSERT INTO certificate (device, digest, key, serial, purpose, state, not_before, not_after, issued,
	der)
VALUES ($device, $digest, $key, $serial, $purpose, $state, $not_before, $not_after, $issued, $der)
-- :certificate_get
SELECT device, digest, key, serial, purpose, state, not_before, not_after, issued
FROM certificate WHERE device = $device AND digest = $digest
-- :certificate_by_key
SELECT * FROM certificate
WHERE device = $device AND key = $key AND purpose = $purpose AND state IN ('next', 'current')
ORDER BY issued DESC LIMIT 1
-- :certificate_key_in_use
SELECT COUNT(*) FROM certificate WHERE key = $key
	AND NOT (device = $device AND purpose = $purpose AND state IN ('next', 'current'))
-- :certificate_supersede
UPDATE certificate SET state = 'superseded'
WHERE device = $device AND purpose = $purpose AND digest <> $digest AND state = $state
-- :certificate_set_state
UPDATE certificate SET state = $state WHERE device = $device AND digest = $digest
-- :certificate_list
SELECT digest, key, serial, purpose, state, not_before, not_after
FROM certificate WHERE device = $device ORDER BY issued DESC, digest LIMIT $limit
-- :certificate_live
SELECT device, digest, key, serial, purpose, state, not_before, not_after, issued
FROM certificate WHERE device = $device AND state <> 'revoked'
