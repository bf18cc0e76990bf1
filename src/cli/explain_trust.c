/* SPDX-License-Identifier: Apache-2.0 */
/* Trust documents in words, and what changes from one to the next. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/explain.h"
#include "crypto/cert.h"

int explain_line(json_t *to, struct error *err, const char *fmt, ...)
{
	auto_free char *text = NULL, *shown = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0) {
		text = NULL;
		return error_oom(err);
	}
	shown = malloc((size_t)n + 1);
	if (!shown ||
	    json_array_append_new(to, json_string(printable(text, shown, (size_t)n + 1))) < 0)
		return error_oom(err);
	return 0;
}

/* The numbers of a trust document: name, and where it is. */
#define NUMBERS(X) \
	X("quorum: routine", quorum.routine) \
	X("quorum: configuration", quorum.configuration) \
	X("quorum: channel-cutting", quorum.channel) \
	X("quorum: destructive", quorum.destructive) \
	X("quorum: code", quorum.code) \
	X("quorum: authority", quorum.authority) \
	X("delay of what destroys, seconds", delays.destructive_s) \
	X("devices that one command may name", max_targets)

static int changed_numbers(const struct trust *a, const struct trust *b, json_t *to,
			   struct error *err)
{
#define X(name, member) \
	if (a->member != b->member && \
	    explain_line(to, err, "%s: %u → %u", name, a->member, b->member) < 0) \
		return -1;
	NUMBERS(X)
#undef X
	return 0;
}

static int all_numbers(const struct trust *t, json_t *to, struct error *err)
{
#define X(name, member) \
	if (explain_line(to, err, "%s: %u", name, t->member) < 0) \
		return -1;
	NUMBERS(X)
#undef X
	return 0;
}

/* A signer as the eye of a person finds it. */
typedef int signer_fn(const char *role, const struct trust_signer *s, void *userdata,
		      struct error *err);

static int each(const char *role, const struct jmap_list *signers, signer_fn *fn, void *userdata,
		struct error *err)
{
	const struct trust_signer *s = signers->items;

	for (size_t i = 0; i < signers->n; i++)
		if (fn(role, &s[i], userdata, err) < 0)
			return -1;
	return 0;
}

static const char online[] = "online signer";

static int each_signer(const struct trust *t, signer_fn *fn, void *userdata, struct error *err)
{
	const struct trust_role *roles = t->roles.items;

	for (size_t i = 0; i < t->roles.n; i++)
		if (each(roles[i].name, &roles[i].signers, fn, userdata, err) < 0)
			return -1;
	return each(online, &t->online.signers, fn, userdata, err);
}

struct search {
	const char *role;
	const struct trust_signer *s;
	bool found;
};

static int is_it(const char *role, const struct trust_signer *s, void *userdata, struct error *err)
{
	struct search *q = userdata;

	(void)err;
	q->found |= strcmp(role, q->role) == 0 && strcmp(s->key, q->s->key) == 0 &&
		    strcmp(s->person, q->s->person) == 0;
	return 0;
}

static bool has_signer(const struct trust *t, const char *role, const struct trust_signer *s)
{
	struct search q = { role, s, false };
	struct error none = ERROR_INIT;

	(void)!each_signer(t, is_it, &q, &none);
	return q.found;
}

struct comparison {
	const struct trust *other; /* NULL: list all */
	const char *what;	   /* " ADDED" */
	json_t *to;
};

static int say_missing(const char *role, const struct trust_signer *s, void *userdata,
		       struct error *err)
{
	const struct comparison *c = userdata;

	if (c->other && has_signer(c->other, role, s))
		return 0;
	return explain_line(c->to, err, "%s%s: %s, key %s", role, c->what, s->person, s->key);
}

static bool has_anchor(const struct trust *t, const struct trust_anchor *a)
{
	const struct trust_anchor *b = t->anchors.items;

	for (size_t i = 0; i < t->anchors.n; i++)
		if (buf_is(&b[i].certificate, a->certificate.data, a->certificate.len))
			return true;
	return false;
}

static int say_anchors(const struct trust *t, const struct comparison *c, struct error *err)
{
	const struct trust_anchor *a = t->anchors.items;
	char until[TIME_SIZE];

	for (size_t i = 0; i < t->anchors.n; i++) {
		auto_cert struct cert *cert = NULL;

		if (c->other && has_anchor(c->other, &a[i]))
			continue;
		if (cert_parse_der(a[i].certificate.data, a[i].certificate.len, &cert, err) < 0)
			return error_wrap(err, "an anchor");
		time_format(cert_not_after(cert), until);
		if (explain_line(c->to, err, "root%s: %s, until %s, SHA-256 %s", c->what,
				 cert_common_name(cert), until, cert_sha256(cert)) < 0)
			return -1;
	}
	return 0;
}

static bool has_text(const struct strings *list, const char *text)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->items[i], text) == 0)
			return true;
	return false;
}

static int say_may(const struct trust *t, const struct comparison *c, struct error *err)
{
	for (size_t i = 0; i < t->online.may.n; i++) {
		const char *may = t->online.may.items[i];

		if (c->other && has_text(&c->other->online.may, may))
			continue;
		if (explain_line(c->to, err, "command of the online signer%s: %s", c->what, may) <
		    0)
			return -1;
	}
	return 0;
}

/* What one has and the other has not. */
static int say_all(const struct trust *t, struct comparison c, struct error *err)
{
	if (say_anchors(t, &c, err) < 0 || each_signer(t, say_missing, &c, err) < 0)
		return -1;
	return say_may(t, &c, err);
}

int explain_trust(const struct trust *t, json_t **ret, struct error *err)
{
	auto_json json_t *lines = json_array();
	char issued[TIME_SIZE];

	if (!lines)
		return error_oom(err);
	time_format(t->issued, issued);
	if (explain_line(lines, err, "trust %u, issued %s", t->version, issued) < 0 ||
	    say_all(t, (struct comparison){ NULL, "", lines }, err) < 0 ||
	    all_numbers(t, lines, err) < 0)
		return -1;
	*ret = STEAL(lines);
	return 0;
}

int explain_changes(const struct trust *from, const struct trust *to, json_t **ret,
		    struct error *err)
{
	auto_json json_t *lines = json_array();

	if (!lines)
		return error_oom(err);
	if (say_all(from, (struct comparison){ to, " REMOVED", lines }, err) < 0 ||
	    say_all(to, (struct comparison){ from, " ADDED", lines }, err) < 0 ||
	    changed_numbers(from, to, lines, err) < 0)
		return -1;
	*ret = STEAL(lines);
	return 0;
}
