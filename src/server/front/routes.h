/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The handlers, and the table of each listener that names them. */
#include "http/router.h"
#include "ipc/supervisor_messages.h"

struct http_listener_options;

/* est.c: RFC 7030 */
void est_cacerts(struct http_exchange *x, const struct http_route *r);
void est_csrattrs(struct http_exchange *x, const struct http_route *r);
void est_simpleenroll(struct http_exchange *x, const struct http_route *r);
/* also the evidence label: r->may is enum server_reenroll_kind */
void est_simplereenroll(struct http_exchange *x, const struct http_route *r);
/* renew.c */
void device_renew(struct http_exchange *x, const struct http_route *r);
/* public.c */
void public_pki(struct http_exchange *x, const struct http_route *r);
/* device.c, poll.c */
void device_checkin(struct http_exchange *x, const struct http_route *r);
void device_records(struct http_exchange *x, const struct http_route *r);
void device_instructions(struct http_exchange *x, const struct http_route *r);
/* r->may is a row of api.h: api.c; api_publish.c; api_wait.c; openapi.c */
void api_call(struct http_exchange *x, const struct http_route *r);
void api_instruction(struct http_exchange *x, const struct http_route *r);
void api_openapi(struct http_exchange *x, const struct http_route *r);
void api_publish(struct http_exchange *x, const struct http_route *r);
void api_pending(struct http_exchange *x, const struct http_route *r);
/* api_crl.c */
void api_crl(struct http_exchange *x, const struct http_route *r);

/* The routes of a listener, and how many. */
const struct http_route *routes_of(enum server_listener l, size_t *ret_n);
