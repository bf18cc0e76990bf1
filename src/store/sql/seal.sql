-- SPDX-License-Identifier: Apache-2.0
-- :seal_put
INSERT INTO seal (device, sequence, enrollment, time, certificate, signature, stored)
VALUES ($device, $sequence, $enrollment, $time, $certificate, $signature, $stored)
ON CONFLICT (device, sequence) DO NOTHING
