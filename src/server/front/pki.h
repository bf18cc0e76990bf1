/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What is published under /pki/: the channel tree's certificates and CRLs, and the authority's CRL,
 * as core says. The same bytes serve those who ask, and front itself for judging its peers.
 */
#include "crypto/cert.h"
#include "crypto/crl.h"
#include "ipc/server_messages.h"

struct pki_item {
	char *name;
	char issuer[SHA256_HEX_SIZE]; /* the issuing key */
	struct buf der;
	struct cert *cert; /* of "*.crt", else NULL */
	struct crl *crl;   /* of "*.crl", else NULL */
};

struct pki {
	struct pki_item *items;
	size_t n;
};

void pki_done(struct pki *p);
#define auto_pki CLEANUP(pki_done)
/* From core's message. Errors: INVALID (sizes, or an item that cannot be parsed). */
MUST_USE int pki_read(const struct server_pki_is *body, const struct buf *blob, struct pki *ret,
		      struct error *err);
/* By its name; a CRL by its issuer's key too ("<SHA-256>.crl"), since whoever lacks status knows
 * nothing else of it. NULL where nothing has that name. */
const struct pki_item *pki_find(const struct pki *p, const char *name);
/* The certificate "<name>.crt". Errors: NOT_FOUND. */
MUST_USE int pki_cert(const struct pki *p, const char *name, const struct cert **ret,
		      struct error *err);
/* All CRLs. */
MUST_USE int pki_crls(const struct pki *p, struct crls **ret, struct error *err);
