/* SPDX-License-Identifier: Apache-2.0 */
/* A certification request from a stranger. */
#include "crypto/csr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct csr *csr auto_csr = NULL, *pem auto_csr = NULL;

	if (csr_parse(data, size, &csr, &err) == 0 && csr_spki(csr)->len == 0)
		abort();
	(void)!csr_parse_pem(data, size, &pem, &err);
	return 0;
}
