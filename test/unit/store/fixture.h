/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A fresh store in a temporary directory, with one token and the ids that the tests share. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "base/clock.h"
#include "store/certificate.h"
#include "store/device.h"
#include "store/token.h"

#define ID_A "11111111-1111-4111-8111-111111111111"
#define ID_B "22222222-2222-4222-8222-222222222222"
#define ID_C "33333333-3333-4333-8333-333333333333"
#define ID_D "44444444-4444-4444-8444-444444444444"
#define HEX_8(c) c c c c c c c c
#define DIGEST(c) HEX_8(c) HEX_8(c) HEX_8(c) HEX_8(c) HEX_8(c) HEX_8(c) HEX_8(c) HEX_8(c)

enum { NOW = 1800000000 };

struct fixture {
	char dir[64], path[96];
	struct db *db;
};

static inline struct token fixture_token(const char *id)
{
	struct token t = {
		.created_by = (char *)"ada",
		.created = NOW,
		.not_before = NOW,
		.expires = NOW + 3600,
		.count = 2,
		.ownership = (char *)"enterprise",
	};

	strcpy(t.id, id);
	strcpy(t.secret, DIGEST("a"));
	return t;
}

static inline struct device fixture_device(const char *id, const char *enrollment, const char *key)
{
	struct device d = {
		.state = DEVICE_ENROLLED,
		.hostname = (char *)"alpha",
		.ownership = (char *)"enterprise",
		.enrolled = NOW,
	};

	strcpy(d.id, id);
	strcpy(d.enrollment, enrollment);
	strcpy(d.token, ID_A);
	strcpy(d.enroll_key, key);
	return d;
}

static inline void fixture_open(struct fixture *f)
{
	struct error err = ERROR_INIT;
	struct token t = fixture_token(ID_A);

	strcpy(f->dir, "/tmp/muster-store-XXXXXX");
	CHECK(mkdtemp(f->dir) != NULL);
	(void)snprintf(f->path, sizeof(f->path), "%s/muster.db", f->dir);
	CHECK_OK(db_open_sqlite(f->path, &f->db, &err), err);
	CHECK_OK(token_put(f->db, &t, &err), err);
}

static inline void fixture_close(struct fixture *f)
{
	char side[112];

	db_free(f->db);
	f->db = NULL;
	(void)unlink(f->path);
	(void)snprintf(side, sizeof(side), "%s-wal", f->path);
	(void)unlink(side);
	(void)snprintf(side, sizeof(side), "%s-shm", f->path);
	(void)unlink(side);
	(void)rmdir(f->dir);
}
