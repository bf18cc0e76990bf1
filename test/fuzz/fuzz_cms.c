/* SPDX-License-Identifier: Apache-2.0 */
/* A signed document, or EST's certificates, from a stranger. */
#include "base/limits.h"
#include "crypto/cms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct cms *cms auto_cms = NULL;
	struct certs *certs auto_certs = NULL;

	if (cms_parse(data, size, LIMIT_DOCUMENT, &cms, &err) == 0) {
		if (cms_n_signers(cms) == 0 || cms_content(cms).len > size)
			abort();
		for (size_t i = 0; i < cms_n_signers(cms); i++)
			(void)!cms_check_signature(cms, i, &err);
	} else if (err.code != ERROR_REFUSED) {
		abort(); /* what a stranger sends has a reason, not an internal error */
	}
	if (cms_certs_parse(data, size, &certs, &err) == 0 && certs_count(certs) == 0)
		abort();
	return 0;
}
