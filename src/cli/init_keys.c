/* SPDX-License-Identifier: Apache-2.0 */
/* Where the keys of both trees are made: each where the options say, and nowhere else. */
#include <string.h>

#include "base/file.h"
#include "cli/init.h"
#include "crypto/key_store.h"
#include "crypto/token/key_open.h"

/* Which keys go elsewhere than into a file of the tree: by the beginning of their names. */
static const struct {
	const char *prefix;
	size_t option; /* a whole URI, or a store */
	bool store;
} places[] = {
	/* The listeners' keys are the front's, which faces the network and gets no PIN. */
	{ "channel/issuers/", offsetof(struct init_options, key_store), true },
	{ "channel/online", offsetof(struct init_options, key_store), true },
	{ "authority/signers/", offsetof(struct init_options, signing_key), false },
	{ "login", offsetof(struct init_options, login_key), false },
};

/* *beside: whether NAME.uri has to say where it is (key_of_home). */
static int uri_of(const struct init *in, const char *name, struct buf *ret, bool *beside,
		  struct error *err)
{
	static const char channel[] = "channel/";

	*beside = false;

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		const char *asked = *(char *const *)((const char *)in->o + places[i].option);
		char dir[HOME_PATH_SIZE];

		if (!asked || strncmp(name, places[i].prefix, strlen(places[i].prefix)) != 0)
			continue;
		*beside = !places[i].store;
		if (*beside)
			return buf_puts(ret, asked, err);
		if (home_path(in->dir, dir, err, "channel") < 0)
			return -1;
		return key_store_uri(asked, dir, name + sizeof(channel) - 1, ret, err);
	}
	return buf_printf(ret, err, "%s/%s.key", in->dir, name);
}

static int save_uri(const struct init *in, const char *name, const struct buf *uri,
		    struct error *err)
{
	char path[HOME_PATH_SIZE];

	if (home_path(in->dir, path, err, "%s.uri", name) < 0)
		return -1;
	return file_create(path, uri->data, uri->len, 0644, err);
}

int init_key(struct init *in, const char *name, enum key_type type, struct key **ret,
	     struct error *err)
{
	struct strings *made = &in->made;
	auto_buf struct buf uri = BUF_INIT;
	char **items;
	bool beside;

	if (uri_of(in, name, &uri, &beside, err) < 0 ||
	    (beside && save_uri(in, name, &uri, err) < 0))
		return -1;
	items = reallocarray(made->items, made->n + 1, sizeof(*items));
	if (!items)
		return error_oom(err);
	made->items = items;
	if (key_create((const char *)uri.data, type, ret, err) < 0)
		return error_wrap(err, "%s.key", name);
	items[made->n++] = (char *)STEAL(uri.data);
	uri = (struct buf)BUF_INIT;
	return 0;
}

void init_keys_undo(struct init *in)
{
	struct error ignored = ERROR_INIT;

	for (size_t i = 0; i < in->made.n; i++)
		if (key_destroy(in->made.items[i], &ignored) < 0)
			ignored = (struct error)ERROR_INIT;
}
