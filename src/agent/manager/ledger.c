/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/manager/ledger.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"

static const char *const phase_names[] = {
#define X(id, name) [id] = name,
	LEDGER_PHASES(X)
#undef X
};

void ledger_boot(char ret[LEDGER_BOOT_SIZE])
{
	auto_buf struct buf id = BUF_INIT;
	struct error err = ERROR_INIT;

	ret[0] = 0;
	if (file_read("/proc/sys/kernel/random/boot_id", LEDGER_BOOT_SIZE, &id, &err) == 0 &&
	    id.len >= LEDGER_BOOT_SIZE - 1)
		(void)snprintf(ret, LEDGER_BOOT_SIZE, "%s", (const char *)id.data);
}

int ledger_add(struct sqlite *db, const struct command *c, const struct buf *canonical,
	       enum ledger_phase phase, struct error *err)
{
	char boot[LEDGER_BOOT_SIZE];

	ledger_boot(boot);
	return sqlite_run(db,
			  "INSERT INTO ledger (id, phase, boot, canonical)"
			  " VALUES ($id, $phase, $boot, $canonical)",
			  SQLITE_ARGS(SQL_TEXT("$id", c->header.id),
				      SQL_TEXT("$phase", phase_names[phase]),
				      SQL_TEXT("$boot", boot),
				      SQL_BLOB("$canonical", canonical->data, canonical->len)),
			  err);
}

int ledger_start(struct sqlite *db, const char *id, struct error *err)
{
	char boot[LEDGER_BOOT_SIZE];

	ledger_boot(boot);
	return sqlite_run(db, "UPDATE ledger SET phase = $phase, boot = $boot WHERE id = $id",
			  SQLITE_ARGS(SQL_TEXT("$phase", phase_names[LEDGER_STARTED]),
				      SQL_TEXT("$boot", boot), SQL_TEXT("$id", id)),
			  err);
}

int ledger_remove(struct sqlite *db, const char *id, struct error *err)
{
	return sqlite_run(db, "DELETE FROM ledger WHERE id = $id", SQLITE_ARGS(SQL_TEXT("$id", id)),
			  err);
}

int ledger_cancel(struct sqlite *db, const char *id, bool *hit, struct error *err)
{
	if (sqlite_run(db, "DELETE FROM ledger WHERE id = $id AND phase = $phase",
		       SQLITE_ARGS(SQL_TEXT("$id", id),
				   SQL_TEXT("$phase", phase_names[LEDGER_ACCEPTED])),
		       err) < 0)
		return -1;
	*hit = sqlite_changes(db) > 0;
	return 0;
}

int ledger_first(struct sqlite *db, enum ledger_phase phase, struct document *ret, bool *same_boot,
		 bool *found, struct error *err)
{
	auto_stmt struct sqlite_stmt *stmt = NULL;
	char boot[LEDGER_BOOT_SIZE];
	struct buf bytes;
	bool row;

	if (sqlite_query(db,
			 "SELECT canonical, boot FROM ledger WHERE phase = $phase"
			 " ORDER BY rowid LIMIT 1",
			 SQLITE_ARGS(SQL_TEXT("$phase", phase_names[phase])), &stmt, err) < 0 ||
	    sqlite_step(stmt, &row, err) < 0)
		return -1;
	if (row) {
		bytes = sqlite_column_blob(stmt, 0);
		if (document_read(bytes.data, bytes.len, ret, err) < 0)
			return error_wrap(err, "spool: a command");
		ledger_boot(boot);
		if (same_boot)
			*same_boot = strcmp(boot, sqlite_column_text(stmt, 1)) == 0;
	}
	*found = row;
	return 0;
}
