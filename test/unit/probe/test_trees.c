/* SPDX-License-Identifier: Apache-2.0 */
/* Whole looks at trees that are not booted: good, bad, hostile. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "check.h"
#include "platform/run.h"
#include "probe/probe.h"

struct tree {
	char path[64];
};

static void tree_done(struct tree *t)
{
	const char *const argv[] = { "/bin/rm", "-rf", t->path, NULL };
	struct error err = ERROR_INIT;

	CHECK_OK(run_checked(argv, &err), err);
}

static struct tree tree_new(void)
{
	static const char *const dirs[] = { "/etc",	     "/etc/ssl",
					    "/etc/apt",	     "/etc/apt/sources.list.d",
					    "/var",	     "/var/lib",
					    "/var/lib/dpkg", "/usr",
					    "/usr/bin" };
	struct tree t = { "/tmp/muster-probe-XXXXXX" };

	CHECK(mkdtemp(t.path) != NULL && chmod(t.path, 0755) == 0);
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		char path[PATH_MAX];

		(void)snprintf(path, sizeof(path), "%s%s", t.path, dirs[i]);
		CHECK(mkdir(path, 0755) == 0);
	}
	return t;
}

static void put(const struct tree *t, const char *name, const char *text, mode_t mode)
{
	struct error err = ERROR_INIT;
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s%s", t->path, name);
	CHECK_OK(file_replace(path, text, strlen(text), mode, &err), err);
}

static void look(const struct tree *t, const char *only, struct evidence *ret)
{
	char *names[] = { (char *)only };
	const struct strings s = { names, 1 };
	const struct probe_request rq = { .root = t->path,
					  .state = DEVICE_FACTORY,
					  .only = only ? &s : NULL };
	struct error err = ERROR_INIT;

	CHECK_OK(probe_device(&rq, ret, &err), err);
}

static bool has(const struct evidence *e, const char *key, const char *id)
{
	const struct fact *f = evidence_fact(e, key);
	const struct fact_item *items = f ? f->items.items : NULL;

	for (size_t i = 0; f && i < f->items.n; i++)
		if (strcmp(items[i].id, id) == 0)
			return true;
	return false;
}

static bool is_unknown(const struct evidence *e, const char *key, enum fact_reason why)
{
	const struct fact *f = evidence_fact(e, key);

	return f && f->state == FACT_UNKNOWN && f->reason == (int)why;
}

#define PASSWD "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/usr/sbin/nologin\n"

static void test_bad(void)
{
	CLEANUP(tree_done) struct tree t = tree_new();
	auto_evidence struct evidence e = { 0 };

	put(&t, "/etc/passwd", PASSWD "old::5:5::/:/bin/sh\n", 0644);
	put(&t, "/etc/shadow",
	    "root::19000:0:99999:7:::\nbob:$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/:1:::::\n", 0600);
	put(&t, "/etc/machine-id", "0123\n", 0644);
	put(&t, "/etc/ssl/x.key", "-----BEGIN PRIVATE KEY-----\nAAAA\n", 0644);
	put(&t, "/etc/apt/sources.list.d/x.list", "deb [trusted=yes] http://x y main\n", 0644);
	put(&t, "/var/lib/dpkg/status",
	    "Package: gdb\nStatus: install ok installed\nVersion: 1\n\n"
	    "Package: gone\nStatus: deinstall ok config-files\n",
	    0644);
	put(&t, "/usr/bin/su", "x", 04755);
	look(&t, NULL, &e);
	CHECK(has(&e, "accounts.login", "root") && has(&e, "accounts.login", "old"));
	CHECK(has(&e, "accounts.emptyPassword", "root") &&
	      has(&e, "accounts.emptyPassword", "old"));
	CHECK(has(&e, "accounts.defaultPassword", "bob"));
	CHECK(has(&e, "accounts.factoryPassword", "bob"));
	CHECK(has(&e, "accounts.hashScheme", "md5crypt"));
	CHECK(has(&e, "secrets.readable", "/etc/ssl/x.key"));
	CHECK(has(&e, "packages.development", "gdb") && !has(&e, "packages.installed", "gone"));
	CHECK(has(&e, "privilege.setuid", "/usr/bin/su"));
}

static void test_good(void)
{
	static const char *const none[] = { "accounts.emptyPassword",	"accounts.defaultPassword",
					    "accounts.factoryPassword", "accounts.autologin",
					    "secrets.readable",		"privilege.setuid" };
	CLEANUP(tree_done) struct tree t = tree_new();
	auto_evidence struct evidence e = { 0 };

	put(&t, "/etc/passwd", PASSWD, 0644);
	put(&t, "/etc/shadow", "root:!:19000:0:99999:7:::\n", 0600);
	put(&t, "/etc/machine-id", "0123\n", 0644);
	put(&t, "/etc/ssl/x.key", "-----BEGIN PRIVATE KEY-----\nAAAA\n", 0600);
	look(&t, NULL, &e);
	for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
		const struct fact *f = evidence_fact(&e, none[i]);

		CHECK(f && f->state == FACT_KNOWN && f->items.n == 0);
	}
	CHECK(has(&e, "secrets.files", "/etc/ssl/x.key"));
}

/* Every reason why something is not known. */
static void test_unknown(void)
{
	CLEANUP(tree_done) struct tree t = tree_new();
	auto_evidence struct evidence e = { 0 }, f = { 0 };
	char *big = malloc(2u << 20);

	look(&t, NULL, &e);
	CHECK(is_unknown(&e, "net.listening", FACT_NO_MEANS));
	CHECK(is_unknown(&e, "accounts.login", FACT_NO_MEANS)); /* no passwd */
	CHECK(is_unknown(&e, "accounts.passwordDigest", FACT_NO_MEANS));
	CHECK(is_unknown(&e, "update.unsigned", FACT_NO_MEANS));
	CHECK(is_unknown(&e, "services.enabled", FACT_NO_MEANS));
	if (!big)
		return;
	memset(big, 'x', (2u << 20) - 1);
	big[(2u << 20) - 1] = '\0';
	put(&t, "/etc/passwd", big, 0644);
	put(&t, "/etc/shadow", "no line of it\n", 0600);
	free(big);
	look(&t, NULL, &f);
	CHECK(is_unknown(&f, "accounts.login", FACT_LIMIT));
	CHECK(is_unknown(&f, "accounts.emptyPassword", FACT_ERROR));
}

/* Links out of the tree and in circles, a FIFO, a directory: nothing blocks and nothing leaves. */
static void test_hostile(void)
{
	static const char *const links[][2] = { { "/etc/passwd", "../../../../../../etc/passwd" },
						{ "/etc/shadow", "shadow" },
						{ "/etc/os-release", "/proc/self/environ" } };
	CLEANUP(tree_done) struct tree t = tree_new();
	auto_evidence struct evidence e = { 0 };
	char path[PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", t.path, links[i][0]);
		CHECK(symlink(links[i][1], path) == 0);
	}
	(void)snprintf(path, sizeof(path), "%s/etc/machine-id", t.path);
	CHECK(mkfifo(path, 0644) == 0);
	(void)snprintf(path, sizeof(path), "%s/var/lib/dpkg/status", t.path);
	CHECK(mkdir(path, 0755) == 0);
	(void)snprintf(path, sizeof(path), "%s/etc/ssl/up", t.path);
	CHECK(symlink("..", path) == 0);
	look(&t, NULL, &e);
	/* The link leads to itself within the tree, not to this machine's accounts. */
	CHECK(is_unknown(&e, "accounts.login", FACT_ERROR));
	CHECK(is_unknown(&e, "accounts.emptyPassword", FACT_ERROR));
	CHECK(is_unknown(&e, "packages.installed", FACT_ERROR));
	CHECK(is_unknown(&e, "os.name", FACT_NO_MEANS));
}

static void test_asked(void)
{
	CLEANUP(tree_done) struct tree t = tree_new();
	auto_evidence struct evidence e = { 0 };
	char *unknown[] = { (char *)"nonsense" };
	const struct strings s = { unknown, 1 };
	const struct probe_request rq = { .root = t.path, .only = &s, .state = DEVICE_FACTORY },
				   gone = { .root = "/nonexistent", .state = DEVICE_FACTORY };
	struct error err = ERROR_INIT;

	look(&t, "setuid", &e);
	CHECK(e.facts.n == 1);
	CHECK_ERROR(probe_device(&rq, &e, &err), err, ERROR_INVALID);
	CHECK_ERROR(probe_device(&gone, &e, &err), err, ERROR_NOT_FOUND);
}

static const struct check_case cases[] = {
	{ "5.1-1, 5.4-1: what is bad in a tree is seen", test_bad },
	{ "5.1-1, 5.4-1: in a good one it is not there", test_good },
	{ "what could not be seen is unknown, with its reason", test_unknown },
	{ "nothing leads out of a tree, and nothing blocks", test_hostile },
	{ "only what was asked for is looked at", test_asked },
};
CHECK_MAIN(cases)
