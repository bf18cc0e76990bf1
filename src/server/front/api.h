/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The administration API as a table: each row turns a request into one message to core and its
 * reply's body, which is the API's JSON, into the answer. Who may call it is core's word.
 */
#include "proto/admin.h"
#include "server/front/front.h"

/* What a request brings; for a message to core, what its body is made of. */
enum api_input {
	API_CALLER,   /* nothing but who asks */
	API_QUERY,    /* and the query: struct admin_query */
	API_NAMED,    /* and the path's {id}: struct admin_named */
	API_WAIT,     /* the same, and how long to wait: api_wait_table */
	API_TOKEN,    /* and a JSON body: struct admin_token_create */
	API_DOCUMENT, /* and a signed document as the body */
	API_FILE,     /* the path's {name} */
};

enum api_answer {
	API_NOTHING, /* 204 */
	API_JSON,    /* the reply's body; without a reply: a document of its own */
	API_CMS,     /* the reply's blob */
	API_PKIX,    /* a certificate or a CRL, in DER */
};

/* X(id, its name, message, reply, input, status, a second status or 0, answer). A row whose message
 * is SERVER_OK asks core for nothing. */
#define API_CALLS(X) \
	X(API_WHOAMI, "whoami", SERVER_WHOAMI, SERVER_WHOAMI_IS, API_CALLER, 200, 0, API_JSON) \
	X(API_VERSION, "version", SERVER_VERSION, SERVER_VERSION_IS, API_CALLER, 200, 0, API_JSON) \
	X(API_OPENAPI, "openapi", SERVER_OK, SERVER_OK, API_CALLER, 200, 0, API_JSON) \
	X(API_PKI, "pki", SERVER_OK, SERVER_OK, API_FILE, 200, 0, API_PKIX) \
	X(API_TOKEN_LIST, "token-list", SERVER_TOKEN_LIST, SERVER_TOKENS_ARE, API_QUERY, 200, 0, \
	  API_JSON) \
	X(API_TOKEN_CREATE, "token-create", SERVER_TOKEN_CREATE, SERVER_TOKEN_CREATED, API_TOKEN, \
	  201, 0, API_JSON) \
	X(API_TOKEN_REVOKE, "token-revoke", SERVER_TOKEN_REVOKE, SERVER_OK, API_NAMED, 204, 0, \
	  API_NOTHING) \
	X(API_DEVICE_LIST, "device-list", SERVER_DEVICE_LIST, SERVER_DEVICES_ARE, API_QUERY, 200, \
	  0, API_JSON) \
	X(API_DEVICE_SHOW, "device-show", SERVER_DEVICE_SHOW, SERVER_DEVICE_IS, API_NAMED, 200, 0, \
	  API_JSON) \
	X(API_DEVICE_RETIRE, "device-retire", SERVER_DEVICE_RETIRE, SERVER_OK, API_NAMED, 204, 0, \
	  API_NOTHING) \
	X(API_RECORD_LIST, "record-list", SERVER_RECORD_LIST, SERVER_RECORDS_ARE, API_QUERY, 200, \
	  0, API_JSON) \
	X(API_PUBLISH, "publish", SERVER_PUBLISH, SERVER_PUBLISHED, API_DOCUMENT, 201, 200, \
	  API_JSON) \
	X(API_INSTRUCTION_LIST, "instruction-list", SERVER_INSTRUCTION_LIST, \
	  SERVER_INSTRUCTION_LIST_IS, API_QUERY, 200, 0, API_JSON) \
	X(API_INSTRUCTION_SHOW, "instruction-show", SERVER_INSTRUCTION_SHOW, \
	  SERVER_INSTRUCTION_IS, API_WAIT, 200, 204, API_JSON) \
	X(API_INSTRUCTION_DER, "instruction-der", SERVER_INSTRUCTION_SHOW, SERVER_INSTRUCTION_IS, \
	  API_NAMED, 200, 0, API_CMS) \
	X(API_INSTRUCTION_CANCEL, "instruction-cancel", SERVER_INSTRUCTION_CANCEL, \
	  SERVER_CANCELLED, API_NAMED, 200, 0, API_JSON) \
	X(API_PENDING_LIST, "pending-list", SERVER_PENDING_LIST, SERVER_PENDING_ARE, API_CALLER, \
	  200, 0, API_JSON) \
	X(API_PENDING_PUT, "pending-put", SERVER_PENDING_PUT, SERVER_PUBLISHED, API_DOCUMENT, 201, \
	  200, API_JSON) \
	X(API_PENDING_SHOW, "pending-show", SERVER_PENDING_SHOW, SERVER_PENDING_IS, API_NAMED, \
	  200, 0, API_JSON) \
	X(API_PENDING_DER, "pending-der", SERVER_PENDING_SHOW, SERVER_PENDING_IS, API_NAMED, 200, \
	  0, API_CMS) \
	X(API_PENDING_REMOVE, "pending-remove", SERVER_PENDING_REMOVE, SERVER_OK, API_NAMED, 204, \
	  0, API_NOTHING) \
	X(API_PUBLISH_CRL, "publish-crl", SERVER_PUBLISH_CRL, SERVER_OK, API_DOCUMENT, 204, 0, \
	  API_NOTHING)

enum api_call {
#define X(id, name, message, reply, input, status, also, answer) id,
	API_CALLS(X)
#undef X
		API_CALL_MAX_
};

struct api_row {
	const char *name;
	enum server_message message, reply;
	enum api_input input;
	int status, also;
	enum api_answer answer;
};
extern const struct api_row api_rows[API_CALL_MAX_];

/* The query of API_WAIT. */
struct api_wait_query {
	uint32_t wait_s;
	int state; /* enum api_goal */
};
enum api_goal { GOAL_DELIVERED = 1, GOAL_PROVEN };
extern const struct jmap_table api_wait_table;

/* openapi.c: the OpenAPI 3.1 document of the administration listener, from its routes, these rows
 * and the tables that bind what they carry. Errors: UNAVAILABLE (memory). */
MUST_USE int openapi_document(json_t **ret, struct error *err);

/* api_wait.c: of these instructions (none: of any) a delivery changed its state. */
void api_moved(struct front *f, const struct server_devices *moved);

/* Who asks, on the administration listener; the first request of a connection is reported as the
 * administrator's login. Views into the peer. */
struct admin_caller api_caller(struct http_exchange *x);
/* Errors of the API; a login that nobody has is 403 here, since HTTP's 401 asks for a password. */
void api_error(struct http_exchange *x, const struct error *e);
