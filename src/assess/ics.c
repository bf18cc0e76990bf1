/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/ics.h"

#include <string.h>

#include "assess/list.h"
#include "assess/trait.h"

const struct statement_claim *find_claim(const struct statement *s, const char *control)
{
	const struct statement_claim *claims = s->claims.items;

	for (size_t i = 0; i < s->claims.n; i++)
		if (strcmp(claims[i].control, control) == 0)
			return &claims[i];
	return NULL;
}

static int fault(struct assessment *a, struct error *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int fault(struct assessment *a, struct error *err, const char *fmt, ...)
{
	struct assessment_fault *f = list_add(&a->faults, sizeof(*f), err);
	char said[512];
	va_list ap;

	if (!f)
		return -1;
	va_start(ap, fmt);
	(void)vsnprintf(said, sizeof(said), fmt, ap);
	va_end(ap);
	return text_copy(said, &f->text, err);
}

static int check_not_applicable(struct assessment *a, const struct control *c, struct error *err)
{
	const struct trait_result *which = NULL;
	enum truth applies = control_applies(&a->traits, c, &which);

	if (c->conditions.n == 0 && c->features.n == 0)
		return fault(a, err, "%s: N/A, but it applies to every device", c->id);
	if (applies == TRUTH_YES)
		return fault(a, err, "%s: N/A, but all that it depends on holds", c->id);
	return 0;
}

static int check_claim(struct assessment *a, const struct control *c,
		       const struct statement_claim *claim, struct error *err)
{
	if (!claim)
		return fault(a, err, "%s: no claim", c->id);
	if (claim->support != SUPPORT_YES && !claim->detail &&
	    fault(a, err, "%s: %s without a reason", c->id, support_enum.names[claim->support]) < 0)
		return -1;
	if (claim->support == SUPPORT_NO && c->level == LEVEL_MANDATORY)
		return fault(a, err, "%s: N, but it is mandatory", c->id);
	if (claim->support == SUPPORT_NOT_APPLICABLE)
		return check_not_applicable(a, c, err);
	return 0;
}

/* Claims on what is not there, and second claims. */
static int check_strays(const struct assess_input *in, struct assessment *a, struct error *err)
{
	const struct statement_claim *claims = in->statement->claims.items;

	for (size_t i = 0; i < in->statement->claims.n; i++) {
		if (!catalog_control(in->catalog, claims[i].control) &&
		    fault(a, err, "%s: %s has no such requirement", claims[i].control,
			  in->catalog->id) < 0)
			return -1;
		if (find_claim(in->statement, claims[i].control) != &claims[i] &&
		    fault(a, err, "%s: a second claim", claims[i].control) < 0)
			return -1;
	}
	return 0;
}

static int check_traits(struct assessment *a, struct error *err)
{
	const struct trait_result *t = a->traits.items;

	for (size_t i = 0; i < a->traits.n; i++) {
		if (t[i].stated == TRUTH_UNKNOWN &&
		    fault(a, err, "%s (%s): not stated whether it holds", t[i].id, t[i].text) < 0)
			return -1;
		if (t[i].contradiction &&
		    fault(a, err, "%s (%s): stated %s, but the device shows %s: %s", t[i].id,
			  t[i].text, truth_enum.names[t[i].stated], truth_enum.names[t[i].seen],
			  t[i].because ? t[i].because : "") < 0)
			return -1;
	}
	return 0;
}

int judge_ics(const struct assess_input *in, struct assessment *a, struct error *err)
{
	const struct control *controls = in->catalog->controls.items;

	a->ics = ICS_ABSENT;
	if (!in->statement)
		return 0;
	if (strcmp(in->statement->catalog, in->catalog->id) != 0 &&
	    fault(a, err, "the statement is about %s, not about %s", in->statement->catalog,
		  in->catalog->id) < 0)
		return -1;
	if (check_traits(a, err) < 0 || check_strays(in, a, err) < 0)
		return -1;
	for (size_t i = 0; i < in->catalog->controls.n; i++)
		if (check_claim(a, &controls[i], find_claim(in->statement, controls[i].id), err) <
		    0)
			return -1;
	a->ics = a->faults.n == 0 ? ICS_VALID : ICS_INVALID;
	return 0;
}
