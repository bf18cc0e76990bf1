/* SPDX-License-Identifier: Apache-2.0 */
/* An OCSP response from a stranger: parsed, and read to its end. */
#include <stdlib.h>
#include <string.h>

#include "crypto/ocsp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct ocsp *ocsp auto_ocsp = NULL;

	if (ocsp_parse(data, size, &ocsp, &err) < 0)
		return 0;
	if (ocsp_der(ocsp)->len != size || memcmp(ocsp_der(ocsp)->data, data, size) != 0)
		abort();
	for (size_t i = 0; i < ocsp_count(ocsp); i++)
		if (!ocsp_single(ocsp, i)->serial ||
		    ocsp_single(ocsp, i)->this_update > ocsp_single(ocsp, i)->next_update)
			abort();
	return 0;
}
