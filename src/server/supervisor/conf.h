/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* server.conf (proto/bootstrap.h) with every default filled in, and its places made sure of. */
#include "proto/bootstrap.h"
#include "server/profile.h"

struct conf_file {
	struct server_conf conf; /* complete */
	struct server_places places;
	char *listeners, *issuers, *bootstrap, *libexecdir; /* owned; places points to them */
};

void conf_file_done(struct conf_file *f);
#define auto_conf_file CLEANUP(conf_file_done)
/* `data`: of the command line, before that of the file; NULL: none. The data directory is made
 * (0700) where it does not exist. Errors: those of reading and binding the file; INVALID (an
 * unknown profile), NOT_FOUND (no channel tree there), DENIED. */
MUST_USE int conf_file_read(const char *path, const char *data, struct conf_file *ret,
			    struct error *err);
/* The configured address of a listener. */
const char *conf_file_address(const struct conf_file *f, enum server_listener l);
