/* SPDX-License-Identifier: Apache-2.0 */
/* Running the probes, and writing down what they see. */
#include "probe/probe.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "probe/probes.h"

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

int probe_read(const struct probe *p, const char *path, size_t max, struct buf *out,
	       struct error *err)
{
	char full[PATH_MAX];

	if (path_format(full, sizeof(full), err, "%s%s", p->root, path) < 0)
		return -1;
	return file_read(full, max, out, err);
}

bool probe_exists(const struct probe *p, const char *path)
{
	struct error err = ERROR_INIT;
	char full[PATH_MAX];

	return path_format(full, sizeof(full), &err, "%s%s", p->root, path) == 0 &&
	       file_exists(full);
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

int probe_device(const struct probe_request *rq, struct evidence *ret, struct error *err)
{
	auto_evidence struct evidence e = { 0 };
	struct probe p = {
		.root = rq->root ? rq->root : "",
		.live = !rq->root,
		.privileged = geteuid() == 0,
		.now = clock_now(),
		.out = &e,
	};

	if (check_only(rq->only, err) < 0 || describe(&p, rq->state, err) < 0)
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
