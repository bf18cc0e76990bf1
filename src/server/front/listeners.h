/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The three listeners: their TLS, whom they let in, and their routes. */
#include "server/front/front.h"

/* Make the TLS of every listener from its files and what is published, and listen where sockets
 * are there. Called again whenever one of them changed; on failure the old TLS stays.
 * Errors: those of reading the files; NOT_FOUND (not published yet), INVALID. */
MUST_USE int listeners_update(struct front *f, struct error *err);
