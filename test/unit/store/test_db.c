/* SPDX-License-Identifier: Apache-2.0 */
/* The database below the nouns: kinds of fields, groups with refused members, the schema. */
#include <signal.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/sqlite.h"
#include "fixture.h"

static const char *const colours[] = { NULL, "red", "green" };
static const struct jmap_enum colour_enum = { colours, ARRAY_SIZE(colours) };

struct every {
	char id[8];
	int64_t number;
	uint64_t large;
	uint32_t small;
	bool yes;
	int colour;
	char *text;
	struct buf bytes;
	struct strings list;
	json_t *tree;
};
static const struct db_field fields[] = {
	DB_FIELD(every, id, DB_CHARS),	   DB_FIELD(every, number, DB_INT),
	DB_FIELD(every, large, DB_U64),	   DB_FIELD(every, small, DB_U32),
	DB_FIELD(every, yes, DB_BOOL),	   DB_FIELD_ENUM(every, colour, colour_enum),
	DB_FIELD(every, text, DB_TEXT),	   DB_FIELD(every, bytes, DB_BYTES),
	DB_FIELD(every, list, DB_STRINGS), DB_FIELD(every, tree, DB_TREE),
};
static const struct db_table table = DB_TABLE(fields, every);

static void make(struct db *db)
{
	struct error err = ERROR_INIT;

	CHECK_OK(db_run(db,
			"CREATE TABLE every (id TEXT PRIMARY KEY, number BIGINT, large BIGINT,"
			" small BIGINT, yes BIGINT, colour TEXT, text TEXT, bytes BLOB, list TEXT,"
			" tree TEXT)",
			NULL, NULL, &err),
		 err);
}

static const char insert[] = "INSERT INTO every VALUES ($id, $number, $large, $small, $yes, "
			     "$colour, $text, $bytes, $list,"
			     " $tree)";

static void kinds(void)
{
	struct fixture f;
	struct error err = ERROR_INIT;
	char *words[] = { (char *)"one", (char *)"t\"wo" };
	auto_json json_t *tree = json_pack("{s:i}", "n", 7);
	struct every in = { .id = "x",
			    .number = -5,
			    .large = INT64_MAX,
			    .small = UINT32_MAX,
			    .yes = true,
			    .colour = 2,
			    .text = (char *)"gr\xc3\xbc\xc3\x9f",
			    .bytes = BUF_VIEW("\0\1\2", 3),
			    .list = { words, 2 },
			    .tree = tree },
		     out;

	fixture_open(&f);
	make(f.db);
	CHECK_OK(db_put(f.db, insert, &table, &in, &err), err);
	CHECK_OK(db_one(f.db, "SELECT * FROM every", NULL, &table, &out, &err), err);
	CHECK_STR(out.id, "x");
	CHECK(out.number == -5 && out.large == INT64_MAX && out.small == UINT32_MAX && out.yes);
	CHECK(out.colour == 2);
	CHECK_STR(out.text, in.text);
	CHECK(out.bytes.len == 3 && memcmp(out.bytes.data, "\0\1\2", 3) == 0);
	CHECK(out.list.n == 2);
	CHECK_STR(out.list.items[1], "t\"wo");
	CHECK(json_equal(out.tree, tree));
	db_row_done(&table, &out);
	fixture_close(&f);
}

static void absent(void)
{
	struct fixture f;
	struct error err = ERROR_INIT;
	struct every in = { .id = "y" }, out;

	fixture_open(&f);
	make(f.db);
	CHECK_OK(db_put(f.db, insert, &table, &in, &err), err);
	CHECK_OK(db_one(f.db, "SELECT * FROM every WHERE text IS NULL AND tree IS NULL", NULL,
			&table, &out, &err),
		 err);
	CHECK(!out.text && out.bytes.len == 0 && out.list.n == 0 && !out.tree && out.colour == 0);
	db_row_done(&table, &out);
	fixture_close(&f);
}

static void errors(void)
{
	struct fixture f;
	struct error err = ERROR_INIT;
	struct every in = { .id = "z" }, out;
	int64_t n;

	fixture_open(&f);
	make(f.db);
	CHECK_ERROR(db_one(f.db, "SELECT * FROM every", NULL, &table, &out, &err), err,
		    ERROR_NOT_FOUND);
	CHECK_ERROR(db_int(f.db, "SELECT number FROM every", NULL, &n, &err), err, ERROR_NOT_FOUND);
	CHECK_OK(db_put(f.db, insert, &table, &in, &err), err);
	CHECK_ERROR(db_put(f.db, insert, &table, &in, &err), err, ERROR_CONFLICT);
	CHECK_ERROR(db_one(f.db, "SELECT id AS other FROM every", NULL, &table, &out, &err), err,
		    ERROR_INTERNAL);
	CHECK_ERROR(db_run(f.db, "NO SQL", NULL, NULL, &err), err, ERROR_INTERNAL);
	CHECK_OK(db_run(f.db, "UPDATE every SET colour = 'blue'", NULL, NULL, &err), err);
	CHECK_ERROR(db_one(f.db, "SELECT * FROM every", NULL, &table, &out, &err), err,
		    ERROR_INVALID);
	CHECK_OK(db_run(f.db, "UPDATE every SET colour = NULL, tree = '{'", NULL, NULL, &err), err);
	CHECK_ERROR(db_one(f.db, "SELECT * FROM every", NULL, &table, &out, &err), err,
		    ERROR_INVALID);
	CHECK_OK(db_run(f.db, "UPDATE every SET tree = NULL, id = 'much too long'", NULL, NULL,
			&err),
		 err);
	CHECK_ERROR(db_one(f.db, "SELECT * FROM every", NULL, &table, &out, &err), err,
		    ERROR_INVALID);
	fixture_close(&f);
}

static int64_t count(struct db *db)
{
	struct error err = ERROR_INIT;
	int64_t n = -1;

	CHECK_OK(db_int(db, "SELECT COUNT(*) FROM every", NULL, &n, &err), err);
	return n;
}

static void groups(void)
{
	struct fixture f;
	struct error err = ERROR_INIT;
	struct every a = { .id = "a" }, b = { .id = "b" };

	fixture_open(&f);
	make(f.db);
	CHECK_OK(db_begin(f.db, &err), err);
	CHECK_ERROR(db_begin(f.db, &err), err, ERROR_CONFLICT);
	CHECK_OK(db_mark(f.db, &err), err);
	CHECK_OK(db_put(f.db, insert, &table, &a, &err), err);
	CHECK_OK(db_release(f.db, &err), err);
	CHECK_OK(db_mark(f.db, &err), err);
	CHECK_OK(db_put(f.db, insert, &table, &b, &err), err);
	CHECK_OK(db_undo(f.db, &err), err);
	CHECK_OK(db_commit(f.db, &err), err);
	CHECK(count(f.db) == 1);
	CHECK_OK(db_begin(f.db, &err), err);
	CHECK_OK(db_put(f.db, insert, &table, &b, &err), err);
	db_rollback(f.db);
	CHECK(count(f.db) == 1);
	CHECK_ERROR(db_commit(f.db, &err), err, ERROR_INTERNAL);
	fixture_close(&f);
}

static void schema(void)
{
	struct fixture f;
	struct error err = ERROR_INIT;
	struct db *again = NULL;

	fixture_open(&f);
	CHECK_OK(db_migrate(f.db, &err), err); /* nothing is missing */
	CHECK_OK(db_run(f.db, "INSERT INTO migration (version) VALUES (9999)", NULL, NULL, &err),
		 err);
	CHECK_ERROR(db_open_sqlite(f.path, &again, &err), err, ERROR_INVALID);
	CHECK(again == NULL);
	fixture_close(&f);
}

/* A database as the first migration left it. */
static void make_first(const char *path)
{
	auto_sqlite struct sqlite *db = NULL;
	auto_buf struct buf first = BUF_INIT;
	struct error err = ERROR_INIT;
	char source[512];

	CHECK_OK(path_format(source, sizeof(source), &err, "%s/../src/store/migrate/0001-first.sql",
			     getenv("MUSTER_TEST_SOURCE")),
		 err);
	CHECK_OK(file_read(source, LIMIT_CONF, &first, &err), err);
	CHECK_OK(sqlite_open(path, &db, &err), err);
	CHECK_OK(sqlite_exec(db, (const char *)first.data, &err), err);
	CHECK_OK(sqlite_exec(db,
			     "CREATE TABLE migration (version INTEGER PRIMARY KEY);"
			     "INSERT INTO migration VALUES (1);"
			     "INSERT INTO enterprise VALUES ('" ID_D "', 'Example', 7)",
			     &err),
		 err);
}

static void first_schema(void)
{
	char path[] = "/tmp/muster-first.XXXXXX";
	struct error err = ERROR_INIT;
	struct db *db = NULL;
	int64_t n = 0, newest = 0;
	int fd = mkstemp(path);

	CHECK(fd >= 0 && close(fd) == 0 && unlink(path) == 0);
	make_first(path);
	CHECK_OK(db_open_sqlite(path, &db, &err), err);
	CHECK_OK(db_int(db, "SELECT imported FROM enterprise", NULL, &n, &err), err);
	CHECK(n == 7);
	CHECK_OK(db_int(db, "SELECT COUNT(*) FROM migration", NULL, &n, &err), err);
	CHECK_OK(db_int(db, "SELECT MAX(version) FROM migration", NULL, &newest, &err), err);
	CHECK(n == newest && n >= 3);
	db_free(db);
	(void)unlink(path);
}

/* The child commits, says which row it is at, and is killed in the middle of its work. */
static void child(const char *path, int out)
{
	struct error err = ERROR_INIT;
	struct db *db = NULL;

	if (db_open_sqlite(path, &db, &err) < 0)
		_exit(1);
	for (int64_t i = 1;; i++) {
		struct device d = fixture_device(ID_B, ID_C, DIGEST("c"));

		(void)snprintf(d.id, sizeof(d.id), "00000000-0000-4000-8000-%012llx",
			       (unsigned long long)i);
		memcpy(d.enrollment, d.id, UUID_SIZE);
		(void)snprintf(d.enroll_key, sizeof(d.enroll_key), "%064llx",
			       (unsigned long long)i);
		if (db_begin(db, &err) < 0 || device_put(db, &d, &err) < 0 ||
		    db_commit(db, &err) < 0 || write(out, &i, sizeof(i)) != sizeof(i))
			_exit(1);
	}
}

static void durable(void)
{
	struct fixture f;
	struct error err = ERROR_INIT;
	int pipes[2];
	int64_t said = 0, n = 0, stored = 0;
	pid_t pid;

	fixture_open(&f);
	db_free(f.db);
	CHECK(pipe(pipes) == 0);
	pid = fork();
	if (pid == 0)
		child(f.path, pipes[1]);
	close(pipes[1]);
	while (said < 40 && read(pipes[0], &n, sizeof(n)) == sizeof(n))
		said = n;
	CHECK(kill(pid, SIGKILL) == 0);
	while (read(pipes[0], &n, sizeof(n)) == sizeof(n))
		said = n;
	close(pipes[0]);
	CHECK(waitpid(pid, NULL, 0) == pid);
	CHECK_OK(db_open_sqlite(f.path, &f.db, &err), err);
	CHECK_OK(db_int(f.db, "SELECT COUNT(*) FROM device", NULL, &stored, &err), err);
	CHECK(said >= 40 && (stored == said || stored == said + 1));
	fixture_close(&f);
}

static const struct check_case cases[] = {
	{ "db: every kind of field comes back as it went in", kinds },
	{ "db: absent members are SQL NULL", absent },
	{ "db: each documented error", errors },
	{ "db: a refused member of a group leaves nothing, its neighbours stay", groups },
	{ "db: the schema is brought up to date, and a newer one is refused", schema },
	{ "db: what the first schema held is there after all migrations", first_schema },
	{ "db: what was committed survives kill -9", durable },
};
CHECK_MAIN(cases)
