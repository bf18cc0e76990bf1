/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Private keys in files, PKCS#11 tokens and TPMs behind one interface: what comes back is a struct
 * key like any other, rated by key_level. Only programs that need tokens link this folder.
 * FCS_STG_EXT.1, FCS_STG_EXT.4, FCS_CKM.1, A-STG-1, A-STG-2.
 */
#include "base/error.h"
#include "crypto/key.h"

/*
 * The private key that a URI (crypto/key_uri.h) names. The key of a token stays there, and each
 * signature asks for it; a token that comes back after it was pulled is found again.
 * Errors: as key_uri_parse and key_load; NOT_FOUND (no such module, token or key), CONFLICT (more
 * than one), UNAUTHORIZED (the PIN is wrong: it is not tried again), DENIED (the PIN is locked, or
 * others may read its file), INVALID (no PIN where one is needed; the key is of another kind, of
 * another TPM, or not what its public half says), UNAVAILABLE (token, TPM or driver do not answer).
 */
MUST_USE int key_open(const char *uri, struct key **ret, struct error *err);
/*
 * Make a key where the URI says, so that it never was elsewhere: a file of mode 0600; in a token,
 * sensitive and not extractable; in a TPM, bound to it, with a fixed scheme (P-256 only).
 * Errors: as above; CONFLICT (there is one already), UNSUPPORTED (the type is not for that store).
 */
MUST_USE int key_create(const char *uri, enum key_type type, struct key **ret, struct error *err);
/*
 * Destroy the key that a URI names (FCS_CKM_EXT.4): the objects of a token, the file overwritten
 * before it is removed. What is not there needs no destroying. Errors: as key_open, without
 * NOT_FOUND for the key itself.
 */
MUST_USE int key_destroy(const char *uri, struct error *err);
/*
 * Load what opening this key will need of libraries, before a process seals itself and cannot map
 * code any more. Nothing for a file. Errors: NOT_FOUND (no such module), UNAVAILABLE, INVALID.
 */
MUST_USE int key_prepare(const char *uri, struct error *err);
