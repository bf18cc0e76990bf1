/* SPDX-License-Identifier: Apache-2.0 */
#include "server/profile.h"

#include <sys/stat.h>

/* A process's own parts of the filesystem: which member of struct server_places, and how. */
struct part {
	size_t place;
	enum proc_access access;
};

#define PLACE(member) offsetof(struct server_places, member)

static const struct role {
	unsigned sets;
	struct part parts[4];
	size_t n_parts;
} roles[] = {
	/* It has bound its listeners before, and has no internet socket any more. */
	[SERVER_ROLE_NONE] = { .sets = PROC_SET_FILES | PROC_SET_MESSAGES | PROC_SET_UNIX |
				       PROC_SET_SPAWN | PROC_SET_LOAD | PROC_SET_SEAL },
	[SERVER_KEY] = { .sets = PROC_SET_FILES | PROC_SET_MESSAGES,
			 .parts = { { PLACE(tree), PROC_READ } },
			 .n_parts = 1 },
	[SERVER_CORE] = { .sets = PROC_SET_FILES | PROC_SET_CHANGE | PROC_SET_MESSAGES,
			  .parts = { { PLACE(bootstrap), PROC_READ }, { PLACE(data), PROC_WRITE } },
			  .n_parts = 2 },
	[SERVER_FRONT] = { .sets = PROC_SET_FILES | PROC_SET_MESSAGES | PROC_SET_SERVE,
			   .parts = { { PLACE(listeners), PROC_READ } },
			   .n_parts = 1 },
};
_Static_assert(ARRAY_SIZE(roles) == SERVER_ROLE_MAX_, "every process has a profile");

/* What any dynamic program reads to start, and OpenSSL for its configuration. */
static const struct proc_path common[] = {
	{ "/usr", PROC_READ },
	{ "/lib", PROC_READ },
	{ "/lib64", PROC_READ },
	{ "/etc/ld.so.cache", PROC_READ },
	{ "/etc/ssl/openssl.cnf", PROC_READ },
	{ "/etc/localtime", PROC_READ },
	{ "/dev/null", PROC_DEVICE },
	{ "/dev/urandom", PROC_DEVICE },
};

struct proc_profile server_profile(enum server_role role, const struct server_places *places,
				   struct proc_path view[SERVER_VIEW_MAX])
{
	const struct role *r = &roles[role];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(common); i++)
		view[n++] = common[i];
	view[n++] = (struct proc_path){ places->program, PROC_READ };
	for (size_t i = 0; i < r->n_parts; i++) {
		const void *place = (const char *)places + r->parts[i].place;

		view[n++] = (struct proc_path){ *(const char *const *)place, r->parts[i].access };
	}
	for (size_t i = 0; role == SERVER_KEY && places->key_access && i < places->key_access->n;
	     i++) {
		const char *path = places->key_access->items[i];
		struct stat st;
		bool file = stat(path, &st) == 0 && S_ISREG(st.st_mode);

		if (n < SERVER_VIEW_MAX)
			view[n++] = (struct proc_path){ path, file ? PROC_READ : PROC_WRITE };
	}
	return (struct proc_profile){
		.name = server_role_name(role),
		.flags = proc_has_landlock() ? PROC_LANDLOCK : 0,
		.view = view,
		.n_view = n,
		.sets = r->sets,
	};
}

int server_seal_key(bool token, struct error *err)
{
	const struct proc_profile p = {
		.name = server_role_name(SERVER_KEY),
		.sets = roles[SERVER_KEY].sets | (token ? PROC_SET_UNIX | PROC_SET_CHANGE : 0),
	};

	return proc_seal(&p, err);
}

int server_seal(enum server_role role, struct error *err)
{
	struct proc_profile p = {
		.name = role == SERVER_ROLE_NONE ? "supervisor" : server_role_name(role),
		.sets = roles[role].sets,
	};

	/* A filter is inherited: the children's are below it. */
	for (size_t i = 0; role == SERVER_ROLE_NONE && i < ARRAY_SIZE(roles); i++)
		p.sets |= roles[i].sets;
	return proc_seal(&p, err);
}
