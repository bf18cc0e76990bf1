/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/effect.h"

#include "proto/function.h"

enum effect document_effect(const struct document *d)
{
	struct error err = ERROR_INIT;
	enum effect effect = EFFECT_AUTHORITY;

	switch (d->type) {
	case DOCUMENT_HEAD: return EFFECT_ROUTINE;
	case DOCUMENT_ASSIGNMENT: return EFFECT_CONFIG;
	case DOCUMENT_POLICY:
		if (functions_check_settings(d->policy.settings, &effect, &err) < 0)
			return EFFECT_AUTHORITY;
		return effect;
	case DOCUMENT_COMMAND:
		if (functions_check_command(d->command.command, d->command.args, &effect, &err) < 0)
			return EFFECT_AUTHORITY;
		return effect;
	case DOCUMENT_TRUST:
	case DOCUMENT_NONE:
	case DOCUMENT_MAX_: break;
	}
	/* What cannot be told counts as the worst. */
	return EFFECT_AUTHORITY;
}
