-- SPDX-License-Identifier: Apache-2.0
-- :setting_put
INSERT INTO setting (device, setting, state, wanted, read_back, "by", reason, changed, checked)
VALUES ($device, $setting, $state, $wanted, $read_back, $by, $reason, $checked, $checked)
ON CONFLICT (device, setting) DO UPDATE SET
	changed = CASE WHEN setting.state = excluded.state THEN setting.changed
		ELSE excluded.changed END,
	state = excluded.state, wanted = excluded.wanted, read_back = excluded.read_back,
	"by" = excluded."by", reason = excluded.reason, checked = excluded.checked
-- :setting_forget
DELETE FROM setting WHERE device = $device AND checked < $checked
-- :setting_touch
UPDATE setting SET checked = $checked WHERE device = $device
-- :setting_list
SELECT setting, state, wanted, read_back, "by", reason, changed, checked
FROM setting WHERE device = $device ORDER BY setting
