/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "platform/edit.h"
#include "platform/pam_try.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever the file of others is: our lines go in and come out, and every byte is as before. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct pam_line deny = { "auth", "pam_deny.so" };
	static const struct edit edits[] = {
		{ EDIT_TOP, NULL, NULL, "x\n" },
		{ EDIT_OFF, pam_line_matches, &deny, NULL },
		{ EDIT_BOTTOM, NULL, NULL, "y\n" },
	};
	struct error err = ERROR_INIT;
	auto_buf struct buf clean = BUF_INIT, with = BUF_INIT, back = BUF_INIT;

	if (edit_strip(&BUF_VIEW(data, size), "X", &clean, &err) < 0 ||
	    edit_apply(&clean, "Y", edits, 3, &with, &err) < 0 ||
	    edit_strip(&with, "Y", &back, &err) < 0)
		abort();
	buf_done(&with);
	if (edit_strip(&clean, "Y", &with, &err) < 0)
		abort();
	if (back.len != with.len || (with.len && memcmp(back.data, with.data, with.len) != 0))
		abort();
	return 0;
}
