/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the tables of arguments cannot say, and the class that values give a row (functions.def). */
#include "base/error.h"
#include "proto/effect.h"

MUST_USE int open_network_configuration_check(const void *args, struct error *err);
MUST_USE int trust_anchors_check(const void *args, struct error *err);
MUST_USE int server_services_disabled_check(const void *args, struct error *err);
MUST_USE int local_account_access_check(const void *args, struct error *err);
MUST_USE int system_update_check(const void *args, struct error *err);

/* A permanent lock-out, or one after fewer than three attempts, is destructive. */
enum effect failed_authentication_effect(const void *args);
/* A network that the device joins by itself may cut it off from its server. */
enum effect open_network_configuration_effect(const void *args);
/* So may the loss of a unit that carries the network. */
enum effect server_services_disabled_effect(const void *args);
/* Where nobody may log in, everybody is locked out: destructive. */
enum effect local_account_access_effect(const void *args);
