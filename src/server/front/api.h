/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The administration API as a table: each row turns a request into one message to core and its
 * reply's body, which is the API's JSON, into the answer. Who may call it is core's word.
 */
#include "proto/admin.h"
#include "server/front/front.h"

/* What the message's body is made of. */
enum api_input {
	API_CALLER, /* nothing but who asks */
	API_QUERY,  /* and the query: struct admin_query */
	API_NAMED,  /* and the path's {id}: struct admin_named */
	API_TOKEN,  /* and a JSON body: struct admin_token_create */
};

/* X(id, message, reply, input, status, answer with the blob) */
#define API_CALLS(X) \
	X(API_WHOAMI, SERVER_WHOAMI, SERVER_WHOAMI_IS, API_CALLER, 200, false) \
	X(API_VERSION, SERVER_VERSION, SERVER_VERSION_IS, API_CALLER, 200, false) \
	X(API_TOKEN_LIST, SERVER_TOKEN_LIST, SERVER_TOKENS_ARE, API_QUERY, 200, false) \
	X(API_TOKEN_CREATE, SERVER_TOKEN_CREATE, SERVER_TOKEN_CREATED, API_TOKEN, 201, false) \
	X(API_TOKEN_REVOKE, SERVER_TOKEN_REVOKE, SERVER_OK, API_NAMED, 204, false) \
	X(API_DEVICE_LIST, SERVER_DEVICE_LIST, SERVER_DEVICES_ARE, API_QUERY, 200, false) \
	X(API_DEVICE_SHOW, SERVER_DEVICE_SHOW, SERVER_DEVICE_IS, API_NAMED, 200, false) \
	X(API_DEVICE_RETIRE, SERVER_DEVICE_RETIRE, SERVER_OK, API_NAMED, 204, false) \
	X(API_RECORD_LIST, SERVER_RECORD_LIST, SERVER_RECORDS_ARE, API_QUERY, 200, false) \
	X(API_INSTRUCTION_LIST, SERVER_INSTRUCTION_LIST, SERVER_INSTRUCTION_LIST_IS, API_QUERY, \
	  200, false) \
	X(API_INSTRUCTION_SHOW, SERVER_INSTRUCTION_SHOW, SERVER_INSTRUCTION_IS, API_NAMED, 200, \
	  false) \
	X(API_INSTRUCTION_DER, SERVER_INSTRUCTION_SHOW, SERVER_INSTRUCTION_IS, API_NAMED, 200, \
	  true) \
	X(API_INSTRUCTION_CANCEL, SERVER_INSTRUCTION_CANCEL, SERVER_CANCELLED, API_NAMED, 200, \
	  false) \
	X(API_PENDING_LIST, SERVER_PENDING_LIST, SERVER_PENDING_ARE, API_CALLER, 200, false) \
	X(API_PENDING_SHOW, SERVER_PENDING_SHOW, SERVER_PENDING_IS, API_NAMED, 200, false) \
	X(API_PENDING_DER, SERVER_PENDING_SHOW, SERVER_PENDING_IS, API_NAMED, 200, true) \
	X(API_PENDING_REMOVE, SERVER_PENDING_REMOVE, SERVER_OK, API_NAMED, 204, false)

enum api_call {
#define X(id, message, reply, input, status, blob) id,
	API_CALLS(X)
#undef X
		API_CALL_MAX_
};

/* api_wait.c: of these instructions (none: of any) a delivery changed its state. */
void api_moved(struct front *f, const struct server_devices *moved);

/* Who asks, on the administration listener; the first request of a connection is reported as the
 * administrator's login. Views into the peer. */
struct admin_caller api_caller(struct http_exchange *x);
/* Errors of the API; a login that nobody has is 403 here, since HTTP's 401 asks for a password. */
void api_error(struct http_exchange *x, const struct error *e);
