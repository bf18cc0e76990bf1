/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the tables of arguments cannot say, and the class that values give a row (functions.def). */
#include "base/error.h"
#include "proto/effect.h"

MUST_USE int open_network_configuration_check(const void *args, struct error *err);
MUST_USE int login_banner_check(const void *args, struct error *err);
MUST_USE int lock_check(const void *args, struct error *err);
MUST_USE int message_check(const void *args, struct error *err);
MUST_USE int trust_anchors_check(const void *args, struct error *err);
MUST_USE int server_services_disabled_check(const void *args, struct error *err);
MUST_USE int local_account_access_check(const void *args, struct error *err);
MUST_USE int system_update_check(const void *args, struct error *err);

/* A permanent lock-out, or one after fewer than three attempts, is destructive. */
enum effect failed_authentication_effect(const void *args);
/* A network that the device joins by itself may cut it off from its server. */
enum effect open_network_configuration_effect(const void *args);
/* What a unit is to its device. A name tells: units have several, and who turns one off must ask
 * about each of them (systemd's Id and Names). */
enum service_class { SERVICE_FREE, SERVICE_NETWORK, SERVICE_LOGIN, SERVICE_PROTECTED };
enum service_class service_class(const char *unit);

/* The loss of a unit that carries the network cuts the device off; of one that people log in by,
 * locks them out. */
enum effect server_services_disabled_effect(const void *args);
/* Where nobody may log in, everybody is locked out: destructive. */
enum effect local_account_access_effect(const void *args);
