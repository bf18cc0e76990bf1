/* SPDX-License-Identifier: Apache-2.0 */
#include "base/opt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "check.h"

struct wanted {
	char *device_id, *file, *secret;
	uint32_t count;
	uint64_t size;
	struct strings servers, words;
	bool json, follow;
	int ownership;
	int64_t time;
};

static const char *const ownerships[] = { NULL, "enterprise", "personal" };
static const struct jmap_enum ownership_names = { ownerships, ARRAY_SIZE(ownerships) };

static const struct jmap wanted_fields[] = {
	{ "file", &jmap_path, offsetof(struct wanted, file), JMAP_REQUIRED | JMAP_POSITION, 0, 0,
	  NULL, "the file to read; - is standard input" },
	{ "words", &jmap_strings, offsetof(struct wanted, words), JMAP_POSITION, 0, 3, NULL,
	  "up to three words", "WORD" },
	{ "deviceId", &jmap_str, offsetof(struct wanted, device_id), 0, 1, 10, NULL,
	  "the device, by its id, hostname or a prefix of either that no other device shares, "
	  "which is said over more than one line here",
	  "DEVICE" },
	{ "server", &jmap_strings, offsetof(struct wanted, servers), JMAP_REQUIRED, 1, 2, NULL,
	  "a name of the server; may be repeated", "HOST" },
	{ "count", &jmap_u32, offsetof(struct wanted, count), 0, 1, 100, NULL, "how many" },
	{ "size", &jmap_u64, offsetof(struct wanted, size), 0, 0, 0, NULL, "how much" },
	{ "ownership", &jmap_enum, offsetof(struct wanted, ownership), 0, 0, 0, &ownership_names,
	  "who owns the device: enterprise or personal" },
	{ "notAfter", &jmap_time, offsetof(struct wanted, time), 0, 0, 0, NULL, "when it ends" },
	{ "json", &jmap_bool, offsetof(struct wanted, json), 0, 0, 0, NULL, "print JSON" },
	{ "follow", &jmap_bool, offsetof(struct wanted, follow), 0, 0, 0, NULL, "go on" },
	{ "secret", &jmap_str, offsetof(struct wanted, secret), JMAP_SECRET, 0, 0, NULL,
	  "never shown" },
};
static const struct jmap_table wanted_table =
	JMAP_TABLE("wanted", "", wanted_fields, struct wanted);

static int last_run;
static int run(void *options, struct error *err)
{
	const struct wanted *w = options;

	last_run = w ? (int)w->count : -1;
	return w && w->count == 13 ? error_set(err, ERROR_CONFLICT, "unlucky") : 0;
}

static const char *const make_examples[] = { "prog thing make x.yaml --server a --count 3", NULL };
static const char *const list_examples[] = { "prog thing list", NULL };
static const char *const init_examples[] = { "prog init", NULL };
static const struct opt_group groups[] = { { "thing", "make and list things" } };
static const struct opt_command command_init = { "init", "begin", NULL, init_examples, NULL, run };
static const struct opt_command command_make = {
	"thing make",
	"make a thing from a file",
	"A thing is made from a file, and this says how, in a paragraph that is longer than one "
	"line "
	"of a terminal.\n\n.A second one, which begins with a dot and has a back\\slash.",
	make_examples,
	&wanted_table,
	run
};
static const struct opt_command command_list = { "thing list", "list the things",
						 NULL,	       list_examples,
						 NULL,	       run };
static const struct opt_command *const commands[] = { &command_init, &command_make, &command_list };
static const struct opt_program program = {
	"prog", "does things",	    "1.2",    "The program's own page.",
	groups, ARRAY_SIZE(groups), commands, ARRAY_SIZE(commands),
};

static const char *const serve_examples[] = { "one --server a", NULL };
static const struct opt_command command_serve = {
	"", "Serve.", "Until it is told to end.\n\nOnce more.", serve_examples, &wanted_table, run,
};
static const struct opt_command *const serve_commands[] = { &command_serve };
static const struct opt_program single = {
	"one", "does one thing", "1.2", NULL, NULL, 0, serve_commands, 1,
};

enum { WORDS_MAX = 32 };
static int split(const char *line, char *store, char **argv)
{
	int n = 0;

	(void)snprintf(store, 512, "%s", line);
	for (char *p = strtok(store, " "); p && n < WORDS_MAX; p = strtok(NULL, " "))
		argv[n++] = p;
	return n;
}

static int parse(const char *line, struct wanted *w, bool *help, struct error *err)
{
	char store[512], *argv[WORDS_MAX];
	int n = split(line, store, argv);

	return opt_parse(&wanted_table, n, argv, w, help, err);
}

static void binds(void)
{
	struct error err = ERROR_INIT;
	struct wanted w = { 0 };
	bool help = true;

	CHECK_OK(parse("--count=7 f.yaml --server a --json --server=b one --device-id d "
		       "--ownership personal --not-after 2026-11-23T15:48:00Z --size 9 -- --two -",
		       &w, &help, &err),
		 err);
	CHECK(!help && w.count == 7 && w.json && !w.follow && w.size == 9 && w.ownership == 2);
	CHECK(w.servers.n == 2 && w.words.n == 3 && w.time == 1795448880);
	CHECK_STR(w.file, "f.yaml");
	CHECK_STR(w.servers.items[1], "b");
	CHECK_STR(w.words.items[1], "--two");
	CHECK_STR(w.words.items[2], "-");
	CHECK_STR(w.device_id, "d");
	jmap_done(&wanted_table, &w);
}

static const struct {
	const char *line, *want;
	enum error_code code;
} refused[] = {
	{ "", "FILE is missing", ERROR_INVALID },
	{ "f", "--server is missing", ERROR_INVALID },
	{ "f --server", "--server: HOST is missing", ERROR_INVALID },
	{ "f --sever a", "unknown option --sever", ERROR_INVALID },
	{ "f --Server=a", "unknown option --Server", ERROR_INVALID },
	{ "f -x", "unknown option -x", ERROR_INVALID },
	{ "f --server a --json=1", "--json takes no value", ERROR_INVALID },
	{ "f --server a --json --json", "--json: given twice", ERROR_INVALID },
	{ "f --server a --count 1 --count 2", "--count: given twice", ERROR_INVALID },
	{ "f --server a --count 0", "--count: not an integer in 1..100", ERROR_INVALID },
	{ "f --server a --count 1x", "--count: not a whole number", ERROR_INVALID },
	{ "f --server a --count=", "--count: not a whole number", ERROR_INVALID },
	{ "f --server a --size 99999999999999999999", "--size: not a whole number", ERROR_INVALID },
	{ "f --server a --server b --server c", "--server: more than 2 items", ERROR_LIMIT },
	{ "f a b c d --server a", "WORD: more than 3 items", ERROR_LIMIT },
	{ "f --server a --device-id 12345678901", "--device-id: longer than 10 bytes",
	  ERROR_LIMIT },
	{ "f --server a --device-id \xff", "--device-id: not UTF-8", ERROR_INVALID },
	{ "f --server a --device-id a\tb", "--device-id: has a control character", ERROR_INVALID },
	{ "f --server a --ownership mine", "--ownership: not one of enterprise, personal",
	  ERROR_INVALID },
	{ "f --server a --not-after now", "--not-after: not a time like 2026-01-31T12:00:00Z",
	  ERROR_INVALID },
	{ "f --server a --secret x", "unknown option --secret", ERROR_INVALID },
};

static void refuses(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		struct error err = ERROR_INIT;
		struct wanted w = { 0 };
		bool help = false;

		CHECK_ERROR(parse(refused[i].line, &w, &help, &err), err, refused[i].code);
		CHECK_STR(err.msg, refused[i].want);
		jmap_done(&wanted_table, &w);
	}
}

static void refuses_without_table(void)
{
	struct error err = ERROR_INIT;
	char *argv[] = { (char *)"x" };
	bool help = false;

	CHECK_ERROR(opt_parse(NULL, 1, argv, NULL, &help, &err), err, ERROR_INVALID);
	CHECK_STR(err.msg, "unexpected argument 'x'");
	CHECK_OK(opt_parse(NULL, 0, argv, NULL, &help, &err), err);
}

static void asks_help(void)
{
	struct error err = ERROR_INIT;
	struct wanted w = { 0 };
	bool help = false;

	CHECK_OK(parse("f --help", &w, &help, &err), err);
	CHECK(help);
	help = false;
	CHECK_OK(parse("-h", &w, &help, &err), err);
	CHECK(help);
	jmap_done(&wanted_table, &w);
}

static int run_line(const char *line)
{
	char store[512], *argv[WORDS_MAX + 1] = { (char *)"prog" };
	int n = split(line, store, argv + 1);

	last_run = 0;
	return opt_main(&program, n + 1, argv);
}

static void finds(void)
{
	char store[512], *argv[WORDS_MAX];
	int used, n = split("thing make x", store, argv);

	CHECK(opt_find(&program, n, argv, &used) == commands[1] && used == 2);
	n = split("thing", store, argv);
	CHECK(opt_find(&program, n, argv, &used) == NULL && used == 1);
	n = split("thi make", store, argv);
	CHECK(opt_find(&program, n, argv, &used) == NULL && used == 0);
	CHECK(opt_find(&program, 0, argv, &used) == NULL && used == 0);
}

static void exits(void)
{
	/* their messages on stderr are not looked at here; what they bind and return is */
	CHECK(run_line("thing make f --server a --count 3") == 0 && last_run == 3);
	CHECK(run_line("thing make f --server a --count 13") == 5);
	CHECK(run_line("thing make") == 2 && last_run == 0);
	CHECK(run_line("thing") == 2);
	CHECK(run_line("thing mak") == 2);
	CHECK(run_line("nothing") == 2);
	CHECK(run_line("") == 2);
	CHECK(run_line("init") == 0 && last_run == -1);
}

static void check_golden(const char *name, const struct buf *got)
{
	auto_buf struct buf want = BUF_INIT;
	struct error err = ERROR_INIT;
	char path[512];

	CHECK_OK(path_format(path, sizeof(path), &err, "%s/golden/opt/%s",
			     getenv("MUSTER_TEST_SOURCE"), name),
		 err);
	if (getenv("MUSTER_TEST_WRITE"))
		CHECK_OK(file_replace(path, got->data, got->len, 0644, &err), err);
	CHECK_OK(file_read(path, 65536, &want, &err), err);
	CHECK_STR((char *)got->data, (char *)want.data);
}

static void golden(void)
{
	auto_buf struct buf help = BUF_INIT, group = BUF_INIT, all = BUF_INIT, man = BUF_INIT,
			    page = BUF_INIT, completion = BUF_INIT, whole = BUF_INIT,
			    one = BUF_INIT;
	struct error err = ERROR_INIT;

	CHECK_OK(opt_help(&program, commands[1], &help, &err), err);
	check_golden("help.txt", &help);
	CHECK_OK(opt_help_group(&program, "thing", &group, &err), err);
	check_golden("group.txt", &group);
	CHECK_OK(opt_help_group(&program, NULL, &all, &err), err);
	check_golden("program.txt", &all);
	CHECK_OK(opt_man(&program, "thing", &man, &err), err);
	check_golden("thing.1", &man);
	CHECK_OK(opt_man(&program, NULL, &page, &err), err);
	check_golden("program.1", &page);
	CHECK_OK(opt_man_whole(&program, 8, &whole, &err), err);
	check_golden("whole.8", &whole);
	CHECK_OK(opt_man_whole(&single, 8, &one, &err), err);
	check_golden("single.8", &one);
	CHECK_OK(opt_completion(&program, &completion, &err), err);
	check_golden("completion.bash", &completion);
}

static const struct check_case cases[] = {
	{ "opt: options, lists, positions and the end of options bind", binds },
	{ "opt: every bad line is refused in the user's words", refuses },
	{ "opt: a command without options takes none", refuses_without_table },
	{ "opt: --help asks for nothing else", asks_help },
	{ "opt: commands are found by whole words", finds },
	{ "opt: exit statuses are those of the errors", exits },
	{ "opt: help, manual pages and completion are as the golden files", golden },
};
CHECK_MAIN(cases)
