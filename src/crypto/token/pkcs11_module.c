/* SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <string.h>

#include "crypto/token/pkcs11_internal.h"

/* p11-kit's library is itself a module: it presents all that the system has configured. */
#define DEFAULT_MODULE "libp11-kit.so.0"

/* One thread per process. */
static struct pkcs11_module *modules;

static const struct {
	ck_rv_t rv;
	enum error_code code;
	const char *text;
} answers[] = {
	{ CKR_PIN_INCORRECT, ERROR_UNAUTHORIZED, "the PIN is wrong" },
	{ CKR_PIN_INVALID, ERROR_UNAUTHORIZED, "the PIN is wrong" },
	{ CKR_PIN_LEN_RANGE, ERROR_UNAUTHORIZED, "the PIN is wrong" },
	{ CKR_PIN_LOCKED, ERROR_DENIED, "the PIN is locked" },
	{ CKR_PIN_EXPIRED, ERROR_DENIED, "the PIN has expired" },
	{ CKR_USER_PIN_NOT_INITIALIZED, ERROR_DENIED, "the token has no PIN yet" },
	{ CKR_TOKEN_WRITE_PROTECTED, ERROR_DENIED, "the token is write-protected" },
	{ CKR_MECHANISM_INVALID, ERROR_UNSUPPORTED, "the token cannot do that" },
	{ CKR_DOMAIN_PARAMS_INVALID, ERROR_UNSUPPORTED, "the token does not know the curve" },
	{ CKR_TOKEN_NOT_PRESENT, ERROR_UNAVAILABLE, "the token is gone" },
	{ CKR_DEVICE_REMOVED, ERROR_UNAVAILABLE, "the token is gone" },
	{ CKR_SESSION_HANDLE_INVALID, ERROR_UNAVAILABLE, "the token is gone" },
	{ CKR_SESSION_CLOSED, ERROR_UNAVAILABLE, "the token is gone" },
	{ CKR_KEY_HANDLE_INVALID, ERROR_UNAVAILABLE, "the key is gone" },
	{ CKR_OBJECT_HANDLE_INVALID, ERROR_UNAVAILABLE, "the key is gone" },
	{ CKR_USER_NOT_LOGGED_IN, ERROR_UNAVAILABLE, "the login is gone" },
};

int pkcs11_fail(struct error *err, ck_rv_t rv, const char *what)
{
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++)
		if (answers[i].rv == rv)
			return error_set(err, answers[i].code, "%s: %s", what, answers[i].text);
	return error_set(err, ERROR_UNAVAILABLE, "%s: PKCS#11 error 0x%lx", what, rv);
}

static int start(struct pkcs11_module *m, struct error *err)
{
	ck_rv_t rv = m->f->C_Initialize(NULL);

	if (rv != CKR_OK && rv != CKR_CRYPTOKI_ALREADY_INITIALIZED)
		return pkcs11_fail(err, rv, "start the PKCS#11 module");
	m->generation++;
	return 0;
}

int pkcs11_module_restart(struct pkcs11_module *m, struct error *err)
{
	(void)m->f->C_Finalize(NULL);
	return start(m, err);
}

static int load(const char *path, struct pkcs11_module *ret, struct error *err)
{
	ck_rv_t (*get)(struct ck_function_list **);
	ck_rv_t rv;

	ret->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!ret->handle)
		return error_set(err, ERROR_NOT_FOUND, "the PKCS#11 module: %s", dlerror());
	*(void **)&get = dlsym(ret->handle, "C_GetFunctionList");
	if (!get)
		return error_set(err, ERROR_NOT_FOUND, "%s is no PKCS#11 module", path);
	rv = get(&ret->f);
	if (rv != CKR_OK || !ret->f || ret->f->version.major != 2)
		return error_set(err, ERROR_UNAVAILABLE, "%s does not speak PKCS#11 2", path);
	return 0;
}

int pkcs11_module_open(const struct buf *path, struct pkcs11_module **ret, struct error *err)
{
	const char *name = path->len ? (const char *)path->data : DEFAULT_MODULE;
	struct pkcs11_module *m auto_free = NULL;

	for (struct pkcs11_module *known = modules; known; known = known->next) {
		if (strcmp(known->path, name) != 0)
			continue;
		if (known->refs == 0 && start(known, err) < 0)
			return -1;
		known->refs++;
		*ret = known;
		return 0;
	}
	m = calloc(1, sizeof(*m));
	if (!m)
		return error_oom(err);
	if (load(name, m, err) < 0 || start(m, err) < 0)
		return -1;
	m->path = strdup(name);
	if (!m->path)
		return error_oom(err);
	m->refs = 1;
	m->next = modules;
	modules = STEAL(m);
	*ret = modules;
	return 0;
}

void pkcs11_module_close(struct pkcs11_module *m)
{
	/* Not unloaded: modules leave threads and handlers behind that would run into nothing. */
	if (m && --m->refs == 0)
		(void)m->f->C_Finalize(NULL);
}
