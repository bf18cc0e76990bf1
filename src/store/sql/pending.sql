-- SPDX-License-Identifier: Apache-2.0
-- :pending_put
INSERT INTO pending (id, type, name, stream, content, digest, effect, signers, have, want, posted_by,
	posted, der)
VALUES ($id, $type, $name, $stream, $content, $digest, $effect, $signers, $have, $want, $posted_by,
	$posted, $der)
ON CONFLICT (id) DO UPDATE SET digest = excluded.digest, signers = excluded.signers,
	have = excluded.have, want = excluded.want, posted_by = excluded.posted_by,
	posted = excluded.posted, der = excluded.der
-- :pending_get
SELECT id, type, name, stream, content, digest, effect, signers, have, want, posted_by, posted
FROM pending WHERE id = $id
-- :pending_get_der
SELECT der FROM pending WHERE id = $id
-- :pending_list
SELECT id, type, name, stream, content, digest, effect, signers, have, want, posted_by, posted
FROM pending ORDER BY posted DESC, id LIMIT $limit
-- :pending_count
SELECT COUNT(*) FROM pending
-- :pending_remove
DELETE FROM pending WHERE id = $id
