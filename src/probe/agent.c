/* SPDX-License-Identifier: Apache-2.0 */
/* How the agent's own keys are kept, as it says itself over its control socket. */
#include <string.h>

#include "base/limits.h"
#include "platform/run.h"
#include "probe/probes.h"

#define AGENT "/usr/sbin/muster-agent"

static int look_keys(struct probe *p, const json_t *status, struct error *err)
{
	const json_t *keys = json_object_get(status, "keys"), *key;
	size_t i;

	json_array_foreach (keys, i, key) {
		const char *name = json_string_value(json_object_get(key, "key"));
		const char *why = json_string_value(json_object_get(key, "reason"));
		long long level = json_integer_value(json_object_get(key, "level"));

		if (name && fact_item(p, FACT_KEYS_LEVEL, name, err, "level %lld%s%s", level,
				      why ? ": " : "", why ? why : "") < 0)
			return -1;
	}
	return 0;
}

int probe_agent(struct probe *p, struct error *err)
{
	static const char *const argv[] = { AGENT, "status", "--json", NULL };
	auto_buf struct buf text = BUF_INIT;
	auto_json json_t *status = NULL;
	int code;

	if (!probe_exists(p, AGENT))
		return error_set(err, ERROR_UNSUPPORTED, "no agent");
	if (run_program(&(struct run){ .argv = argv }, &code, &text, err) < 0 ||
	    buf_puts(&text, "", err) < 0)
		return -1;
	if (code != 0)
		return error_set(err, ERROR_UNSUPPORTED, "the agent does not answer: %.120s",
				 (char *)text.data);
	if (jmap_parse(text.data, text.len, LIMIT_RUN_OUTPUT, &status, err) < 0)
		return error_wrap(err, "muster-agent status");
	if (!json_array_size(json_object_get(status, "keys")))
		return error_set(err, ERROR_UNSUPPORTED, "the agent has no keys yet");
	return fact_items(p, FACT_KEYS_LEVEL, err) < 0 ? -1 : look_keys(p, status, err);
}
