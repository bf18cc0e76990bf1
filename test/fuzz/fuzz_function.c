/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "proto/function.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every setting of a policy: what is bound is written, and what was written is bound again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	auto_json json_t *tree = NULL;
	enum effect e;
	const char *key;
	json_t *v;

	if (jmap_parse(data, size, LIMIT_DOCUMENT_CONTENT, &tree, &err) < 0 ||
	    functions_check_settings(tree, &e, &err) < 0)
		return 0;
	json_object_foreach (tree, key, v) {
		const struct function *f = function_find(key, FUNCTION_SETTING);
		auto_buf struct buf out = BUF_INIT;
		auto_json json_t *again = NULL;
		void *args = NULL, *same = NULL;

		if (function_bind(f, v, &args, &err) < 0 ||
		    jmap_write(args, f->args, &out, &err) < 0 ||
		    jmap_parse(out.data, out.len, LIMIT_DOCUMENT, &again, &err) < 0 ||
		    function_bind(f, again, &same, &err) < 0)
			abort();
		function_free(f, args);
		function_free(f, same);
	}
	return 0;
}
