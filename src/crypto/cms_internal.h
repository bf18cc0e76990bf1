/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Inside cms*.c only. */
#include "crypto/cms.h"
#include "crypto/ossl.h"

struct cms_signer_info {
	CMS_SignerInfo *si;	 /* of ci */
	const struct cert *cert; /* of certs */
	const EVP_MD *md;
};

struct cms {
	CMS_ContentInfo *ci; /* owned */
	struct buf content;  /* a view into ci */
	struct certs *certs;
	struct crls *crls;
	struct cms_signer_info *signers; /* owned */
	size_t n;
};
