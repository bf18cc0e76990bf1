/* SPDX-License-Identifier: Apache-2.0 */
/* Trails of devices with real seals, whole, cut and altered (FAU_STG_EXT.2, FAU_GEN.1). */
#include "cli/proof.h"

#include "../crypto/pki.h"
#include "check.h"
#include "crypto/digest.h"
#include "proto/admin.h"
#include "proto/record.h"

#define DEVICE "6f1c0b1e-0000-4000-8000-000000000001"
#define ENROLLMENT "6f1c0b1e-0000-4000-8000-000000000002"
#define OTHER "6f1c0b1e-0000-4000-8000-000000000003"

enum { RECORDS = 6 };

struct bed {
	struct pki_node root, evidence;
	struct certs *anchors;
	json_t *rows;
	char digests[RECORDS + 1][SHA256_HEX_SIZE];
};

static void bed_done(struct bed *b)
{
	pki_node_done(&b->evidence);
	pki_node_done(&b->root);
	certs_free(b->anchors);
	json_decref(b->rows);
}
#define auto_bed CLEANUP(bed_done)

static json_t *row(struct bed *b, unsigned n)
{
	return json_array_get(b->rows, n); /* 0: the server's; n: the device's nth */
}

/* Record n of the device, chained to the one before, as the API shows it. */
static void add(struct bed *b, unsigned n)
{
	struct record r = { .sequence = n,
			    .time = PKI_NOW + n,
			    .event = AUDIT_AGENT_STARTED,
			    .outcome = n % 2 ? OUTCOME_SUCCESS : OUTCOME_FAILURE,
			    .subject = (char *)"agent",
			    .reason = (char *)(n % 2 ? NULL : "internal"),
			    .text = (char *)"text" };
	struct admin_record a = { .seq = 10 + n,
				  .device_seq = n,
				  .device = DEVICE,
				  .event = (char *)"agent-started",
				  .outcome = (char *)(n % 2 ? "success" : "failure"),
				  .subject = r.subject,
				  .reason = r.reason,
				  .text = r.text,
				  .time = r.time };
	auto_buf struct buf bytes = BUF_INIT;
	struct error err = ERROR_INIT;
	json_t *tree = NULL;

	r.detail = a.detail = json_pack("{s:i}", "n", n);
	(void)snprintf(r.id, sizeof(r.id), "6f1c0b1e-0000-4000-8000-%012u", n);
	memcpy(a.id, r.id, sizeof(a.id));
	memcpy(r.previous, b->digests[n - 1], SHA256_HEX_SIZE);
	memcpy(a.previous, r.previous, SHA256_HEX_SIZE);
	CHECK_OK(record_write(&r, &bytes, &err), err);
	CHECK_OK(digest_sha256_hex(bytes.data, bytes.len, b->digests[n], &err), err);
	CHECK_OK(jmap_tree_of(&a, &admin_record_table, &tree, &err), err);
	json_array_append_new(b->rows, tree);
	json_decref(r.detail);
}

static void seal(struct bed *b, unsigned n)
{
	struct seal s = {
		.device = DEVICE, .enrollment = ENROLLMENT, .sequence = n, .time = PKI_NOW + 100 + n
	};
	auto_buf struct buf bytes = BUF_INIT, signature = BUF_INIT;
	uint8_t digest[SHA256_SIZE];
	struct admin_record a = { 0 };
	struct error err = ERROR_INIT;
	json_t *tree = NULL;

	memcpy(s.digest, b->digests[n], SHA256_HEX_SIZE);
	CHECK_OK(seal_signed(&s, &bytes, &err), err);
	CHECK_OK(digest_sha256(bytes.data, bytes.len, digest, &err), err);
	CHECK_OK(key_sign_digest(b->evidence.key, digest, sizeof(digest), &signature, &err), err);
	(void)json_object_del(row(b, n), "proof");
	CHECK_OK(jmap_bind(row(b, n), &admin_record_table, &a, &err), err);
	memcpy(a.seal_enrollment, ENROLLMENT, sizeof(ENROLLMENT));
	a.seal_time = s.time;
	CHECK_OK(buf_append(&a.seal_certificate, cert_der(b->evidence.cert)->data,
			    cert_der(b->evidence.cert)->len, &err),
		 err);
	a.seal_signature = buf_steal(&signature);
	CHECK_OK(jmap_tree_of(&a, &admin_record_table, &tree, &err), err);
	json_array_set_new(b->rows, n, tree);
	jmap_done(&admin_record_table, &a);
}

static void bed_make(struct bed *b, const char *san, enum x509_purpose purpose)
{
	*b = (struct bed){ .rows = json_array() };
	pki_make(&(struct pki_spec){ .name = "devices", PKI_CA }, &b->root);
	pki_make(&(struct pki_spec){ .name = "device",
				     .issuer = &b->root,
				     .san = san,
				     .eku = pki_eku(purpose),
				     PKI_END },
		 &b->evidence);
	b->anchors = pki_certs(b->root.cert, NULL);
	json_array_append_new(b->rows,
			      json_pack("{s:s, s:i}", "event", "server-started", "seq", 1));
	for (unsigned n = 1; n <= RECORDS; n++)
		add(b, n);
}

static void good(struct bed *b)
{
	bed_make(b, "URI:urn:uuid:" DEVICE, X509_EVIDENCE_SIGNER);
}

/* The first letters of the proofs of the device's records, in order. */
static void judge(struct bed *b, char proofs[RECORDS + 1], json_t **trail)
{
	const struct seal_judgement j = { .anchors = b->anchors };
	struct error err = ERROR_INIT;
	json_t *trails = NULL, *r;
	size_t i, n = 0;

	CHECK_OK(proof_judge(b->rows, &j, &trails, &err), err);
	json_array_foreach (b->rows, i, r) {
		const char *p = json_string_value(json_object_get(r, "proof"));

		CHECK(!p == !json_object_get(r, "deviceSeq"));
		if (p)
			proofs[n++] = p[0];
	}
	proofs[n] = '\0';
	*trail = json_incref(json_array_get(trails, 0));
	json_decref(trails);
}

static void expect(struct bed *b, const char *want, const char *worst, int at)
{
	char proofs[RECORDS + 1];
	auto_json json_t *trail = NULL;

	judge(b, proofs, &trail);
	CHECK_STR(proofs, want);
	CHECK_STR(json_string_value(json_object_get(trail, "proof")), worst);
	CHECK(json_integer_value(json_object_get(trail, "at")) == at);
	CHECK(proof_bad(trail) == (worst[0] == 'g' || worst[0] == 'b'));
}

static void whole(void)
{
	auto_bed struct bed b;

	good(&b);
	expect(&b, "uuuuuu", "unverified", 1);
	seal(&b, 4);
	expect(&b, "vvvvuu", "unverified", 5);
	seal(&b, 6);
	expect(&b, "vvvvvv", "verified", 0);
}

static void altered(void)
{
	auto_bed struct bed b;

	good(&b);
	seal(&b, 6);
	json_object_set_new(row(&b, 3), "text", json_string("another"));
	expect(&b, "uubvvv", "broken", 3);
	/* A seal on what was before it proves that again. */
	seal(&b, 2);
	expect(&b, "vvbvvv", "broken", 3);
	json_object_set_new(row(&b, 6), "outcome", json_string("success"));
	expect(&b, "vvbuub", "broken", 3);
}

/* A server that alters a record and mends the chain after it has no seal for the end. */
static void mended(void)
{
	auto_bed struct bed b;
	json_t *sealed;

	good(&b);
	seal(&b, 6);
	sealed = json_deep_copy(row(&b, 6));
	json_array_clear(b.rows);
	json_array_append_new(b.rows, json_pack("{s:s, s:i}", "event", "server-started", "seq", 1));
	for (unsigned n = 1; n <= RECORDS; n++) {
		if (n == 2)
			(void)!digest_sha256_hex("forged", 6, b.digests[1],
						 &(struct error)ERROR_INIT);
		add(&b, n);
	}
	json_object_set(row(&b, 6), "sealSignature", json_object_get(sealed, "sealSignature"));
	json_object_set(row(&b, 6), "sealCertificate", json_object_get(sealed, "sealCertificate"));
	json_object_set(row(&b, 6), "sealTime", json_object_get(sealed, "sealTime"));
	json_object_set(row(&b, 6), "sealEnrollment", json_object_get(sealed, "sealEnrollment"));
	json_decref(sealed);
	expect(&b, "buuuub", "broken", 1);
}

static void cut(void)
{
	auto_bed struct bed b;

	good(&b);
	seal(&b, 6);
	json_array_remove(b.rows, 3);
	expect(&b, "uugvv", "gap", 4);
	json_array_remove(b.rows, 1);
	expect(&b, "ggvv", "gap", 2);
	json_array_append_new(b.rows, json_deep_copy(row(&b, 1))); /* the same twice */
	expect(&b, "bgvvb", "broken", 2);
}

static void strangers(void)
{
	auto_bed struct bed other, wrong, good_one;

	bed_make(&other, "URI:urn:uuid:" OTHER, X509_EVIDENCE_SIGNER);
	seal(&other, 6);
	expect(&other, "uuuuub", "broken", 6);
	bed_make(&wrong, "URI:urn:uuid:" DEVICE, X509_TLS_CLIENT);
	seal(&wrong, 6);
	expect(&wrong, "uuuuub", "broken", 6);
	good(&good_one);
	seal(&good_one, 6);
	certs_free(good_one.anchors);
	good_one.anchors = pki_certs(other.root.cert, NULL);
	expect(&good_one, "uuuuub", "broken", 6);
}

static void separate(void)
{
	struct seal s = {
		.device = DEVICE, .enrollment = ENROLLMENT, .sequence = 7, .time = PKI_NOW
	};
	auto_buf struct buf bytes = BUF_INIT;
	struct error err = ERROR_INIT;

	(void)!digest_sha256_hex("x", 1, s.digest, &err);
	CHECK_OK(seal_signed(&s, &bytes, &err), err);
	CHECK(bytes.len > sizeof(SEAL_LABEL) &&
	      memcmp(bytes.data, SEAL_LABEL, sizeof(SEAL_LABEL)) == 0);
	CHECK(bytes.data[0] != 0x30); /* no DER: no request, no certificate */
	CHECK_STR((char *)bytes.data + sizeof(SEAL_LABEL),
		  "{\"device\":\"" DEVICE "\",\"digest\":"
		  "\"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\","
		  "\"enrollment\":\"" ENROLLMENT
		  "\",\"sequence\":7,\"time\":\"2026-11-18T11:06:40Z\"}");
}

static void no_records(void)
{
	const struct seal_judgement j = { 0 };
	auto_json json_t *rows = json_pack("[{s:s}]", "heard", "of"), *trails = NULL;
	struct error err = ERROR_INIT;

	CHECK_ERROR(proof_judge(rows, &j, &trails, &err), err, ERROR_INVALID);
}

static const struct check_case cases[] = {
	{ "FAU_STG_EXT.2: a seal proves all records up to it", whole },
	{ "FAU_STG_EXT.2: an altered record is broken, and what it hides is not verified",
	  altered },
	{ "FAU_STG_EXT.2: a chain that was mended has no seal", mended },
	{ "FAU_STG_EXT.2: a missing record is a gap", cut },
	{ "FAU_STG_EXT.2: nobody else's key seals a device's records", strangers },
	{ "evidence: what is signed has a label of its own", separate },
	{ "records: what is no record is refused", no_records },
};

CHECK_MAIN(cases)
