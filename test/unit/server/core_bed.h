/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The real muster-server-core with the real muster-server-key, the test being the front. */
#include "process_bed.h"

#include "base/hash.h"
#include "base/id.h"
#include "proto/admin.h"

struct core_bed {
	struct process_bed p;
	char login[SHA256_HEX_SIZE]; /* of the administrator that `muster init` made */
};

/* Start key and core on a new store; bed_close(&b->p) ends them. */
void core_bed_start(struct core_bed *b);
/* Ask core as front does, and take the reply. */
int core_bed_ask(struct core_bed *b, unsigned type, const void *body, const struct buf *blob,
		 struct ipc_message *ret, struct error *err);
/* The administrator; views of b. */
struct admin_caller core_bed_caller(const struct core_bed *b);
/* How many records of an event there are. */
size_t core_bed_records(struct core_bed *b, const char *event);
/* Run a statement in the store while core is down. */
void core_bed_alter(struct core_bed *b, const char *sql);

/* A device that enrolls. */
struct applicant {
	char token[UUID_SIZE], secret[SHA256_HEX_SIZE], key[SHA256_HEX_SIZE];
	struct buf csr; /* owned */
	/* what it got */
	char device[UUID_SIZE], enrollment[UUID_SIZE], certificate[SHA256_HEX_SIZE];
};

/* A token of its own, and a request by a key of its own. */
void applicant_make(struct core_bed *b, struct applicant *a);
/* What front makes of its request; views of a. */
struct server_enroll applicant_body(const struct applicant *a);
int applicant_enroll(struct core_bed *b, struct applicant *a, struct error *err);
int applicant_connect(struct core_bed *b, const struct applicant *a, struct error *err);
