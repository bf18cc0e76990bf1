/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Commands that were accepted and whose end is not recorded yet (FMT_SMF_EXT.3, FAU_ALT_EXT.2): in
 * the spool, so that a manager that is killed at any point neither forgets a command nor carries it
 * out twice. `accepted`: nothing was done yet; `started`: something may have been done. The row
 * goes in the transaction that records the end.
 */
#include <stdbool.h>

#include "base/sqlite.h"
#include "proto/document.h"

#define LEDGER_PHASES(X) \
	X(LEDGER_ACCEPTED, "accepted") \
	X(LEDGER_STARTED, "started")

enum ledger_phase {
#define X(id, name) id,
	LEDGER_PHASES(X)
#undef X
};

enum { LEDGER_BOOT_SIZE = 37 };

/* Of this life of the system; "" where it is not known. */
void ledger_boot(char ret[LEDGER_BOOT_SIZE]);

/* In the caller's transaction with known_use. canonical: the document. */
MUST_USE int ledger_add(struct sqlite *db, const struct command *c, const struct buf *canonical,
			enum ledger_phase phase, struct error *err);
/* Durable on return: from now on the command counts as carried out, at most once. */
MUST_USE int ledger_start(struct sqlite *db, const char *id, struct error *err);
MUST_USE int ledger_remove(struct sqlite *db, const char *id, struct error *err);
/* Take it off if nothing was done of it; *hit: it was there. */
MUST_USE int ledger_cancel(struct sqlite *db, const char *id, bool *hit, struct error *err);
/* The first in a phase; *found false: there is none. same_boot (or NULL): the system has not been
 * started anew since the command was. */
MUST_USE int ledger_first(struct sqlite *db, enum ledger_phase phase, struct document *ret,
			  bool *same_boot, bool *found, struct error *err);
