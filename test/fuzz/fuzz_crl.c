/* SPDX-License-Identifier: Apache-2.0 */
/* A CRL from a stranger, DER or PEM: parsed, and written back unchanged. */
#include <string.h>

#include "crypto/crl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct crl *crl auto_crl = NULL, *again auto_crl = NULL;
	const struct buf *der;

	if (crl_parse(data, size, &crl, &err) < 0)
		return 0;
	der = crl_der(crl);
	if (crl_parse_der(der->data, der->len, &again, &err) < 0)
		abort();
	if (crl_number(crl) != crl_number(again) || crl_count(crl) != crl_count(again))
		abort();
	return 0;
}
