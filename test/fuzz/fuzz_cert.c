/* SPDX-License-Identifier: Apache-2.0 */
/* A certificate from a stranger: parsed, judged as its own anchor, and written back unchanged. */
#include <string.h>

#include "crypto/x509.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct cert *cert auto_cert = NULL;
	struct certs *list auto_certs = NULL;
	struct buf pem auto_buf = BUF_INIT;
	struct x509_request rq = { .time = 1795000000, .host = "a.example", .uri = "urn:x" };

	if (cert_parse_der(data, size, &cert, &err) < 0)
		return 0;
	if (cert_der(cert)->len != size || memcmp(cert_der(cert)->data, data, size) != 0)
		abort();
	if (certs_new(&list, &err) < 0 || certs_add(list, cert, &err) < 0)
		abort();
	rq.anchors = rq.untrusted = list;
	for (unsigned p = 1; p < X509_PURPOSE_MAX_; p++) {
		rq.purpose = (enum x509_purpose)p;
		rq.flags = p % 2 ? X509_WEB : 0;
		(void)!x509_judge(cert, &rq, &err);
	}
	(void)cert_is_self_signed(cert);
	if (cert_pem(cert, &pem, &err) < 0)
		abort();
	return 0;
}
