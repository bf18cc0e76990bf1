-- SPDX-License-Identifier: Apache-2.0
-- :enterprise_put
INSERT INTO enterprise (id, name, imported) VALUES ($id, $name, $imported)
-- :enterprise_get
SELECT id, name, imported FROM enterprise
