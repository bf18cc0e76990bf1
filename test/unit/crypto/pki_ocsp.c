/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/ocsp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "crypto/ossl.h"
#include "pki.h"
#include "../must.h"

static ASN1_GENERALIZEDTIME *at(int64_t time, int64_t otherwise)
{
	return ASN1_GENERALIZEDTIME_set(NULL, (time_t)(time ? time : otherwise));
}

static void add_answer(OCSP_BASICRESP *basic, const struct pki_ocsp *s)
{
	static const int statuses[] = { V_OCSP_CERTSTATUS_GOOD, V_OCSP_CERTSTATUS_REVOKED,
					V_OCSP_CERTSTATUS_UNKNOWN };
	const EVP_MD *md = EVP_get_digestbyname(s->id_digest ? s->id_digest : "SHA1");
	OCSP_CERTID *id = OCSP_cert_to_id(md, s->about->x509, s->issuer->cert->x509);
	ASN1_GENERALIZEDTIME *from = at(s->this_update, PKI_NOW - 3600);
	ASN1_GENERALIZEDTIME *to = at(s->next_update, PKI_NOW + PKI_DAY);
	ASN1_GENERALIZEDTIME *revoked = at(PKI_NOW - PKI_DAY, 0);

	MUST(id && from && to && revoked);
	MUST(OCSP_basic_add1_status(basic, id, statuses[s->status], OCSP_REVOKED_STATUS_NOSTATUS,
				    s->status == OCSP_STATUS_REVOKED ? revoked : NULL, from,
				    s->no_next_update ? NULL : to));
	OCSP_CERTID_free(id);
	ASN1_GENERALIZEDTIME_free(from);
	ASN1_GENERALIZEDTIME_free(to);
	ASN1_GENERALIZEDTIME_free(revoked);
}

static void add_extensions(OCSP_BASICRESP *basic, const struct pki_ocsp *s)
{
	if (s->nonce)
		MUST(OCSP_basic_add1_nonce(basic, (unsigned char *)s->nonce,
					   (int)strlen(s->nonce)) == 1);
	if (s->unknown_critical) {
		X509_EXTENSION *ext = X509V3_EXT_conf(NULL, NULL, "2.25.1", "critical,DER:0500");

		MUST(ext && OCSP_BASICRESP_add_ext(basic, ext, -1) == 1);
		X509_EXTENSION_free(ext);
	}
}

void pki_ocsp_der(const struct pki_ocsp *s, struct buf *ret)
{
	struct error err = ERROR_INIT;
	const struct pki_node *signer = s->signer ? s->signer : s->issuer;
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	unsigned long flags = OCSP_NOTIME | (s->no_certs || signer == s->issuer ? OCSP_NOCERTS : 0);
	ASN1_GENERALIZEDTIME *produced;
	OCSP_RESPONSE *response;

	MUST(basic);
	add_answer(basic, s);
	add_extensions(basic, s);
	produced = (ASN1_GENERALIZEDTIME *)OCSP_resp_get0_produced_at(basic);
	MUST(ASN1_GENERALIZEDTIME_set(produced, (time_t)(s->produced_at	  ? s->produced_at
							 : s->this_update ? s->this_update
									  : PKI_NOW - 3600)));
	MUST(OCSP_basic_sign(basic, signer->cert->x509, key_pkey(signer->key), EVP_sha256(), NULL,
			     flags) == 1);
	response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
	MUST(response && DER_APPEND(i2d_OCSP_RESPONSE, response, ret, &err) == 0);
	OCSP_RESPONSE_free(response);
	OCSP_BASICRESP_free(basic);
}

struct ocsp *pki_ocsp(const struct pki_ocsp *spec)
{
	struct error err = ERROR_INIT;
	struct buf der auto_buf = BUF_INIT;
	struct ocsp *ret = NULL;

	pki_ocsp_der(spec, &der);
	MUST(ocsp_parse(der.data, der.len, &ret, &err) == 0);
	return ret;
}

struct ocsps *pki_ocsps(const struct ocsp *first, ...)
{
	struct error err = ERROR_INIT;
	struct ocsps *ocsps = NULL;
	va_list ap;

	MUST(ocsps_new(&ocsps, &err) == 0);
	va_start(ap, first);
	for (const struct ocsp *o = first; o; o = va_arg(ap, const struct ocsp *))
		MUST(ocsps_add(ocsps, o, &err) == 0);
	va_end(ap);
	return ocsps;
}
