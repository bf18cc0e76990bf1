/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "check.h"
#include "platform/change.h"
#include "platform/conf.h"

/* What is changed is given its owner, root. */
#define NEEDS_ROOT "needs root"

static char dir[256]; /* a scratch directory, ours */

static void golden(void)
{
	static const char *const names[] = { "file", "absent", "link",	     "directory",
					     "edit", "unit",   "connection", "connection-file" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct error err = ERROR_INIT;
		auto_buf struct buf in = BUF_INIT, out = BUF_INIT;
		auto_undo struct undo u = { 0 };
		char path[512], object[LIMIT_UNDO_OBJECT];

		CHECK_OK(path_format(path, sizeof(path), &err, "%s/golden/undo/%s.json",
				     getenv("MUSTER_TEST_SOURCE"), names[i]),
			 err);
		CHECK_OK(file_read(path, LIMIT_UNDO, &in, &err), err);
		CHECK_OK(undo_read(in.data, in.len, &u, &err), err);
		CHECK_OK(undo_write(&u, &out, &err), err);
		CHECK_STR((char *)out.data, (char *)in.data);
		CHECK_OK(undo_object(&u, object, sizeof(object), &err), err);
		CHECK(strstr(object, u.name) != NULL);
	}
}

static void strict(void)
{
	static const char *const bad[] = {
		"{}",
		"{\"kind\":\"file\"}",
		"{\"kind\":\"file\",\"name\":\"etc/issue\"}",
		"{\"kind\":\"edit\",\"name\":\"/etc/x\"}",
		"{\"kind\":\"wipe\",\"name\":\"/\"}",
		"{\"kind\":\"file\",\"name\":\"/x\",\"existed\":true,\"link\":true}",
		"{\"kind\":\"file\",\"name\":\"/x\",\"mode\":4096}",
		"{\"kind\":\"connection\",\"name\":\"x\",\"existed\":true}",
		"{\"kind\":\"file\",\"name\":\"/x\",\"more\":1}",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct error err = ERROR_INIT;
		auto_undo struct undo u = { 0 };

		CHECK_ERROR(undo_read(bad[i], strlen(bad[i]), &u, &err), err, ERROR_INVALID);
	}
}

static const char *in_dir(const char *name)
{
	static char path[64][400];
	static unsigned next;
	char *p = path[next++ % 64];

	(void)snprintf(p, sizeof(path[0]), "%s/%s", dir, name);
	return p;
}

static void write_file(const char *path, const char *text, mode_t mode)
{
	struct error err = ERROR_INIT;

	CHECK_OK(file_replace(path, text, strlen(text), mode, &err), err);
	CHECK(chmod(path, mode) == 0);
}

static bool holds(const char *path, const char *text)
{
	struct error err = ERROR_INIT;
	auto_buf struct buf b = BUF_INIT;

	return file_read(path, 4096, &b, &err) == 0 && b.len == strlen(text) &&
	       memcmp(b.data, text, b.len) == 0;
}

/* A file, its absence and a link come back with bytes and mode; what a killed run left goes. */
static void files(void)
{
	struct error err = ERROR_INIT;
	struct platform p = { 0 };
	auto_undo struct undo file = { 0 }, absent = { 0 }, link = { 0 };
	struct stat st;
	bool back;

	write_file(in_dir("file"), "old\n", 0640);
	CHECK(symlink("file", in_dir("link")) == 0);
	CHECK_OK(undo_of_file(in_dir("file"), &file, &err), err);
	CHECK_OK(undo_of_file(in_dir("absent"), &absent, &err), err);
	CHECK_OK(undo_of_file(in_dir("link"), &link, &err), err);
	CHECK(file.existed && !file.link && !absent.existed && link.link);

	write_file(in_dir("file"), "new, and longer\n", 0600);
	write_file(in_dir("file.muster-new"), "half a fi", 0600);
	write_file(in_dir("absent"), "x", 0644);
	CHECK(unlink(in_dir("link")) == 0);
	write_file(in_dir("link"), "now a file", 0644);
	CHECK_OK(undo_is_back(&p, &file, &back, &err), err);
	CHECK(!back);
	for (int twice = 0; twice < 2; twice++) {
		CHECK_OK(undo_apply(&p, &file, &err), err);
		CHECK_OK(undo_apply(&p, &absent, &err), err);
		CHECK_OK(undo_apply(&p, &link, &err), err);
	}
	CHECK_OK(undo_is_back(&p, &file, &back, &err), err);
	CHECK(back);
	CHECK(holds(in_dir("file"), "old\n"));
	CHECK(stat(in_dir("file"), &st) == 0 && (st.st_mode & 07777) == 0640);
	CHECK(!file_exists(in_dir("absent")) && !file_exists(in_dir("file.muster-new")));
	CHECK(lstat(in_dir("link"), &st) == 0 && S_ISLNK(st.st_mode));
}

static void folders(void)
{
	struct error err = ERROR_INIT;
	struct platform p = { 0 };
	struct undo absent = { .kind = UNDO_DIRECTORY, .name = (char *)in_dir("folder") };
	auto_undo struct undo now = { 0 };

	CHECK_OK(file_mkdir(in_dir("folder"), 0750, &err), err);
	CHECK_OK(undo_now(&p, &absent, &now, &err), err);
	write_file(in_dir("folder/of others"), "x", 0644);
	CHECK_OK(undo_apply(&p, &absent, &err), err);
	CHECK(file_exists(in_dir("folder/of others")));
	CHECK(unlink(in_dir("folder/of others")) == 0);
	CHECK_OK(undo_apply(&p, &absent, &err), err);
	CHECK(!file_exists(in_dir("folder")));
	CHECK_OK(undo_apply(&p, &now, &err), err);
	CHECK(file_exists(in_dir("folder")));
}

/* ---- changes ---- */

struct kept {
	unsigned n;
	char object[LIMIT_UNDO_OBJECT];
	bool refuse, was_changed;
};

static int keep(const char *object, const struct buf *record, void *userdata, struct error *err)
{
	struct kept *k = userdata;
	auto_undo struct undo u = { 0 };

	k->n++;
	(void)snprintf(k->object, sizeof(k->object), "%s", object);
	CHECK_OK(undo_read(record->data, record->len, &u, err), *err);
	/* The record comes before the change. */
	k->was_changed |= file_exists(in_dir("conf.d/changed"));
	return k->refuse ? error_set(err, ERROR_UNAVAILABLE, "the disk is full") : 0;
}

static void changes(void)
{
	struct error err = ERROR_INIT;
	struct kept k = { 0 };
	auto_platform struct platform p = { .keep = keep, .userdata = &k };
	const char *path = in_dir("conf.d/changed");
	char object[LIMIT_UNDO_OBJECT];

	if (geteuid() != 0)
		CHECK_SKIP(NEEDS_ROOT);
	CHECK_OK(change_file(&p, path, "x\n", 2, 0644, &err), err);
	CHECK(k.n == 2 && !k.was_changed && holds(path, "x\n")); /* the folder, and the file */
	(void)snprintf(object, sizeof(object), "file:%s", path);
	CHECK_STR(k.object, object);
	platform_unclaim(&p);
	CHECK(!platform_claims(&p, object));
	CHECK_OK(change_file(&p, path, "x\n", 2, 0644, &err), err);
	CHECK(k.n == 2 && platform_claims(&p, object));
	CHECK_OK(change_remove(&p, path, &err), err);
	CHECK(k.n == 3 && !file_exists(path));
	CHECK_OK(change_remove(&p, path, &err), err);
	CHECK(k.n == 3);
}

static void no_record_no_change(void)
{
	struct error err = ERROR_INIT;
	struct kept k = { .refuse = true };
	auto_platform struct platform p = { .keep = keep, .userdata = &k };

	write_file(in_dir("guarded"), "old", 0644);
	CHECK_ERROR(change_file(&p, in_dir("guarded"), "new", 3, 0644, &err), err,
		    ERROR_UNAVAILABLE);
	CHECK_ERROR(change_remove(&p, in_dir("guarded"), &err), err, ERROR_UNAVAILABLE);
	CHECK(holds(in_dir("guarded"), "old"));
}

static void edits(void)
{
	struct error err = ERROR_INIT;
	struct kept k = { 0 };
	auto_platform struct platform p = { .keep = keep, .userdata = &k };
	auto_buf struct buf with = BUF_INIT;
	struct undo u = { .kind = UNDO_EDIT,
			  .name = (char *)in_dir("shared"),
			  .owner = (char *)"X" };
	auto_undo struct undo now = { 0 };
	bool back;

	write_file(u.name, "theirs\n", 0644);
	CHECK_OK(buf_puts(&with, "# muster X begin\nours\n# muster X end\ntheirs\n", &err), err);
	CHECK_OK(change_edit(&p, u.name, "X", &with, &err), err);
	CHECK_OK(change_edit(&p, u.name, "X", &with, &err), err);
	CHECK(k.n == 1 && holds(u.name, (char *)with.data));
	CHECK_OK(undo_is_back(&p, &u, &back, &err), err);
	CHECK(!back);
	CHECK_OK(undo_now(&p, &u, &now, &err), err);
	write_file(u.name, "# muster X begin\nours\n# muster X end\ntheirs, changed\n", 0644);
	CHECK_OK(undo_apply(&p, &u, &err), err);
	CHECK(holds(u.name, "theirs, changed\n"));
	CHECK_OK(undo_is_back(&p, &u, &back, &err), err);
	CHECK(back);
	CHECK_OK(undo_apply(&p, &now, &err), err);
	CHECK(holds(u.name, (char *)with.data));
	CHECK_ERROR(change_edit(&p, in_dir("missing"), "X", &with, &err), err, ERROR_UNSUPPORTED);
}

/* A link in the place of a file of ours is replaced, and comes back; its target is not touched. */
static void links(void)
{
	struct error err = ERROR_INIT;
	struct kept k = { 0 };
	auto_platform struct platform p = { .keep = keep, .userdata = &k };
	auto_undo struct undo was = { 0 };
	auto_buf struct buf text = BUF_INIT;
	struct stat st;

	if (geteuid() != 0)
		CHECK_SKIP(NEEDS_ROOT);
	write_file(in_dir("target"), "a user's\n", 0600);
	CHECK(symlink(in_dir("target"), in_dir("issue")) == 0);
	CHECK_OK(undo_of_file(in_dir("issue"), &was, &err), err);
	CHECK_OK(change_file(&p, in_dir("issue"), "ours\n", 5, 0644, &err), err);
	CHECK(holds(in_dir("target"), "a user's\n") && holds(in_dir("issue"), "ours\n"));
	CHECK(stat(in_dir("target"), &st) == 0 && (st.st_mode & 07777) == 0600);
	CHECK_OK(undo_apply(&p, &was, &err), err);
	CHECK(lstat(in_dir("issue"), &st) == 0 && S_ISLNK(st.st_mode));
	CHECK(holds(in_dir("target"), "a user's\n"));

	/* One in the place of a file of others is not edited. */
	CHECK_OK(buf_puts(&text, "x\n", &err), err);
	CHECK_ERROR(change_edit(&p, in_dir("issue"), "X", &text, &err), err, ERROR_UNSUPPORTED);
	CHECK_ERROR(change_read(in_dir("issue"), &text, &err), err, ERROR_UNSUPPORTED);
	CHECK_ERROR(change_read(in_dir("missing"), &text, &err), err, ERROR_UNSUPPORTED);
	CHECK(holds(in_dir("target"), "a user's\n"));
}

/* Nothing is written below a folder that is a link, or that others may write to; a link that took
 * a folder's place is neither changed nor removed. */
static void folders_of_others(void)
{
	struct error err = ERROR_INIT;
	struct kept k = { 0 };
	auto_platform struct platform p = { .keep = keep, .userdata = &k };
	struct undo absent = { .kind = UNDO_DIRECTORY, .name = (char *)in_dir("by-link") };
	struct undo there = { .kind = UNDO_DIRECTORY,
			      .name = (char *)in_dir("by-link"),
			      .existed = true,
			      .mode = 0777,
			      .uid = geteuid(),
			      .gid = getegid() };
	struct stat st;

	CHECK_OK(file_mkdir(in_dir("home"), 0700, &err), err);
	CHECK(symlink(in_dir("home"), in_dir("by-link")) == 0);
	CHECK_ERROR(change_file(&p, in_dir("by-link/60.conf"), "x", 1, 0644, &err), err,
		    ERROR_CONFLICT);
	CHECK(!file_exists(in_dir("home/60.conf")) && k.n == 0);
	CHECK(undo_apply(&p, &there, &err) < 0);
	CHECK(stat(in_dir("home"), &st) == 0 && (st.st_mode & 07777) == 0700);
	CHECK_OK(undo_apply(&p, &absent, &err), err);
	CHECK(lstat(in_dir("by-link"), &st) == 0 && S_ISLNK(st.st_mode));

	CHECK(chmod(in_dir("home"), 0777) == 0);
	CHECK_ERROR(change_file(&p, in_dir("home/60.conf"), "x", 1, 0644, &err), err,
		    ERROR_CONFLICT);
	write_file(in_dir("plain"), "x", 0644);
	CHECK_ERROR(change_file(&p, in_dir("plain/60.conf"), "x", 1, 0644, &err), err,
		    ERROR_CONFLICT);
	CHECK(k.n == 0);
}

/* Keys of theirs are put out of force, ours stand at the end, and all goes back. */
static void conf_keys(void)
{
	static const char *const keys[] = { "deny", "dir" };
	struct error err = ERROR_INIT;
	struct kept k = { 0 };
	auto_platform struct platform p = { .keep = keep, .userdata = &k };
	struct conf_edit c = { .path = in_dir("fail.conf"),
			       .owner = "X",
			       .keys = keys,
			       .n_keys = 2,
			       .text = "deny = 3\n" };
	struct undo u = { .kind = UNDO_EDIT, .name = (char *)c.path, .owner = (char *)"X" };
	static const char theirs[] = "deny = 5\ndenylist = 1\n  dir=/x\n# deny\n";

	if (geteuid() != 0)
		CHECK_SKIP(NEEDS_ROOT);
	write_file(c.path, theirs, 0644);
	CHECK_OK(conf_probe(&c, &err), err);
	CHECK_OK(conf_apply(&p, &c, &err), err);
	CHECK(holds(c.path, "# muster X begin\n# muster was: deny = 5\n# muster X end\n"
			    "denylist = 1\n"
			    "# muster X begin\n# muster was:   dir=/x\n# muster X end\n# deny\n"
			    "# muster X begin\ndeny = 3\n# muster X end\n"));
	CHECK_OK(undo_apply(&p, &u, &err), err);
	CHECK(holds(c.path, theirs));
	CHECK(unlink(c.path) == 0 && symlink("/nowhere", c.path) == 0);
	CHECK_ERROR(conf_probe(&c, &err), err, ERROR_UNSUPPORTED);
	CHECK_ERROR(conf_apply(&p, &c, &err), err, ERROR_UNSUPPORTED);
	CHECK(unlink(c.path) == 0);
	CHECK_OK(conf_probe(&c, &err), err);
	CHECK_OK(conf_apply(&p, &c, &err), err);
	CHECK(holds(c.path, "deny = 3\n"));
}

static const struct check_case cases[] = {
	{ "undo: records round trip", golden },
	{ "undo: records are read strictly", strict },
	{ "undo: a file, a link and an absence come back", files },
	{ "undo: folders", folders },
	{ "change: the record comes first, and nothing is written twice", changes },
	{ "change: without a record nothing changes", no_record_no_change },
	{ "change: lines of ours in a file of others", edits },
	{ "change: a link is replaced or refused, never followed", links },
	{ "change: a folder that others can lead elsewhere is refused", folders_of_others },
	{ "change: keys of a file of others", conf_keys },
};

int main(void)
{
	const char *tmp = getenv("TMPDIR");
	char command[300];
	int failed;

	(void)snprintf(dir, sizeof(dir), "%s/muster-undo-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(dir))
		return 2;
	failed = check_run(cases, ARRAY_SIZE(cases));
	(void)snprintf(command, sizeof(command), "rm -r '%s'", dir);
	return system(command) != 0 || failed;
}
