/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EC P-256 keys that a TPM 2.0 made and wrapped, by ESAPI. Nothing stays in the TPM between two
 * signatures: the primary key is derived from the owner's seed each time, the child is loaded, used
 * and flushed. So a TPM without resource manager never runs out of its three slots, and one that
 * was restarted is not missed.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <tss2/tss2_esys.h>
#include <tss2/tss2_mu.h>
#include <tss2/tss2_rc.h>
#include <tss2/tss2_tctildr.h>

#include "base/file.h"
#include "base/limits.h"
#include "crypto/token/store.h"
#include "crypto/token/tpm2_file.h"

enum { COORDINATE = 32 };

/* How to reach a TPM, and the driver that does; nothing that would load another library. */
static const struct {
	const char *conf, *library;
} tctis[] = {
	{ "device:", "libtss2-tcti-device.so.0" },
	{ "swtpm:", "libtss2-tcti-swtpm.so.0" },
};
#define DEFAULT_TCTI "device:/dev/tpmrm0"

/* One conversation. */
struct tpm {
	TSS2_TCTI_CONTEXT *tcti;
	ESYS_CONTEXT *esys;
	ESYS_TR primary, child; /* ESYS_TR_NONE: not loaded */
};

struct tpm2_key {
	struct key_uri uri;
	TPM2B_PUBLIC public_half;
	TPM2B_PRIVATE private_half;
};

/* The maker, as TPM_PT_MANUFACTURER says it: what its TPMs are made of. */
static const struct {
	char maker[5];
	unsigned level;
	const char *text;
} makers[] = {
	{ "IFX", 3, "a TPM chip of its own (Infineon)" },
	{ "STM", 3, "a TPM chip of its own (STMicroelectronics)" },
	{ "NTC", 3, "a TPM chip of its own (Nuvoton)" },
	{ "NTZ", 3, "a TPM chip of its own (Nationz)" },
	{ "INTC", 2, "a TPM in the firmware (Intel)" },
	{ "AMD", 2, "a TPM in the firmware (AMD)" },
	{ "QCOM", 2, "a TPM in the firmware (Qualcomm)" },
	{ "MSFT", 1, "a TPM of software (Microsoft)" },
	{ "IBM", 1, "a TPM of software (libtpms)" },
};

#define NO_SESSIONS ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE
#define EMPTY_AUTH ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE

static void tpm_done(struct tpm *t)
{
	if (t->esys && t->child != ESYS_TR_NONE)
		(void)Esys_FlushContext(t->esys, t->child);
	if (t->esys && t->primary != ESYS_TR_NONE)
		(void)Esys_FlushContext(t->esys, t->primary);
	Esys_Finalize(&t->esys);
	Tss2_TctiLdr_Finalize(&t->tcti);
}

static void esys_freep(void *p)
{
	Esys_Free(*(void **)p);
}

static int fail(struct error *err, TSS2_RC rc, const char *what)
{
	/* Format one carries the parameter's number in bits 6 and 8 to 11. */
	bool of_tpm = (rc & TSS2_RC_LAYER_MASK) == 0, format_one = rc & TPM2_RC_FMT1;

	if (of_tpm && format_one && (rc & 0xbf) == TPM2_RC_INTEGRITY)
		return error_set(err, ERROR_INVALID, "%s: the key was made by another TPM", what);
	if (of_tpm && format_one && (rc & 0xbf) == TPM2_RC_BAD_AUTH)
		return error_set(err, ERROR_DENIED, "%s: the owner hierarchy has a password", what);
	return error_set(err, ERROR_UNAVAILABLE, "%s: %s", what, Tss2_RC_Decode(rc));
}

static const char *conf_of(const struct key_uri *uri)
{
	return uri->tcti.len ? (const char *)uri->tcti.data : DEFAULT_TCTI;
}

static int find_driver(const char *conf, const char **library, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(tctis); i++)
		if (strncmp(conf, tctis[i].conf, strlen(tctis[i].conf)) == 0) {
			*library = tctis[i].library;
			return 0;
		}
	return error_set(err, ERROR_INVALID, "tcti: device:PATH or swtpm:…, not '%.40s'", conf);
}

int tpm2_prepare(const struct key_uri *uri, struct error *err)
{
	const char *library = NULL;

	if (find_driver(conf_of(uri), &library, err) < 0)
		return -1;
	/* Never closed: the loader finds it loaded. */
	if (!dlopen(library, RTLD_NOW | RTLD_LOCAL))
		return error_set(err, ERROR_NOT_FOUND, "the TPM's driver: %s", dlerror());
	return 0;
}

static int connect_to(struct tpm *t, const struct key_uri *uri, struct error *err)
{
	const char *conf = conf_of(uri), *library;
	TSS2_RC rc;

	if (find_driver(conf, &library, err) < 0)
		return -1;
	/* The library would write to standard error; what failed is in *err. */
	(void)setenv("TSS2_LOG", "all+NONE", 0);
	rc = Tss2_TctiLdr_Initialize(conf, &t->tcti);
	if (rc == TSS2_RC_SUCCESS)
		rc = Esys_Initialize(&t->esys, t->tcti, NULL);
	return rc == TSS2_RC_SUCCESS ? 0 : fail(err, rc, "reach the TPM");
}

/* The TCG's template of a storage key: the same TPM gives the same key each time. */
static int make_primary(struct tpm *t, struct error *err)
{
	const TPM2B_PUBLIC template = {
		.publicArea = {
			.type = TPM2_ALG_ECC,
			.nameAlg = TPM2_ALG_SHA256,
			.objectAttributes = TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_RESTRICTED |
					    TPMA_OBJECT_DECRYPT | TPMA_OBJECT_NODA |
					    TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
					    TPMA_OBJECT_SENSITIVEDATAORIGIN,
			.parameters.eccDetail = {
				.symmetric = { .algorithm = TPM2_ALG_AES,
					       .keyBits.aes = 128,
					       .mode.aes = TPM2_ALG_CFB },
				.scheme.scheme = TPM2_ALG_NULL,
				.curveID = TPM2_ECC_NIST_P256,
				.kdf.scheme = TPM2_ALG_NULL,
			},
		},
	};
	const TPM2B_SENSITIVE_CREATE sensitive = { 0 };
	const TPM2B_DATA outside = { 0 };
	const TPML_PCR_SELECTION pcrs = { 0 };
	TSS2_RC rc =
		Esys_CreatePrimary(t->esys, ESYS_TR_RH_OWNER, EMPTY_AUTH, &sensitive, &template,
				   &outside, &pcrs, &t->primary, NULL, NULL, NULL, NULL);

	if (rc == TSS2_RC_SUCCESS)
		return 0;
	t->primary = ESYS_TR_NONE;
	return fail(err, rc, "make the TPM's storage key");
}

static int load(struct tpm *t, const struct tpm2_key *k, struct error *err)
{
	TSS2_RC rc;

	if (connect_to(t, &k->uri, err) < 0 || make_primary(t, err) < 0)
		return -1;
	rc = Esys_Load(t->esys, t->primary, EMPTY_AUTH, &k->private_half, &k->public_half,
		       &t->child);
	if (rc == TSS2_RC_SUCCESS)
		return 0;
	t->child = ESYS_TR_NONE;
	return fail(err, rc, "load the key into the TPM");
}

#define TPM_INIT \
	{ \
		.primary = ESYS_TR_NONE, .child = ESYS_TR_NONE \
	}

static int sign(void *userdata, const uint8_t *digest, size_t digest_len, struct buf *signature,
		struct error *err)
{
	const struct tpm2_key *k = userdata;
	struct tpm t CLEANUP(tpm_done) = TPM_INIT;
	TPMT_SIGNATURE *sig CLEANUP(esys_freep) = NULL;
	const TPMT_SIG_SCHEME of_the_key = { .scheme = TPM2_ALG_NULL };
	const TPMT_TK_HASHCHECK none = { .tag = TPM2_ST_HASHCHECK, .hierarchy = TPM2_RH_NULL };
	/* ECDSA takes the leftmost bits of a digest longer than the curve. */
	TPM2B_DIGEST short_digest = { .size = COORDINATE };
	TSS2_RC rc;

	if (digest_len < COORDINATE)
		return error_set(err, ERROR_INVALID, "a digest of %zu bytes", digest_len);
	memcpy(short_digest.buffer, digest, COORDINATE);
	if (load(&t, k, err) < 0)
		return -1;
	rc = Esys_Sign(t.esys, t.child, EMPTY_AUTH, &short_digest, &of_the_key, &none, &sig);
	if (rc != TSS2_RC_SUCCESS)
		return fail(err, rc, "sign with the TPM");
	if (sig->sigAlg != TPM2_ALG_ECDSA)
		return error_set(err, ERROR_UNAVAILABLE, "a signature of another kind");
	return ec_signature(sig->signature.ecdsa.signatureR.buffer,
			    sig->signature.ecdsa.signatureR.size,
			    sig->signature.ecdsa.signatureS.buffer,
			    sig->signature.ecdsa.signatureS.size, signature, err);
}

/* Made in a TPM, bound to it, for ECDSA with SHA-256 alone. */
static const TPMA_OBJECT wanted_attributes =
	TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_SIGN_ENCRYPT | TPMA_OBJECT_NODA |
	TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN;

static int read_point(const struct tpm2_key *k, struct buf *spki, struct error *err)
{
	const TPMT_PUBLIC *area = &k->public_half.publicArea;
	const TPMS_ECC_POINT *at = &area->unique.ecc;
	uint8_t point[1 + 2 * COORDINATE] = { 4 };

	if (area->type != TPM2_ALG_ECC ||
	    area->parameters.eccDetail.curveID != TPM2_ECC_NIST_P256 ||
	    area->parameters.eccDetail.scheme.scheme != TPM2_ALG_ECDSA ||
	    area->objectAttributes != wanted_attributes)
		return error_set(err, ERROR_INVALID,
				 "a wrapped key that is not P-256 for ECDSA, bound to its TPM");
	if (at->x.size > COORDINATE || at->y.size > COORDINATE)
		return error_set(err, ERROR_INVALID, "a wrapped key's point is malformed");
	memcpy(point + 1 + COORDINATE - at->x.size, at->x.buffer, at->x.size);
	memcpy(point + 1 + 2 * COORDINATE - at->y.size, at->y.buffer, at->y.size);
	return ec_spki(KEY_P256, point, sizeof(point), spki, err);
}

static void rate(struct key *key, struct tpm *t)
{
	TPMS_CAPABILITY_DATA *data CLEANUP(esys_freep) = NULL;
	TPMI_YES_NO more;
	char maker[5] = "";

	if (Esys_GetCapability(t->esys, NO_SESSIONS, TPM2_CAP_TPM_PROPERTIES, TPM2_PT_MANUFACTURER,
			       1, &more, &data) == TSS2_RC_SUCCESS &&
	    data->data.tpmProperties.count == 1)
		for (int i = 0; i < 4; i++) {
			char c = (char)(data->data.tpmProperties.tpmProperty[0].value >>
					(24 - 8 * i));

			maker[i] = c > ' ' && c < 0x7f ? c : '\0';
		}
	for (size_t i = 0; i < ARRAY_SIZE(makers); i++)
		if (strcmp(makers[i].maker, maker) == 0) {
			key_rate(key, makers[i].level, "made in %s, bound to it", makers[i].text);
			return;
		}
	key_rate(key, 1, "made in a TPM of a maker that we do not know ('%s'), bound to it", maker);
}

static void key_done(void *userdata)
{
	struct tpm2_key *k = userdata;

	if (!k)
		return;
	key_uri_done(&k->uri);
	free(k);
}

static void tpm2_key_freep(struct tpm2_key **k)
{
	key_done(*k);
}

static int read_file(struct tpm2_key *k, struct error *err)
{
	struct tpm2_blob blob auto_tpm2_blob = { 0 };
	struct buf pem auto_buf = BUF_INIT;
	const char *path = (const char *)k->uri.path.data;
	size_t a = 0, b = 0;

	if (file_read(path, LIMIT_KEY_FILE, &pem, err) < 0)
		return -1;
	if (tpm2_file_parse(pem.data, pem.len, &blob, err) < 0)
		return error_wrap(err, "%s", path);
	if (Tss2_MU_TPM2B_PUBLIC_Unmarshal(blob.public_half.data, blob.public_half.len, &a,
					   &k->public_half) != TSS2_RC_SUCCESS ||
	    Tss2_MU_TPM2B_PRIVATE_Unmarshal(blob.private_half.data, blob.private_half.len, &b,
					    &k->private_half) != TSS2_RC_SUCCESS ||
	    a != blob.public_half.len || b != blob.private_half.len)
		return error_set(err, ERROR_INVALID, "%s: a wrapped key that is malformed", path);
	return 0;
}

/* Whether this TPM takes the key, and what kind of TPM it is. */
static int try_load(struct key *key, const struct tpm2_key *k, struct error *err)
{
	struct tpm t CLEANUP(tpm_done) = TPM_INIT;

	if (load(&t, k, err) < 0)
		return -1;
	rate(key, &t);
	return 0;
}

int tpm2_open(const struct key_uri *uri, struct key **ret, struct error *err)
{
	struct tpm2_key *k CLEANUP(tpm2_key_freep) = calloc(1, sizeof(*k));
	struct tpm2_key *kept;
	struct key *key auto_key = NULL;
	struct buf spki auto_buf = BUF_INIT;

	if (!k)
		return error_oom(err);
	if (key_uri_copy(uri, &k->uri, err) < 0 || read_file(k, err) < 0 ||
	    read_point(k, &spki, err) < 0 ||
	    key_from_signer(spki.data, spki.len, &(struct key_signer){ sign, key_done, k }, &key,
			    err) < 0)
		return -1;
	kept = STEAL(k);
	if (try_load(key, kept, err) < 0 || key_prove(key, err) < 0)
		return -1;
	*ret = STEAL(key);
	return 0;
}

static int save(const TPM2B_PUBLIC *public_half, const TPM2B_PRIVATE *private_half,
		const char *path, struct error *err)
{
	uint8_t a[sizeof(*public_half)], b[sizeof(*private_half)];
	size_t a_len = 0, b_len = 0;
	struct tpm2_blob blob;
	struct buf pem auto_buf = BUF_INIT;

	if (Tss2_MU_TPM2B_PUBLIC_Marshal(public_half, a, sizeof(a), &a_len) != TSS2_RC_SUCCESS ||
	    Tss2_MU_TPM2B_PRIVATE_Marshal(private_half, b, sizeof(b), &b_len) != TSS2_RC_SUCCESS)
		return error_set(err, ERROR_INTERNAL, "marshal a wrapped key");
	blob = (struct tpm2_blob){ BUF_VIEW(a, a_len), BUF_VIEW(b, b_len) };
	if (tpm2_file_format(&blob, &pem, err) < 0)
		return -1;
	return file_create(path, pem.data, pem.len, 0600, err);
}

int tpm2_create(const struct key_uri *uri, enum key_type type, struct error *err)
{
	struct tpm t CLEANUP(tpm_done) = TPM_INIT;
	TPM2B_PRIVATE *private_half CLEANUP(esys_freep) = NULL;
	TPM2B_PUBLIC *public_half CLEANUP(esys_freep) = NULL;
	const TPM2B_SENSITIVE_CREATE sensitive = { 0 };
	const TPM2B_DATA outside = { 0 };
	const TPML_PCR_SELECTION pcrs = { 0 };
	const TPM2B_PUBLIC template = {
		.publicArea = {
			.type = TPM2_ALG_ECC,
			.nameAlg = TPM2_ALG_SHA256,
			.objectAttributes = wanted_attributes,
			.parameters.eccDetail = {
				.symmetric.algorithm = TPM2_ALG_NULL,
				.scheme = { .scheme = TPM2_ALG_ECDSA,
					    .details.ecdsa.hashAlg = TPM2_ALG_SHA256 },
				.curveID = TPM2_ECC_NIST_P256,
				.kdf.scheme = TPM2_ALG_NULL,
			},
		},
	};
	const char *path = (const char *)uri->path.data;
	TSS2_RC rc;

	if (type != KEY_P256)
		return error_set(err, ERROR_UNSUPPORTED, "keys in a TPM are on P-256");
	if (file_exists(path))
		return error_set(err, ERROR_CONFLICT, "%s exists", path);
	if (connect_to(&t, uri, err) < 0 || make_primary(&t, err) < 0)
		return -1;
	rc = Esys_Create(t.esys, t.primary, EMPTY_AUTH, &sensitive, &template, &outside, &pcrs,
			 &private_half, &public_half, NULL, NULL, NULL);
	if (rc != TSS2_RC_SUCCESS)
		return fail(err, rc, "make a key in the TPM");
	return save(public_half, private_half, path, err);
}
