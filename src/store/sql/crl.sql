-- SPDX-License-Identifier: Apache-2.0
-- :crl_put
INSERT INTO crl (issuer, key, number, next_update, der)
VALUES ($issuer, $key, $number, $next_update, $der)
ON CONFLICT (issuer) DO UPDATE SET key = excluded.key, number = excluded.number,
	next_update = excluded.next_update, der = excluded.der
WHERE crl.number < excluded.number
-- :crl_number_of_key
SELECT COALESCE(MAX(number), 0) FROM crl WHERE key = $key
-- :crl_set_aside
UPDATE crl SET issuer = key WHERE issuer = $issuer AND key <> $key
-- :crl_forget
DELETE FROM crl WHERE key = $key AND issuer <> $issuer
-- :crl_list
SELECT issuer, key, number, next_update, der FROM crl ORDER BY issuer
-- :crl_numbers
SELECT issuer, key, number, next_update FROM crl ORDER BY issuer
-- :revoked_put
INSERT INTO revoked (issuer, serial, time, not_after) VALUES ($issuer, $serial, $time, $not_after)
ON CONFLICT (issuer, serial) DO NOTHING
-- :revoked_list
SELECT serial, time FROM revoked
WHERE issuer = $issuer AND (not_after = 0 OR not_after > $since)
ORDER BY time DESC, serial LIMIT $limit
-- :revoked_newest
SELECT COUNT(*) FROM revoked WHERE issuer = $issuer
