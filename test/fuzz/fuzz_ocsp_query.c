/* SPDX-License-Identifier: Apache-2.0 */
/* An OCSP request from a stranger, as a responder gets it. */
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "crypto/ocsp_query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct ocsp_query *q auto_ocsp_query = NULL;

	if (ocsp_query_parse(data, size, &q, &err) < 0)
		return 0;
	if (ocsp_query_count(q) < 1 || ocsp_query_nonce(q)->len > LIMIT_OCSP_NONCE)
		abort();
	for (size_t i = 0; i < ocsp_query_count(q); i++)
		if (!ocsp_query_serial(q, i))
			abort();
	return 0;
}
