/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Inside pkcs11*.c only: PKCS#11 2.40 by p11-kit's header, in its GNU spelling. */
#define CRYPTOKI_GNU 1
#include <p11-kit/pkcs11.h>

#include "crypto/token/store.h"

struct pkcs11_module {
	void *handle;		    /* of dlopen; stays for the life of the process */
	struct ck_function_list *f; /* of the module */
	char *path;		    /* owned */
	unsigned refs;		    /* keys that use it; C_Finalize at 0 */
	unsigned generation; /* of starts: a restart ends all sessions, and reuses their numbers */
	struct pkcs11_module *next;
};

struct pkcs11_session {
	struct pkcs11_module *module;
	ck_slot_id_t slot;
	ck_session_handle_t handle;
	bool open;
	unsigned generation; /* of the module, when it was opened */
	struct ck_slot_info slot_info;
	struct ck_token_info token_info;
};

/* *err from what a module returned. */
MUST_USE int pkcs11_fail(struct error *err, ck_rv_t rv, const char *what);
/* Loads a module and starts it, or takes another reference. Errors: NOT_FOUND, UNAVAILABLE. */
MUST_USE int pkcs11_module_open(const struct buf *path, struct pkcs11_module **ret,
				struct error *err);
void pkcs11_module_close(struct pkcs11_module *module);
/* Ends all sessions and begins anew: some modules look for tokens only then. */
MUST_USE int pkcs11_module_restart(struct pkcs11_module *module, struct error *err);

/* Finds the one token that the URI names, opens a session and logs in. Errors: as key_open. */
MUST_USE int pkcs11_session_open(struct pkcs11_session *s, const struct key_uri *uri, bool write,
				 struct error *err);
bool pkcs11_session_is_open(const struct pkcs11_session *s);
void pkcs11_session_close(struct pkcs11_session *s);
