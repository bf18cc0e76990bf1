/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A service over a fresh store, with one administrator a role, and the calls that tests repeat. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "base/hash.h"
#include "service/service.h"
#include "store/administrator.h"
#include "store/delivery.h"

#define ENTERPRISE "eeeeeeee-eeee-4eee-8eee-eeeeeeeeeeee"
#define TRUST_ID "77777777-7777-4777-8777-777777777777"

enum { BED_NOW = 1800000000 };

struct bed {
	char dir[64], path[96];
	struct db *db;
	struct service *service;
	int64_t now;
};

/* Errors are checked to be absent. */
void bed_open(struct bed *b);
void bed_close(struct bed *b);

/* The login of the administrator of a role; ROLE_NONE: of nobody. */
const char *bed_login(enum role role, char text[SHA256_HEX_SIZE]);
/* A digest that is text's alone. */
const char *bed_digest(const char *text, char ret[SHA256_HEX_SIZE]);
struct admin_caller bed_caller(enum role role);

/* One call in a transaction of its own. */
int bed_call(struct bed *b, enum operation op, const void *in, void *out, struct error *err);
int bed_publish(struct bed *b, enum role role, const struct admin_publish *p,
		struct admin_published *out, struct error *err);

struct bed_token {
	char id[UUID_SIZE], secret[SHA256_HEX_SIZE]; /* secret: its digest */
};
struct bed_token bed_token(struct bed *b, const struct admin_token_spec *spec);

struct bed_device {
	char id[UUID_SIZE], enrollment[UUID_SIZE];
	char key[SHA256_HEX_SIZE], certificate[SHA256_HEX_SIZE];
};
struct bed_applicant {
	const char *key, *hardware_id, *model; /* key: its digest is that of the name */
};
#define AS(key, hardware_id, model) (&(const struct bed_applicant){ key, hardware_id, model })
/* The first half of an enrollment. */
int bed_claim(struct bed *b, const struct bed_token *t, const struct bed_applicant *a,
	      struct enroll_grant *g, struct error *err);
/* The second half: a certificate whose digest is that of `name`. */
int bed_finish(struct bed *b, const struct enroll_grant *g, const char *name, struct error *err);
/* Both, with a token of its own; the names of key and certificate come from `name`. */
struct bed_device bed_enroll(struct bed *b, const char *name);
struct device_caller bed_device_caller(const struct bed_device *d);

/* Documents, as front would have judged them. */
struct admin_publish bed_document(const char *type, uint64_t serial);
int bed_assign(struct bed *b, const struct bed_device *d, const char *stream, uint64_t serial,
	       struct error *err);
int bed_policy(struct bed *b, const char *stream, uint64_t serial, uint32_t *devices,
	       struct error *err);
/* What a device is given, as types in order: "tap" is trust, assignment, policy. */
void bed_given(struct bed *b, const struct bed_device *d, uint64_t after, char types[16]);

/* How many records of an event there are; the newest one's subject and reason where asked for. */
size_t bed_records(struct bed *b, const char *event, char subject[64], char reason[64]);
/* How many rows a table has. */
int64_t bed_count(struct bed *b, const char *table);
