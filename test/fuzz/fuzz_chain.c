/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates from a stranger, DER one behind the other: the first is judged, all may lie between,
 * and the last is the anchor, so that whatever parses reaches the rules and the search.
 */
#include "crypto/x509.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The length of the SEQUENCE at the front, of two octets of length as certificates have; 0: none.
 */
static size_t sequence(const uint8_t *data, size_t size)
{
	size_t n;

	if (size < 4 || data[0] != 0x30 || data[1] != 0x82)
		return 0;
	n = 4 + ((size_t)data[2] << 8 | data[3]);
	return n <= size ? n : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned flags[] = { 0, X509_WEB, X509_WEB | X509_EXPLICIT_POLICY };
	struct error err = ERROR_INIT;
	struct certs *all auto_certs = NULL, *anchors auto_certs = NULL;
	struct x509_request rq = { .time = 1795000000, .host = "a.example" };

	if (certs_new(&all, &err) < 0 || certs_new(&anchors, &err) < 0)
		abort();
	for (size_t n = sequence(data, size); n > 0 && certs_count(all) < 16;
	     data += n, size -= n, n = sequence(data, size)) {
		struct cert *cert auto_cert = NULL;

		if (cert_parse_der(data, n, &cert, &err) < 0 || certs_add(all, cert, &err) < 0)
			return 0;
	}
	if (certs_count(all) < 2)
		return 0;
	if (certs_add(anchors, certs_get(all, certs_count(all) - 1), &err) < 0)
		abort();
	rq.anchors = anchors;
	rq.untrusted = all;
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		for (unsigned p = 1; p < X509_PURPOSE_MAX_; p++) {
			rq.purpose = (enum x509_purpose)p;
			rq.flags = flags[i];
			(void)!x509_judge(certs_get(all, 0), &rq, &err);
		}
	return 0;
}
