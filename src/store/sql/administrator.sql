-- SPDX-License-Identifier: Apache-2.0
-- :administrator_put
INSERT INTO administrator (login, name, role, created) VALUES ($login, $name, $role, $created)
-- :administrator_get
SELECT login, name, role, created FROM administrator WHERE login = $login
