/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The administration API over one kept connection, with the administrator's login certificate. The
 * server's certificate is judged with a current CRL, which is fetched from the enrollment listener
 * and kept in HOME/status until half of its life is over.
 */
#include "cli/home.h"
#include "proto/admin.h"

struct api;

/* Read the home and its keys; connects at the first call. Errors: as home_open, and of loading. */
MUST_USE int api_open(const char *home, struct api **ret, struct error *err);
struct api *api_free(struct api *a);
DEFINE_CLEANUP(struct api *, api_free)
#define auto_api CLEANUP(api_freep)

const struct home *api_home(const struct api *a);

/*
 * GET a path, bind the answer by its table, and give it back as a tree (without what is absent);
 * NULL where a request that waits for something was answered that it has not come (204).
 * Errors: what the server answered, REFUSED (its certificate), UNAUTHORIZED (ours), UNAVAILABLE,
 * TIMEOUT, INVALID (an answer that is not the table's).
 */
MUST_USE PRINTF(5, 6) int api_get(struct api *a, const struct jmap_table *t, json_t **ret,
				  struct error *err, const char *fmt, ...);
/* The same into a struct, which starts zeroed and is released with jmap_done. */
MUST_USE PRINTF(5, 6) int api_read(struct api *a, const struct jmap_table *t, void *ret,
				   struct error *err, const char *fmt, ...);
/* GET bytes. Appended. */
MUST_USE PRINTF(4, 5) int api_fetch(struct api *a, struct buf *ret, struct error *err,
				    const char *fmt, ...);
/* Make an enrollment token. The answer starts zeroed and is released with jmap_done. */
MUST_USE int api_token_create(struct api *a, const struct admin_token_spec *spec,
			      struct admin_token_created *ret, struct error *err);
/* POST a signed document to /api/v1/instructions. */
MUST_USE int api_publish(struct api *a, const struct buf *cms, struct admin_published *ret,
			 struct error *err);
/* POST one that lacks signatures to /api/v1/pending. */
MUST_USE int api_pend(struct api *a, const struct buf *cms, struct admin_published *ret,
		      struct error *err);
/* POST a revocation list of the authority (DER). */
MUST_USE int api_publish_crl(struct api *a, const struct buf *der, struct error *err);
/* Call a command off. */
MUST_USE int api_cancel(struct api *a, const char *id, struct admin_cancelled *ret,
			struct error *err);
/* DELETE /api/v1/COLLECTION/ID. */
MUST_USE int api_delete(struct api *a, const char *collection, const char *id, struct error *err);
/* Text as a value of a query: percent-encoded. Errors: LIMIT. */
MUST_USE int query_escape(const char *text, char *ret, size_t size, struct error *err);
