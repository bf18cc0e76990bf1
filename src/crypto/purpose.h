/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a certificate is for: the one list. A purpose is proven by an explicit extended key usage;
 * one purpose never serves another (FIA_X509_EXT.1). Our own usages stand under an arc from a
 * UUID (ITU-T X.667), which needs no registration.
 */
#include <stdbool.h>

#include "base/error.h"

#define X509_ARC "2.25.173041519682720203164603306361239638233"

/* id, wire name, required usage, a second one or NULL, whether other usages may stand beside */
#define X509_PURPOSES(X) \
	X(X509_TLS_SERVER, "tls-server", "1.3.6.1.5.5.7.3.1", NULL, true) \
	X(X509_TLS_CLIENT, "tls-client", "1.3.6.1.5.5.7.3.2", NULL, true) \
	/* serverAuth and cmcRA, RFC 7030 3.6.1 */ \
	X(X509_EST_SERVER, "est-server", "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.28", true) \
	X(X509_CODE_SIGNER, "code-signer", "1.3.6.1.5.5.7.3.3", NULL, true) \
	X(X509_OCSP_SIGNER, "ocsp-signer", "1.3.6.1.5.5.7.3.9", NULL, false) \
	/* an administrator, over instructions; a server's key is never one */ \
	X(X509_INSTRUCTION_SIGNER, "instruction-signer", X509_ARC ".1", NULL, false) \
	/* the server, over heads and what trust allows it */ \
	X(X509_ONLINE_SIGNER, "online-signer", X509_ARC ".2", NULL, false) \
	/* a device, over evidence and the heads of its record chain */ \
	X(X509_EVIDENCE_SIGNER, "evidence-signer", X509_ARC ".3", NULL, false) \
	/* a certificate authority: no usage asked for, CA=TRUE and keyCertSign are */ \
	X(X509_CA, "ca", NULL, NULL, true) \
	/* the chain alone, for `muster cert verify` over corpora; nothing else asks for it */ \
	X(X509_ANY, "any", NULL, NULL, true)

enum x509_purpose {
	X509_PURPOSE_NONE_ = 0,
#define X(id, name, eku, eku2, others) id,
	X509_PURPOSES(X)
#undef X
		X509_PURPOSE_MAX_
};

/* The wire name; "?" for what is no purpose. */
const char *x509_purpose_name(enum x509_purpose purpose);
/* X509_PURPOSE_NONE_ where no purpose has that name. */
enum x509_purpose x509_purpose_find(const char *name);
/* The k-th (0, 1) usage that the purpose requires, dotted; NULL where there is none. */
const char *x509_purpose_eku(enum x509_purpose purpose, unsigned k);
/* Whether a certificate for the purpose may carry other usages too. */
bool x509_purpose_shares(enum x509_purpose purpose);
