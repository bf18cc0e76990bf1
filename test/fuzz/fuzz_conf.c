/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as YAML or JSON: what is taken has a position for every value and reads back the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at(const struct conf *c, const char *prefix)
{
	struct conf_position at = conf_where(c, prefix);

	if (at.line == 0 || at.column == 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_conf struct conf *c = NULL, *again = NULL;
	auto_buf struct buf text = BUF_INIT;
	struct error err = ERROR_INIT;
	const char *key;
	json_t *v;

	if (conf_parse("fuzz", data, size, &c, &err) < 0) {
		if (err.code == ERROR_NONE || strncmp(err.msg, "fuzz:", 5) != 0)
			abort();
		return 0;
	}
	look_at(c, "");
	json_object_foreach (conf_tree(c), key, v) {
		look_at(c, key);
	}
	if (!json_is_object(conf_tree(c)) && !json_is_array(conf_tree(c)))
		return 0;
	if (jmap_dump(conf_tree(c), &text, &err) < 0 ||
	    conf_parse("fuzz", text.data, text.len, &again, &err) < 0)
		abort();
	if (!json_equal(conf_tree(c), conf_tree(again)))
		abort();
	return 0;
}
