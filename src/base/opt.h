/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Command lines by field table. The options of a command are the fields of a struct jmap_table:
 * "deviceId" is --device-id, a bool takes no value, a list is given by repeating the option, and
 * fields with JMAP_POSITION are the arguments that stand without a name, in table order (a list
 * must be the last of them). Help, man pages and completion are made from the same tables.
 *
 * Strict: an unknown or repeated option, a missing value or argument, or one too many is an error
 * that names it as the user wrote it. "--" ends the options; "--name=value" and "--name value" are
 * the same. A secret (JMAP_SECRET) is never an option: other users can read an argv.
 */
#include "base/jmap.h"

struct opt_command {
	const char *name;		  /* "token create"; the first word is its group */
	const char *doc;		  /* one line, without a full stop */
	const char *details;		  /* paragraphs for --help and the man page; may be NULL */
	const char *const *examples;	  /* whole command lines, NULL-terminated; at least one */
	const struct jmap_table *options; /* NULL: none */
	/* options: bound by the table, NULL without one. An error without a message was shown
	 * already: it gives the exit status only. */
	int (*run)(void *options, struct error *err);
};

/* What commands with one first word are about ("token": "one-time enrollment secrets"). */
struct opt_group {
	const char *name, *doc;
};

/* A program: its commands in the order in which help shows them, those of a group together. */
struct opt_program {
	const char *name, *doc, *version;
	const char *details;		/* paragraphs for the program's own page; may be NULL */
	const struct opt_group *groups; /* of the commands of two words */
	size_t n_groups;
	const struct opt_command *const *commands;
	size_t n_commands;
};

/*
 * Bind the words after the command's name into dst, which starts zeroed or with its defaults;
 * release with jmap_done. *help is set where --help or -h was among the options; nothing is
 * required then. Errors: INVALID ("--count: …"), LIMIT, UNAVAILABLE (memory).
 */
MUST_USE int opt_parse(const struct jmap_table *t, int argc, char *const *argv, void *dst,
		       bool *help, struct error *err);
/*
 * The command that begins at argv[0]; *used words name it. NULL: none, and *used is the number of
 * words that are a group ("muster token").
 */
const struct opt_command *opt_find(const struct opt_program *p, int argc, char *const *argv,
				   int *used);
/*
 * All of it, for main: find the command, parse, run, print the error as one line on stderr. argv[0]
 * is the program's name. Returns the exit status (error_exit).
 */
int opt_main(const struct opt_program *p, int argc, char *const *argv);
/* The same for a program that does one thing: its one command has the name "". */
int opt_main_one(const struct opt_program *p, int argc, char *const *argv);

/* --help of one command. Appended to out. */
MUST_USE int opt_help(const struct opt_program *p, const struct opt_command *c, struct buf *out,
		      struct error *err);
/* The list of commands: of one group, or of the whole program (NULL). Appended to out. */
MUST_USE int opt_help_group(const struct opt_program *p, const char *group, struct buf *out,
			    struct error *err);
/* The manual page (roff, section 1) of a group or a command of one word, or of the program itself
 * (NULL), with the option lists, the examples and the exit statuses. Appended to out. */
MUST_USE int opt_man(const struct opt_program *p, const char *group, struct buf *out,
		     struct error *err);
/* The same for a program that has one page: every command on it, in a section of its own choice.
 * The program prints it where its only argument is --man=SECTION. */
MUST_USE int opt_man_whole(const struct opt_program *p, unsigned section, struct buf *out,
			   struct error *err);
/* A completion script for bash. Appended to out. */
MUST_USE int opt_completion(const struct opt_program *p, struct buf *out, struct error *err);

enum { OPT_NAME_MAX = 64, OPT_FIELDS_MAX = 32 };
/* "deviceId" → "--device-id"; a position → its hint, "FILE". */
void opt_name(const struct jmap *f, char ret[OPT_NAME_MAX]);
/* "DURATION", "URL" …: the hint, or else made from the type; "" for a bool. */
const char *opt_value_name(const struct jmap *f);
/* Is the command one of the group (its first word)? */
bool opt_in_group(const struct opt_command *c, const char *group);
