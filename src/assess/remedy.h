/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What would mend the failures of an assessment: a policy, and what no policy can. */
#include "assess/assessment.h"

struct remedy {
	json_t *settings; /* of a policy, as functions_check_settings takes them; may be empty */
	struct jmap_list notes; /* struct remedy_note */
};

struct remedy_note {
	char *control; /* a failure that the settings do not reach, or only in part */
	char *text;    /* why, and what to do instead */
};

void remedy_done(struct remedy *r);
#define auto_remedy CLEANUP(remedy_done)

/*
 * The failing requirements' settings, merged: of two numbers the stricter is taken, of two lists of
 * services all; what else two of them want differently is left as the first has it, with a note. Of
 * services only those are offered that the device runs (`evidence`: services.enabled, or a port
 * of net.listening); evidence NULL: all. Errors: INVALID (a catalogue whose remedy is no
 * setting), UNAVAILABLE.
 */
MUST_USE int remedy_of(const struct assessment *a, const struct evidence *evidence,
		       struct remedy *ret, struct error *err);
