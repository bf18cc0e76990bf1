/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The catalogues' files: ID.yaml in a directory, --catalogs, else $MUSTER_CATALOGS, else the
 * installed one. Where an id is expected, a path with a slash names a file instead.
 */
#include <limits.h>

#include "proto/catalog.h"

/* Errors: NOT_FOUND (no directory). */
MUST_USE int catalogs_dir(const char *option, char ret[PATH_MAX], struct error *err);
/* A catalogue, or an overlay done to its base. Errors: NOT_FOUND (no such id), INVALID
 * ("FILE:LINE:COLUMN: …"). */
MUST_USE int catalogs_load(const char *dir, const char *id, struct catalog *ret, struct error *err);
/* The file of an id as it is. Errors: the same. */
MUST_USE int catalogs_file(const char *dir, const char *id, struct conf **ret, struct error *err);
/* The ids of all files, sorted. */
MUST_USE int catalogs_ids(const char *dir, struct strings *ret, struct error *err);
void catalogs_ids_done(struct strings *ids);
#define auto_catalog_ids CLEANUP(catalogs_ids_done)
