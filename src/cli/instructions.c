/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/instructions.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "cli/authority.h"
#include "cli/cli.h"

/* The rows of a page that are of the stream. */
static int keep(json_t *all, const json_t *page, const char *stream, struct error *err)
{
	json_t *row;
	size_t i;

	json_array_foreach (page, i, row) {
		const char *own = json_string_value(json_object_get(row, "stream"));

		if (stream && (!own || strcmp(own, stream) != 0))
			continue;
		if (json_array_append(all, row) < 0)
			return error_oom(err);
	}
	return 0;
}

/* "?type=policy&device=…&after=…" */
static int query_of(const struct instruction_filter *f, const char *after, struct buf *out,
		    struct error *err)
{
	const struct {
		const char *name, *value;
	} fields[] = { { "type", f->type }, { "device", f->device }, { "after", after } };
	char value[3 * LIMIT_NAME];

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		if (!fields[i].value || !fields[i].value[0])
			continue;
		if (query_escape(fields[i].value, value, sizeof(value), err) < 0 ||
		    buf_printf(out, err, "%s%s=%s", out->len ? "&" : "?", fields[i].name, value) <
			    0)
			return -1;
	}
	return 0;
}

int instructions_all(struct api *a, const struct instruction_filter *f, json_t **ret,
		     struct error *err)
{
	auto_json json_t *all = json_pack("{s:[]}", "instructions");
	char after[UUID_SIZE] = "";
	size_t n;

	if (!all)
		return error_oom(err);
	do {
		auto_json json_t *page = NULL;
		auto_buf struct buf query = BUF_INIT;
		const json_t *rows;

		if (query_of(f, after, &query, err) < 0 ||
		    api_get(a, &admin_instructions_table, &page, err, "/api/v1/instructions%s",
			    query.len ? (char *)query.data : "") < 0)
			return -1;
		rows = json_object_get(page, "instructions");
		n = json_array_size(rows);
		if (keep(json_object_get(all, "instructions"), rows, f->stream, err) < 0)
			return -1;
		if (n > 0)
			(void)snprintf(after, sizeof(after), "%s",
				       json_string_value(
					       json_object_get(json_array_get(rows, n - 1), "id")));
	} while (n > 0); /* a page may be shorter than asked; the last one is empty */
	*ret = STEAL(all);
	return 0;
}

const json_t *instruction_newest(const json_t *instructions)
{
	const json_t *best = NULL;
	json_t *row;
	size_t i;

	json_array_foreach (json_object_get(instructions, "instructions"), i, row) {
		if (!best || json_integer_value(json_object_get(row, "serial")) >
				     json_integer_value(json_object_get(best, "serial")))
			best = row;
	}
	return best;
}

int instruction_next_serial(struct api *a, const struct instruction_filter *f, uint64_t *ret,
			    struct error *err)
{
	auto_json json_t *all = NULL;
	const json_t *newest;

	if (instructions_all(a, f, &all, err) < 0)
		return -1;
	newest = instruction_newest(all);
	*ret = (uint64_t)json_integer_value(json_object_get(newest, "serial")) + 1;
	return 0;
}

/* A trust document is judged by the one before it, which may not be the newest here; 0: the newest.
 */
static unsigned before(const struct buf *der)
{
	auto_document struct document d = { 0 };
	struct error none = ERROR_INIT;

	if (judge_peek(der->data, der->len, &d, &none) < 0 || d.type != DOCUMENT_TRUST ||
	    d.trust.version < 2)
		return 0;
	return d.trust.version - 1;
}

int instruction_judge(struct api *a, const struct buf *der, struct verdict *ret, struct error *err)
{
	auto_verdict struct verdict trust = { 0 };
	auto_crls struct crls *crls = NULL;
	const char *dir = api_home(a)->dir;
	struct judge_context c = { .now = clock_now() };
	char first[SHA256_HEX_SIZE];

	if (crls_of_home(dir, &crls, err) < 0 ||
	    trust_until(dir, before(der), &trust, first, err) < 0)
		return -1;
	c.crls = crls;
	c.trust = &trust.document.trust;
	return judge(der->data, der->len, DOCUMENT_NONE, &c, ret, err);
}

/* "0 devices" is an answer that helps nobody: what is missing, as a command. */
static void say_missing(const struct document *d)
{
	if (d->type == DOCUMENT_POLICY)
		(void)printf("no device follows stream '%s': 'muster device assign DEVICE "
			     "--stream %s' puts one there\n",
			     d->policy.stream, d->policy.stream);
}

int instruction_publish(struct api *a, const struct buf *der, bool json, struct error *err)
{
	auto_verdict struct verdict v = { 0 };
	struct admin_published p = { 0 };

	if (instruction_judge(a, der, &v, err) < 0 || api_publish(a, der, &p, err) < 0)
		return -1;
	if (json)
		return print_struct(&p, &admin_published_table, true, err);
	(void)printf("%s %s: %s; effect '%s'; goes to %u device%s\n",
		     document_type_name(v.document.type), p.id,
		     p.known ? "was published before" : "published", effect_name(v.effect),
		     p.devices, p.devices == 1 ? "" : "s");
	if (p.devices == 0)
		say_missing(&v.document);
	return 0;
}
