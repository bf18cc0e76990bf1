/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A policy as people write it (YAML or JSON): the document of protocol.md, of which all but the
 * settings may be left out. What is there is checked in full, settings by their rows of
 * functions.def, and every error names file, line, column and path.
 */
#include "base/conf.h"
#include "proto/document.h"

struct policy_file {
	struct conf *conf;
	struct document document; /* a policy; what the file leaves out is zero or "" */
	enum effect effect;	  /* the highest class of its settings */
};

void policy_file_done(struct policy_file *f);
#define auto_policy_file CLEANUP(policy_file_done)

/* Errors of one check: each is told apart, so that one run names all that is wrong. */
typedef void (*policy_fault_fn)(const struct error *fault, void *userdata);
/*
 * Load and check. `fault` (NULL: none) is called for each setting that is wrong; the error returned
 * is the first. Errors: as conf_load, INVALID, LIMIT.
 */
MUST_USE int policy_file_load(const char *path, struct policy_file *ret, policy_fault_fn fault,
			      void *userdata, struct error *err);

/* What the file left out. */
struct policy_defaults {
	const char *enterprise; /* NULL: the file must say it */
	uint64_t serial;	/* 0: likewise */
	int64_t now;
};
/*
 * Fill in: the enterprise, a new id, the stream "default", the serial, and a window of a year from
 * now. Errors: INVALID (something is in neither, or both say something else).
 */
MUST_USE int policy_file_complete(struct policy_file *f, const struct policy_defaults *d,
				  struct error *err);
/* The JSON Schema of such a file. */
MUST_USE int policy_file_schema(json_t **ret, struct error *err);
