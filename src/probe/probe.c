/* SPDX-License-Identifier: Apache-2.0 */
/* Running the probes, and writing down what they see. */
#include "probe/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/text.h"
#include "probe/endpoints.h"
#include "probe/probes.h"
#include "probe/world.h"

/* While a look is going on there is a place for every fact, by its id. */
static struct fact *place(struct probe *p, enum fact_id id)
{
	return &((struct fact *)p->out->facts.items)[id - 1];
}

static int dup_clean(const char *from, char **to, struct error *err)
{
	char clean[LIMIT_TEXT + 1];

	text_clean(from, clean, sizeof(clean));
	free(*to);
	*to = strdup(clean);
	return *to ? 0 : error_oom(err);
}

static struct fact *known(struct probe *p, enum fact_id id)
{
	struct fact *f = place(p, id);

	f->state = FACT_KNOWN;
	return f;
}

int fact_bool(struct probe *p, enum fact_id id, bool value, struct error *err)
{
	known(p, id)->truth = value;
	return 0;
}

int fact_count(struct probe *p, enum fact_id id, uint64_t value, struct error *err)
{
	known(p, id)->count = value;
	return 0;
}

int fact_text(struct probe *p, enum fact_id id, const char *value, struct error *err)
{
	return dup_clean(value, &known(p, id)->text, err);
}

int fact_items(struct probe *p, enum fact_id id, struct error *err)
{
	(void)known(p, id);
	return 0;
}

int fact_item(struct probe *p, enum fact_id id, const char *item, struct error *err,
	      const char *detail, ...)
{
	struct fact *f = place(p, id);
	struct fact_item *items = f->items.items;
	char text[LIMIT_TEXT];
	va_list ap;

	for (size_t i = 0; i < f->items.n; i++)
		if (strcmp(items[i].id, item) == 0)
			return 0;
	if (f->items.n == LIMIT_FACT_ITEMS)
		return error_set(err, ERROR_LIMIT, "more than %u", LIMIT_FACT_ITEMS);
	items = reallocarray(items, f->items.n + 1, sizeof(*items));
	if (!items)
		return error_oom(err);
	f->items.items = items;
	items += f->items.n++;
	*items = (struct fact_item){ 0 };
	va_start(ap, detail);
	(void)vsnprintf(text, sizeof(text), detail, ap);
	va_end(ap);
	if (*text && dup_clean(text, &items->detail, err) < 0)
		return -1;
	return dup_clean(item, &items->id, err);
}

size_t fact_items_n(const struct probe *p, enum fact_id id)
{
	return ((const struct fact *)p->out->facts.items)[id - 1].items.n;
}

static void forget(struct fact *f)
{
	char *key = STEAL(f->key);

	jmap_done(&fact_table, f);
	f->key = key;
}

int fact_unknown(struct probe *p, enum fact_id id, enum fact_reason why, struct error *err,
		 const char *detail, ...)
{
	struct fact *f = place(p, id);
	char text[LIMIT_TEXT];
	va_list ap;

	forget(f);
	f->state = FACT_UNKNOWN;
	f->reason = why;
	va_start(ap, detail);
	(void)vsnprintf(text, sizeof(text), detail, ap);
	va_end(ap);
	return *text ? dup_clean(text, &f->detail, err) : 0;
}

char *probe_line(char **at)
{
	char *line = *at, *end;

	if (!line || !*line)
		return NULL;
	end = strchr(line, '\n');
	*at = end ? end + 1 : NULL;
	if (end)
		*end = '\0';
	return line;
}

char *probe_field(char **at)
{
	char *word = *at + strspn(*at, " \t");
	size_t len = strcspn(word, " \t");

	if (len == 0)
		return NULL;
	*at = word + len + (word[len] != '\0');
	word[len] = '\0';
	return word;
}

int fact_note(struct probe *p, enum fact_id id, struct error *err, const char *detail, ...)
{
	char text[LIMIT_TEXT];
	va_list ap;

	va_start(ap, detail);
	(void)vsnprintf(text, sizeof(text), detail, ap);
	va_end(ap);
	return dup_clean(text, &place(p, id)->detail, err);
}

int fact_digests(struct probe *p, enum fact_id id, bool *ret, struct error *err)
{
	*ret = p->fleet_key != NULL;
	if (*ret)
		return fact_items(p, id, err);
	return fact_unknown(p, id, FACT_NO_MEANS, err, "no fleet key was given (--fleet-key)");
}

int fact_digest(struct probe *p, enum fact_id id, const void *data, size_t len, const char *detail,
		struct error *err)
{
	char digest[SHA256_HEX_SIZE];

	if (hash_hmac_hex(p->fleet_key, data, len, digest, err) < 0)
		return -1;
	return fact_item(p, id, digest, err, "%s", detail);
}

/* ---- running ---- */

static const enum fact_reason reason_of[ERROR_MAX_] = {
	[ERROR_DENIED] = FACT_NO_PRIVILEGE,  [ERROR_LIMIT] = FACT_LIMIT,
	[ERROR_TIMEOUT] = FACT_TIMEOUT,	     [ERROR_NOT_FOUND] = FACT_NO_MEANS,
	[ERROR_UNSUPPORTED] = FACT_NO_MEANS,
};

/* A probe answers for its facts even where it failed; a list that it had begun is not known. */
static int give_up(struct probe *p, const struct probe_row *row, const struct error *why,
		   struct error *err)
{
	enum fact_reason reason = reason_of[why->code] ? reason_of[why->code] : FACT_ERROR;

	for (const enum fact_id *id = row->facts; *id; id++)
		if (fact_unknown(p, *id, reason, err, "%s", why->msg) < 0)
			return -1;
	return 0;
}

static int run_row(struct probe *p, const struct probe_row *row, struct error *err)
{
	struct error why = ERROR_INIT;

	if (row->live && !p->live)
		(void)!error_set(&why, ERROR_UNSUPPORTED, "only a running device shows it");
	else if (row->run(p, &why) == 0)
		return 0;
	return give_up(p, row, &why, err);
}

static bool wanted(const struct probe_row *row, const struct strings *only)
{
	for (size_t i = 0; only && i < only->n; i++) {
		if (strcmp(only->items[i], row->name) == 0)
			return true;
		for (const enum fact_id *id = row->facts; *id; id++)
			if (strcmp(only->items[i], fact_row(*id)->key) == 0)
				return true;
	}
	return !only || only->n == 0;
}

static int check_only(const struct strings *only, struct error *err)
{
	for (size_t i = 0; only && i < only->n; i++) {
		const struct strings one = { .items = &only->items[i], .n = 1 };
		size_t found = 0;

		for (size_t k = 0; k < n_probes; k++)
			found += wanted(&probes[k], &one);
		if (found == 0)
			return error_set(err, ERROR_INVALID,
					 "no probe and no fact is called '%.80s'", only->items[i]);
	}
	return 0;
}

static int make_places(struct evidence *e, struct error *err)
{
	struct fact *facts = calloc(FACT_ID_MAX_ - 1, sizeof(*facts));

	if (!facts)
		return error_oom(err);
	e->facts = (struct jmap_list){ .items = facts, .n = FACT_ID_MAX_ - 1 };
	for (size_t i = 0; i < e->facts.n; i++) {
		facts[i].key = strdup(fact_row((enum fact_id)(i + 1))->key);
		if (!facts[i].key)
			return error_oom(err);
	}
	return 0;
}

/* What no probe answered for is not in the evidence. */
static void close_places(struct evidence *e)
{
	struct fact *facts = e->facts.items;
	size_t n = 0;

	for (size_t i = 0; i < e->facts.n; i++) {
		if (facts[i].state != FACT_STATE_NONE_)
			facts[n++] = facts[i];
		else
			jmap_done(&fact_table, &facts[i]);
	}
	e->facts.n = n;
}

static int describe(struct probe *p, int state, struct error *err)
{
	p->out->time = p->now;
	p->out->state = state;
	p->out->privileged = p->privileged;
	p->out->type = strdup("evidence");
	p->out->version = strdup(MUSTER_VERSION);
	if (!p->out->type || !p->out->version)
		return error_oom(err);
	return make_places(p->out, err);
}

static void probe_done(struct probe *p)
{
	closep(&p->root_fd);
	world_free(p->world);
	endpoints_free(p->endpoints);
}

static int probe_begin(const struct probe_request *rq, struct probe *p, struct error *err)
{
	p->root_fd = open(rq->root ? rq->root : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (p->root_fd < 0)
		return error_errno(err, errno, "%s", rq->root ? rq->root : "/");
	p->container = p->live &&
		       (probe_exists(p, "/run/systemd/container") ||
			probe_exists(p, "/.dockerenv") || probe_exists(p, "/run/.containerenv"));
	return describe(p, rq->state, err);
}

int probe_device(const struct probe_request *rq, struct evidence *ret, struct error *err)
{
	auto_evidence struct evidence e = { 0 };
	CLEANUP(probe_done)
	struct probe p = {
		.root = rq->root ? rq->root : "",
		.root_fd = -1,
		.live = !rq->root,
		.privileged = geteuid() == 0,
		.now = clock_now(),
		.fleet_key = rq->fleet_key,
		.scan = rq->scan ? rq->scan : MUSTER_PROBE_SCAN,
		.out = &e,
	};

	if (check_only(rq->only, err) < 0 || probe_begin(rq, &p, err) < 0)
		return -1;
	for (size_t i = 0; i < n_probes; i++)
		if (wanted(&probes[i], rq->only) && run_row(&p, &probes[i], err) < 0)
			return -1;
	if (probe_identity(&p, err) < 0)
		return -1;
	close_places(&e);
	*ret = e;
	e = (struct evidence){ 0 };
	return 0;
}
