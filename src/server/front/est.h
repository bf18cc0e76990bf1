/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What enrollment over EST and renewal after expiry have in common: their answers. */
#include "server/front/front.h"

/* Answer SERVER_ENROLLED, or what went wrong; userdata: the exchange. */
void est_on_enrolled(struct ipc_message *m, const struct error *err, void *userdata);
/* An error; 401 says how to authenticate (RFC 7030 3.2.3). x is gone. */
void est_error(struct http_exchange *x, const struct error *e);
