/* SPDX-License-Identifier: Apache-2.0 */
/* Private EC keys in a token: found by name, made there, and asked for signatures. */
#include <openssl/rand.h>
#include <string.h>

#include "base/limits.h"
#include "crypto/token/pkcs11_internal.h"

enum { EC_POINT_MAX = 160, ID_SIZE = 16 };

/* One key; the struct key's signer owns it. */
struct pkcs11_key {
	struct key_uri uri;
	struct pkcs11_session session;
	ck_object_handle_t object;
	enum key_type type;
	bool refused; /* the PIN was wrong once: a second try could lock it */
};

static const struct {
	uint8_t len, oid[10]; /* CKA_EC_PARAMS: the DER of the curve's OID */
} params[] = {
	[KEY_P256] = { 10, { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 } },
	[KEY_P384] = { 7, { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22 } },
};

static void key_done(void *userdata)
{
	struct pkcs11_key *k = userdata;

	if (!k)
		return;
	if (k->session.module)
		pkcs11_session_close(&k->session);
	pkcs11_module_close(k->session.module);
	key_uri_done(&k->uri);
	free(k);
}

static void pkcs11_key_freep(struct pkcs11_key **k)
{
	key_done(*k);
}

static struct ck_attribute bytes(ck_attribute_type_t type, const void *data, size_t len)
{
	return (struct ck_attribute){ type, (void *)data, len };
}

/* The first of what was looked for, and how many there are: 2 stand for more. */
struct found {
	ck_object_handle_t object;
	unsigned long n;
};

static int find(const struct pkcs11_session *s, const struct ck_attribute *want, size_t n,
		struct found *ret, struct error *err)
{
	const struct ck_function_list *f = s->module->f;
	ck_object_handle_t found[2] = { 0 };
	unsigned long count = 0;
	ck_rv_t rv = f->C_FindObjectsInit(s->handle, (struct ck_attribute *)want, n);

	if (rv != CKR_OK)
		return pkcs11_fail(err, rv, "look for a key");
	rv = f->C_FindObjects(s->handle, found, ARRAY_SIZE(found), &count);
	(void)f->C_FindObjectsFinal(s->handle);
	if (rv != CKR_OK)
		return pkcs11_fail(err, rv, "look for a key");
	*ret = (struct found){ found[0], count };
	return 0;
}

static int find_named(const struct pkcs11_session *s, ck_object_class_t class,
		      const struct buf *label, const struct buf *id, struct found *ret,
		      struct error *err)
{
	struct ck_attribute want[3] = { bytes(CKA_CLASS, &class, sizeof(class)) };
	size_t n = 1;

	if (label->len > 0)
		want[n++] = bytes(CKA_LABEL, label->data, label->len);
	if (id->len > 0)
		want[n++] = bytes(CKA_ID, id->data, id->len);
	return find(s, want, n, ret, err);
}

static int find_private(struct pkcs11_key *k, struct error *err)
{
	struct found found = { 0 };

	if (find_named(&k->session, CKO_PRIVATE_KEY, &k->uri.object, &k->uri.id, &found, err) < 0)
		return -1;
	if (found.n == 0)
		return error_set(err, ERROR_NOT_FOUND, "the token has no such private key");
	if (found.n > 1)
		return error_set(err, ERROR_CONFLICT, "several private keys are called that");
	k->object = found.object;
	return 0;
}

static int get(const struct pkcs11_session *s, ck_object_handle_t object, ck_attribute_type_t type,
	       void *data, size_t *len, struct error *err)
{
	struct ck_attribute a = bytes(type, data, *len);
	ck_rv_t rv = s->module->f->C_GetAttributeValue(s->handle, object, &a, 1);

	if (rv != CKR_OK || a.value_len > *len)
		return pkcs11_fail(err, rv, "read an attribute of the key");
	*len = a.value_len;
	return 0;
}

static int read_type(struct pkcs11_key *k, struct error *err)
{
	uint8_t oid[64];
	size_t len = sizeof(oid);

	if (get(&k->session, k->object, CKA_EC_PARAMS, oid, &len, err) < 0)
		return error_set(err, ERROR_INVALID, "the token's key is not an EC key");
	for (size_t i = 0; i < ARRAY_SIZE(params); i++)
		if (params[i].len == len && memcmp(params[i].oid, oid, len) == 0) {
			k->type = (enum key_type)i;
			return 0;
		}
	return error_set(err, ERROR_INVALID, "the token's key is not on P-256 or P-384");
}

/* The public half stands beside the private one, under the same id. */
static int read_public(const struct pkcs11_key *k, struct buf *spki, struct error *err)
{
	uint8_t id[LIMIT_KEY_LABEL], point[EC_POINT_MAX], *p = point;
	size_t id_len = sizeof(id), len = sizeof(point);
	struct found found = { 0 };
	struct buf by_id;

	if (get(&k->session, k->object, CKA_ID, id, &id_len, err) < 0)
		return -1;
	by_id = BUF_VIEW(id, id_len);
	if (find_named(&k->session, CKO_PUBLIC_KEY, id_len ? &(struct buf)BUF_INIT : &k->uri.object,
		       &by_id, &found, err) < 0)
		return -1;
	if (found.n != 1)
		return error_set(err, found.n ? ERROR_CONFLICT : ERROR_NOT_FOUND,
				 "%s public key beside the token's private one",
				 found.n ? "more than one" : "no");
	if (get(&k->session, found.object, CKA_EC_POINT, point, &len, err) < 0)
		return -1;
	/* An OCTET STRING of the point; some modules give the point itself. */
	if (len > 2 && p[0] == 0x04 && p[1] == len - 2) {
		p += 2;
		len -= 2;
	}
	return ec_spki(k->type, p, len, spki, err);
}

static bool flag(const struct pkcs11_key *k, ck_attribute_type_t type)
{
	unsigned char value = 0;
	size_t len = sizeof(value);
	struct error ignored = ERROR_INIT;

	return get(&k->session, k->object, type, &value, &len, &ignored) == 0 && value;
}

static void rate(struct key *key, const struct pkcs11_key *k)
{
	const struct ck_token_info *t = &k->session.token_info;
	int n = sizeof(t->model);

	while (n > 0 && t->model[n - 1] == ' ')
		n--;
	if (!(k->session.slot_info.flags & CKF_HW_SLOT))
		key_rate(key, 1, "in a token made of software (%.*s), behind a PIN", n, t->model);
	else if (flag(k, CKA_LOCAL) && flag(k, CKA_NEVER_EXTRACTABLE))
		key_rate(key, 2,
			 "made in a token (%.*s) and never leaving it; what it withstands "
			 "physically is not known",
			 n, t->model);
	else
		key_rate(key, 1, "in a token (%.*s), but it was or can be copied", n, t->model);
}

static int connect_once(struct pkcs11_key *k, struct error *err)
{
	pkcs11_session_close(&k->session);
	if (k->refused)
		return error_set(err, ERROR_UNAUTHORIZED,
				 "the token refused the PIN; it is not tried again");
	if (pkcs11_session_open(&k->session, &k->uri, false, err) < 0) {
		k->refused = err->code == ERROR_UNAUTHORIZED || err->code == ERROR_DENIED;
		return -1;
	}
	return find_private(k, err);
}

/* To a token that was there before. */
static int connect_again(struct pkcs11_key *k, struct error *err)
{
	if (connect_once(k, err) == 0)
		return 0;
	if (err->code == ERROR_NOT_FOUND && pkcs11_module_restart(k->session.module, err) == 0 &&
	    connect_once(k, err) == 0)
		return 0;
	pkcs11_session_close(&k->session);
	if (err->code == ERROR_NOT_FOUND)
		return error_set(err, ERROR_UNAVAILABLE, "the token is gone");
	return -1;
}

static int sign_once(struct pkcs11_key *k, const uint8_t *digest, size_t len, uint8_t *raw,
		     unsigned long *raw_len, struct error *err)
{
	const struct ck_function_list *f = k->session.module->f;
	struct ck_mechanism ecdsa = { .mechanism = CKM_ECDSA };
	ck_rv_t rv = f->C_SignInit(k->session.handle, &ecdsa, k->object);

	if (rv == CKR_OK)
		rv = f->C_Sign(k->session.handle, (unsigned char *)digest, len, raw, raw_len);
	return rv == CKR_OK ? 0 : pkcs11_fail(err, rv, "sign with the token");
}

/* A token that was pulled and came back is found again, once a signature. */
static int sign_again(struct pkcs11_key *k, const uint8_t *digest, size_t len, uint8_t *raw,
		      unsigned long *raw_len, struct error *err)
{
	unsigned long size = *raw_len;

	if (pkcs11_session_is_open(&k->session)) {
		if (sign_once(k, digest, len, raw, raw_len, err) == 0)
			return 0;
		if (err->code != ERROR_UNAVAILABLE)
			return -1;
	}
	*raw_len = size;
	if (connect_again(k, err) < 0)
		return -1;
	return sign_once(k, digest, len, raw, raw_len, err);
}

static int sign(void *userdata, const uint8_t *digest, size_t digest_len, struct buf *signature,
		struct error *err)
{
	struct pkcs11_key *k = userdata;
	size_t size = ec_size(k->type);
	uint8_t raw[EC_POINT_MAX];
	unsigned long n = sizeof(raw);

	/* ECDSA takes the leftmost bits of a digest longer than the curve. */
	if (sign_again(k, digest, digest_len > size ? size : digest_len, raw, &n, err) < 0)
		return -1;
	if (n != 2 * size)
		return error_set(err, ERROR_UNAVAILABLE, "a signature of %lu bytes", n);
	return ec_signature(raw, size, raw + size, size, signature, err);
}

static int key_new(const struct key_uri *uri, struct pkcs11_key **ret, struct error *err)
{
	struct pkcs11_key *k CLEANUP(pkcs11_key_freep) = calloc(1, sizeof(*k));

	if (!k)
		return error_oom(err);
	if (key_uri_copy(uri, &k->uri, err) < 0 ||
	    pkcs11_module_open(&uri->module_path, &k->session.module, err) < 0)
		return -1;
	*ret = STEAL(k);
	return 0;
}

int pkcs11_open(const struct key_uri *uri, struct key **ret, struct error *err)
{
	struct pkcs11_key *k CLEANUP(pkcs11_key_freep) = NULL;
	struct key *key auto_key = NULL;
	struct buf spki auto_buf = BUF_INIT;
	struct key_signer signer = { sign, key_done, NULL };

	if (key_new(uri, &k, err) < 0 || connect_once(k, err) < 0 || read_type(k, err) < 0 ||
	    read_public(k, &spki, err) < 0)
		return -1;
	signer.userdata = k;
	if (key_from_signer(spki.data, spki.len, &signer, &key, err) < 0)
		return -1;
	rate(key, k);
	(void)STEAL(k);
	if (key_prove(key, err) < 0)
		return -1;
	*ret = STEAL(key);
	return 0;
}

static int generate(const struct pkcs11_key *k, enum key_type type, const struct buf *id,
		    struct error *err)
{
	static const unsigned char yes = 1, no = 0;
	const struct buf *label = &k->uri.object;
	struct ck_mechanism mechanism = { .mechanism = CKM_EC_KEY_PAIR_GEN };
	struct ck_attribute public[] = {
		bytes(CKA_TOKEN, &yes, 1),
		bytes(CKA_VERIFY, &yes, 1),
		bytes(CKA_EC_PARAMS, params[type].oid, params[type].len),
		bytes(CKA_ID, id->data, id->len),
		bytes(CKA_LABEL, label->data, label->len),
	};
	struct ck_attribute private[] = {
		bytes(CKA_TOKEN, &yes, 1),
		bytes(CKA_PRIVATE, &yes, 1),
		bytes(CKA_SENSITIVE, &yes, 1),
		bytes(CKA_EXTRACTABLE, &no, 1),
		bytes(CKA_SIGN, &yes, 1),
		bytes(CKA_ID, id->data, id->len),
		bytes(CKA_LABEL, label->data, label->len),
	};
	ck_object_handle_t public_object, private_object;
	ck_rv_t rv = k->session.module->f->C_GenerateKeyPair(
		k->session.handle, &mechanism, public, ARRAY_SIZE(public), private,
		ARRAY_SIZE(private), &public_object, &private_object);

	return rv == CKR_OK ? 0 : pkcs11_fail(err, rv, "make a key in the token");
}

int pkcs11_create(const struct key_uri *uri, enum key_type type, struct error *err)
{
	struct pkcs11_key *k CLEANUP(pkcs11_key_freep) = NULL;
	uint8_t random[ID_SIZE];
	struct buf id = BUF_VIEW(random, sizeof(random));
	struct found found = { 0 };

	if (RAND_bytes(random, sizeof(random)) != 1)
		return ossl_fail(err, ERROR_UNAVAILABLE, "random generator");
	if (key_new(uri, &k, err) < 0 || pkcs11_session_open(&k->session, uri, true, err) < 0 ||
	    find_named(&k->session, CKO_PRIVATE_KEY, &uri->object, &uri->id, &found, err) < 0)
		return -1;
	if (found.n > 0)
		return error_set(err, ERROR_CONFLICT, "the token has such a key already");
	return generate(k, type, uri->id.len ? &uri->id : &id, err);
}

static int destroy_one(const struct pkcs11_key *k, ck_object_class_t class, struct error *err)
{
	struct found found = { 0 };
	ck_rv_t rv;

	/* As long as there is one: tokens may hold several of a name. */
	for (;;) {
		if (find_named(&k->session, class, &k->uri.object, &k->uri.id, &found, err) < 0)
			return -1;
		if (found.n == 0)
			return 0;
		rv = k->session.module->f->C_DestroyObject(k->session.handle, found.object);
		if (rv != CKR_OK)
			return pkcs11_fail(err, rv, "destroy a key in the token");
	}
}

int pkcs11_destroy(const struct key_uri *uri, struct error *err)
{
	struct pkcs11_key *k CLEANUP(pkcs11_key_freep) = NULL;

	if (key_new(uri, &k, err) < 0 || pkcs11_session_open(&k->session, uri, true, err) < 0 ||
	    destroy_one(k, CKO_PRIVATE_KEY, err) < 0)
		return -1;
	return destroy_one(k, CKO_PUBLIC_KEY, err);
}

int pkcs11_prepare(const struct key_uri *uri, struct error *err)
{
	struct pkcs11_module *kept; /* the module's own list has it */

	return pkcs11_module_open(&uri->module_path, &kept, err);
}
