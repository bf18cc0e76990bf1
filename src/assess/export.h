/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Catalogues, overlays and maps in the forms of other tools: OSCAL 1.2 (catalog, profile,
 * mapping-collection) and CISO Assistant's libraries. The same input gives the same bytes; ids of
 * ours become OSCAL tokens ("5.1-1" is "p5.1-1"), and stand unchanged in the property `label`.
 * What OSCAL has no word for is a property in the namespace EXPORT_NS.
 */
#include "proto/catalog.h"

#define EXPORT_NS "https://muster.invalid/ns/oscal"
#define EXPORT_OSCAL_VERSION "1.2.1"
enum { EXPORT_TOKEN_SIZE = 300 };

/* modified: when the document was last. Errors of all: UNAVAILABLE (memory). */
MUST_USE int export_oscal_catalog(const struct catalog *c, int64_t modified, json_t **ret,
				  struct error *err);
/*
 * An overlay: the profile, and the small catalogue of its own controls, NULL where it has none.
 * merged: what the overlay makes of its base. The profile imports "BASE.json" and "ID-own.json".
 */
MUST_USE int export_oscal_profile(const struct overlay *o, const struct catalog *merged,
				  int64_t modified, json_t **profile, json_t **own,
				  struct error *err);
MUST_USE int export_oscal_map(const struct catalog_map *m, int64_t modified, json_t **ret,
			      struct error *err);
/* CISO Assistant: a library with a framework (an overlay: applied), with a mapping set. */
MUST_USE int export_ciso_catalog(const struct catalog *c, json_t **ret, struct error *err);
MUST_USE int export_ciso_map(const struct catalog_map *m, json_t **ret, struct error *err);

/* A UUID that a name determines. OSCAL takes only the versions 4 and 5: the form of version 5, by
 * SHA-256 instead of SHA-1. */
void export_uuid(const char *name, char ret[UUID_SIZE]);
/* An id as an OSCAL token, after a prefix; without one "p" stands before what is no letter. */
void export_token(const char *prefix, const char *id, char ret[EXPORT_TOKEN_SIZE]);
/* metadata of an OSCAL document. NULL: out of memory. */
json_t *export_metadata(const char *title, const char *version, const char *remarks,
			int64_t modified);
/* One control as OSCAL. */
MUST_USE int export_control(const struct control *c, json_t **ret, struct error *err);
/* A property of ours. */
MUST_USE int export_prop(json_t *props, const char *name, const char *value, struct error *err);
/* Append, by a reference that is taken over. Errors: UNAVAILABLE (also where value is NULL). */
MUST_USE int export_add(json_t *list, json_t *value, struct error *err);
