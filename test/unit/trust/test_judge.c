/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The judge, past any server: documents are made and handed to it as the device's verifier would.
 * Every row of the table is one document, changed in one way, and the reason it must be refused
 * with ("none": believed).
 */
#include "authority.h"
#include "check.h"
#include "trust/judge.h"

static struct authority a;

#define ID(n) "\"0b7a9f6e-0c55-4c2f-8d8e-1f2a3b4c5d6" n "\""
#define HEADER(type, enterprise) \
	"{\"type\":\"" type "\",\"enterprise\":\"" enterprise "\",\"id\":" ID("1") ","
#define WINDOW "\"notBefore\":\"2026-11-23T00:00:00Z\",\"notAfter\":\"2026-11-25T00:00:00Z\""
#define LATER "\"notBefore\":\"2026-11-24T00:00:00Z\",\"notAfter\":\"2026-11-25T00:00:00Z\""
#define DAY_LONG "\"notBefore\":\"2026-11-23T00:00:00Z\",\"notAfter\":\"2026-11-24T00:00:00Z\""
#define EARLIER "\"notBefore\":\"2026-11-21T00:00:00Z\",\"notAfter\":\"2026-11-23T11:59:59Z\""
#define BANNER "{\"loginBanner\":{\"text\":\"Hello\"}}"
#define POLICY_OF(enterprise, stream, serial, window, settings) \
	HEADER("policy", enterprise) \
	"\"stream\":\"" stream "\",\"serial\":" serial "," window ",\"settings\":" settings "}"
#define POLICY POLICY_OF(ENTERPRISE, "default", "7", WINDOW, BANNER)
#define COMMAND_OF(command, device, enrollment, window) \
	HEADER("command", ENTERPRISE) \
	"\"command\":\"" command "\",\"args\":{}," window ",\"targets\":[{\"device\":\"" device \
	"\",\"enrollment\":\"" enrollment "\"}]}"
#define LOCK COMMAND_OF("lock", DEVICE, ENROLLMENT, WINDOW)
#define TARGET "{\"device\":\"" DEVICE "\",\"enrollment\":\"" ENROLLMENT "\"}"
#define ASSIGNMENT_OF(device, enrollment) \
	HEADER("assignment", ENTERPRISE) \
	"\"serial\":3,\"device\":\"" device "\",\"enrollment\":\"" enrollment \
	"\",\"stream\":\"default\",\"ownership\":\"enterprise\"}"
#define HEAD_OF(device, nonce, time, after) \
	HEADER("head", ENTERPRISE) \
	"\"device\":\"" device "\",\"time\":\"" time "\",\"notAfter\":\"" after \
	"\",\"nonce\":\"" nonce "\",\"trustVersion\":1}"
#define HEAD HEAD_OF(DEVICE, NONCE, "2026-11-23T13:00:00Z", "2026-11-24T13:00:00Z")

enum twist {
	PLAIN,
	NO_STATUS,   /* no CRL at all */
	OLD_STATUS,  /* an old CRL, below the floor that a head set */
	LATE_STATUS, /* the CRL ran out */
	SEEN_SERIAL, /* the serial was applied already */
	USED,
	CANCELLED,
	UNASSIGNED, /* a device before its first assignment */
	NO_DEVICE,  /* the CLI or the front judges: audience is not theirs */
	FLIP_BODY,
	FLIP_SIGNATURE,
	TRAILING,
	NOT_CMS,
	UNSIGNED, /* the bare JSON */
};

#define BY(...) \
	{ \
		__VA_ARGS__, N_SIGNERS \
	}
static const struct row {
	const char *name;
	enum document_type type;
	const char *content;
	enum signer by[3];
	enum twist twist;
	enum reason want; /* REASON_NONE: believed */
} rows[] = {
	{ "A-POL-1: a correctly signed policy", DOCUMENT_POLICY, POLICY, BY(ALICE), PLAIN, 0 },
	{ "A-POL-2: unsigned", DOCUMENT_POLICY, POLICY, BY(ALICE), UNSIGNED, REASON_CMS_FORM },
	{ "A-POL-2: garbage", DOCUMENT_POLICY, POLICY, BY(ALICE), NOT_CMS, REASON_CMS_FORM },
	{ "A-POL-2: a changed byte of the body", DOCUMENT_POLICY, POLICY, BY(ALICE), FLIP_BODY,
	  REASON_SIGNATURE },
	{ "A-POL-2: a changed byte of the signature", DOCUMENT_POLICY, POLICY, BY(ALICE),
	  FLIP_SIGNATURE, REASON_SIGNATURE },
	{ "A-POL-2: bytes behind the document", DOCUMENT_POLICY, POLICY, BY(ALICE), TRAILING,
	  REASON_CMS_FORM },
	{ "A-POL-2: another enterprise's signer", DOCUMENT_POLICY, POLICY, BY(STRANGER), PLAIN,
	  REASON_CERT_UNTRUSTED },
	{ "A-POL-2: the TLS server's key", DOCUMENT_POLICY, POLICY, BY(TLS), PLAIN,
	  REASON_CERT_PURPOSE },
	{ "A-POL-2: the server's online key", DOCUMENT_POLICY, POLICY, BY(ONLINE), PLAIN,
	  REASON_SIGNER_ONLINE },
	{ "A-POL-2: an administrator beside the server's online key", DOCUMENT_POLICY, POLICY,
	  BY(ALICE, ONLINE), PLAIN, REASON_SIGNER_ONLINE },
	{ "A-POL-3: a certified signer that trust does not list", DOCUMENT_POLICY, POLICY,
	  BY(CAROL), PLAIN, REASON_SIGNER_NOT_LISTED },
	{ "A-POL-3: a good signer does not carry an unlisted one", DOCUMENT_POLICY, POLICY,
	  BY(ALICE, CAROL), PLAIN, REASON_SIGNER_NOT_LISTED },
	{ "A-POL-3: an expired signer", DOCUMENT_POLICY, POLICY, BY(EXPIRED), PLAIN,
	  REASON_CERT_EXPIRED },
	{ "A-POL-3: a revoked signer", DOCUMENT_POLICY, POLICY, BY(REVOKED), PLAIN,
	  REASON_CERT_REVOKED },
	{ "A-POL-4: no revocation status", DOCUMENT_POLICY, POLICY, BY(ALICE), NO_STATUS,
	  REASON_NEED_STATUS },
	{ "A-POL-4: status that ran out", DOCUMENT_POLICY, POLICY, BY(ALICE), LATE_STATUS,
	  REASON_NEED_STATUS },
	{ "A-POL-4: a replayed CRL from before the revocation", DOCUMENT_POLICY, POLICY,
	  BY(REVOKED), OLD_STATUS, REASON_NEED_STATUS },
	{ "A-POL-5: a serial that was applied", DOCUMENT_POLICY, POLICY, BY(ALICE), SEEN_SERIAL,
	  REASON_SERIAL },
	{ "A-POL-6: another stream's policy", DOCUMENT_POLICY,
	  POLICY_OF(ENTERPRISE, "kiosks", "7", WINDOW, BANNER), BY(ALICE), PLAIN, REASON_AUDIENCE },
	{ "policy: another enterprise's", DOCUMENT_POLICY,
	  POLICY_OF(OTHER, "default", "7", WINDOW, BANNER), BY(ALICE), PLAIN, REASON_ENTERPRISE },
	{ "policy: before its window", DOCUMENT_POLICY,
	  POLICY_OF(ENTERPRISE, "default", "7", LATER, BANNER), BY(ALICE), PLAIN, REASON_WINDOW },
	{ "policy: after its window", DOCUMENT_POLICY,
	  POLICY_OF(ENTERPRISE, "default", "7", EARLIER, BANNER), BY(ALICE), PLAIN, REASON_WINDOW },
	{ "policy: a setting that nobody knows", DOCUMENT_POLICY,
	  POLICY_OF(ENTERPRISE, "default", "7", WINDOW, "{\"loginBaner\":{}}"), BY(ALICE), PLAIN,
	  REASON_JSON },
	{ "policy: bad JSON that nobody signed is not even read", DOCUMENT_POLICY,
	  POLICY_OF(ENTERPRISE, "default", "7", WINDOW, "{\"Hello\":{}}"), BY(ALICE), FLIP_BODY,
	  REASON_SIGNATURE },
	{ "policy: one person where two must sign", DOCUMENT_POLICY,
	  POLICY_OF(ENTERPRISE, "default", "7", WINDOW,
		    "{\"systemUpdate\":{\"type\":\"AUTOMATIC\"}}"),
	  BY(ALICE), PLAIN, REASON_QUORUM },
	{ "policy: two keys of one person where two must sign", DOCUMENT_POLICY,
	  POLICY_OF(ENTERPRISE, "default", "7", WINDOW,
		    "{\"systemUpdate\":{\"type\":\"AUTOMATIC\"}}"),
	  BY(ALICE, ALICE_AGAIN), PLAIN, REASON_QUORUM },
	{ "policy: two persons where two must sign", DOCUMENT_POLICY,
	  POLICY_OF(ENTERPRISE, "default", "7", WINDOW,
		    "{\"systemUpdate\":{\"type\":\"AUTOMATIC\"}}"),
	  BY(ALICE, BOB), PLAIN, 0 },
	{ "policy: a command in its place", DOCUMENT_POLICY, LOCK, BY(ALICE), PLAIN, REASON_TYPE },
	{ "policy: the front judges without an audience", DOCUMENT_POLICY,
	  POLICY_OF(ENTERPRISE, "kiosks", "7", WINDOW, BANNER), BY(ALICE), NO_DEVICE, 0 },

	{ "command: lock by an administrator", DOCUMENT_COMMAND, LOCK, BY(ALICE), PLAIN, 0 },
	{ "command: lock by the server, where trust lists it", DOCUMENT_COMMAND, LOCK, BY(ONLINE),
	  PLAIN, 0 },
	{ "command: reboot by the server, where trust does not list it", DOCUMENT_COMMAND,
	  COMMAND_OF("reboot", DEVICE, ENROLLMENT, WINDOW), BY(ONLINE), PLAIN,
	  REASON_SIGNER_ONLINE },
	{ "command: unenroll by the server", DOCUMENT_COMMAND,
	  COMMAND_OF("unenroll", DEVICE, ENROLLMENT, WINDOW), BY(ONLINE), PLAIN,
	  REASON_SIGNER_ONLINE },
	{ "command: unenroll by one person where two must sign", DOCUMENT_COMMAND,
	  COMMAND_OF("unenroll", DEVICE, ENROLLMENT, WINDOW), BY(BOB), PLAIN, REASON_QUORUM },
	{ "command: unenroll by two persons", DOCUMENT_COMMAND,
	  COMMAND_OF("unenroll", DEVICE, ENROLLMENT, DAY_LONG), BY(ALICE, BOB), PLAIN, 0 },
	{ "command: a destructive one that lives longer than a day", DOCUMENT_COMMAND,
	  COMMAND_OF("unenroll", DEVICE, ENROLLMENT, WINDOW), BY(ALICE, BOB), PLAIN,
	  REASON_WINDOW },
	{ "command: a device that has no enrollment yet", DOCUMENT_COMMAND, LOCK, BY(ALICE),
	  UNASSIGNED, REASON_AUDIENCE },
	{ "policy: a device that follows no stream yet", DOCUMENT_POLICY, POLICY, BY(ALICE),
	  UNASSIGNED, REASON_AUDIENCE },
	{ "assignment: a device that has no enrollment yet", DOCUMENT_ASSIGNMENT,
	  ASSIGNMENT_OF(DEVICE, ENROLLMENT), BY(ALICE), UNASSIGNED, REASON_AUDIENCE },
	{ "command: another device's", DOCUMENT_COMMAND,
	  COMMAND_OF("lock", OTHER, ENROLLMENT, WINDOW), BY(ALICE), PLAIN, REASON_AUDIENCE },
	{ "command: an enrollment before this one", DOCUMENT_COMMAND,
	  COMMAND_OF("lock", DEVICE, OTHER, WINDOW), BY(ALICE), PLAIN, REASON_AUDIENCE },
	{ "command: used before", DOCUMENT_COMMAND, LOCK, BY(ALICE), USED, REASON_REPLAY },
	{ "command: cancelled", DOCUMENT_COMMAND, LOCK, BY(ALICE), CANCELLED, REASON_CANCELLED },
	{ "command: captured, and kept beyond its window", DOCUMENT_COMMAND,
	  COMMAND_OF("lock", DEVICE, ENROLLMENT, EARLIER), BY(ALICE), PLAIN, REASON_WINDOW },
	{ "command: more devices than trust allows", DOCUMENT_COMMAND,
	  HEADER("command", ENTERPRISE) "\"command\":\"lock\"," WINDOW ",\"targets\":[" TARGET
					"," TARGET "," TARGET "]}",
	  BY(ALICE), PLAIN, REASON_TARGETS },

	{ "assignment: by an administrator", DOCUMENT_ASSIGNMENT, ASSIGNMENT_OF(DEVICE, ENROLLMENT),
	  BY(ALICE), PLAIN, 0 },
	{ "assignment: by the server", DOCUMENT_ASSIGNMENT, ASSIGNMENT_OF(DEVICE, ENROLLMENT),
	  BY(ONLINE), PLAIN, REASON_SIGNER_ONLINE },
	{ "assignment: another device's", DOCUMENT_ASSIGNMENT, ASSIGNMENT_OF(OTHER, ENROLLMENT),
	  BY(ALICE), PLAIN, REASON_AUDIENCE },
	{ "assignment: an older serial", DOCUMENT_ASSIGNMENT, ASSIGNMENT_OF(DEVICE, ENROLLMENT),
	  BY(ALICE), SEEN_SERIAL, REASON_SERIAL },

	{ "head: by the online signer", DOCUMENT_HEAD, HEAD, BY(ONLINE), PLAIN, 0 },
	{ "head: by an administrator", DOCUMENT_HEAD, HEAD, BY(ALICE), PLAIN,
	  REASON_SIGNER_NOT_LISTED },
	{ "head: that answers another nonce", DOCUMENT_HEAD,
	  HEAD_OF(DEVICE, OTHER_NONCE, "2026-11-23T13:00:00Z", "2026-11-24T13:00:00Z"), BY(ONLINE),
	  PLAIN, REASON_NONCE },
	{ "head: another device's", DOCUMENT_HEAD,
	  HEAD_OF(OTHER, NONCE, "2026-11-23T13:00:00Z", "2026-11-24T13:00:00Z"), BY(ONLINE), PLAIN,
	  REASON_AUDIENCE },
	{ "head: a time that its signer's status does not reach", DOCUMENT_HEAD,
	  HEAD_OF(DEVICE, NONCE, "2027-03-01T00:00:00Z", "2027-03-02T00:00:00Z"), BY(ONLINE), PLAIN,
	  REASON_NEED_STATUS },
	{ "head: a time that its signer's certificate does not reach", DOCUMENT_HEAD,
	  HEAD_OF(DEVICE, NONCE, "2100-01-01T00:00:00Z", "2100-01-02T00:00:00Z"), BY(ONLINE), PLAIN,
	  REASON_CERT_EXPIRED },
	{ "head: replayed after its life", DOCUMENT_HEAD,
	  HEAD_OF(DEVICE, NONCE, "2026-11-22T11:00:00Z", "2026-11-23T11:00:00Z"), BY(ONLINE), PLAIN,
	  REASON_WINDOW },
};

static void twist_bytes(struct buf *der, const struct row *row)
{
	struct error err = ERROR_INIT;
	uint8_t *body;

	switch (row->twist) {
	case FLIP_BODY:
		body = memmem(der->data, der->len, "Hello", 5);
		CHECK(body != NULL);
		if (body)
			body[0] = 'J';
		return;
	case FLIP_SIGNATURE: der->data[der->len - 1] ^= 1; return;
	case TRAILING: CHECK_OK(buf_append(der, "x", 1, &err), err); return;
	case NOT_CMS: memset(der->data, 'x', der->len); return;
	case UNSIGNED:
		buf_done(der);
		CHECK_OK(buf_puts(der, row->content, &err), err);
		return;
	case PLAIN:
	case NO_STATUS:
	case OLD_STATUS:
	case LATE_STATUS:
	case SEEN_SERIAL:
	case USED:
	case CANCELLED:
	case UNASSIGNED:
	case NO_DEVICE: return;
	}
}

static unsigned n_asked;
static int remember(const struct document *d, void *userdata, struct judge_known *ret,
		    struct error *err)
{
	const struct row *row = userdata;

	(void)err;
	CHECK(d->header.id[0]);
	n_asked++;
	*ret = (struct judge_known){ .serial = row->twist == SEEN_SERIAL ? 7 : 0,
				     .used = row->twist == USED,
				     .cancelled = row->twist == CANCELLED };
	return 0;
}

static void judge_row(const struct row *row)
{
	struct head_issuer floor = { .number = 5 };
	struct jmap_list floors = { &floor, 1 };
	struct judge_context c = {
		.trust = &a.trust.trust,
		.crls = row->twist == NO_STATUS	   ? NULL
			: row->twist == OLD_STATUS ? a.old_crls
						   : a.crls,
		.now = row->twist == LATE_STATUS ? T0 + 100 * DAY : T0,
		.device = row->twist == NO_DEVICE ? NULL : DEVICE,
		.is_device = row->twist != NO_DEVICE,
		.enrollment = row->twist == UNASSIGNED ? "" : ENROLLMENT,
		.stream = row->twist == NO_DEVICE || row->twist == UNASSIGNED ? NULL : "default",
		.nonce = NONCE,
		.floors = &floors,
		.known = remember,
		.userdata = (void *)row,
	};
	struct error err = ERROR_INIT;
	auto_buf struct buf der = BUF_INIT;
	auto_verdict struct verdict v = { 0 };

	n_asked = 0;
	memcpy(floor.issuer, key_sha256(a.root_key), SHA256_HEX_SIZE);
	authority_sign(&a, row->content, row->by, &der);
	twist_bytes(&der, row);
	if (row->want == REASON_NONE) {
		CHECK_OK(judge(der.data, der.len, row->type, &c, &v, &err), err);
		CHECK(v.document.type == row->type && v.canonical.len > 0 && v.sha256[0]);
	} else {
		CHECK_REFUSED(judge(der.data, der.len, row->type, &c, &v, &err), err, row->want);
		CHECK(v.document.type == DOCUMENT_NONE && v.canonical.len == 0);
	}
	/* What is not proven to be signed is never read, nor looked up. */
	if (row->type != DOCUMENT_HEAD && row->want != REASON_NONE && row->want <= REASON_SIGNATURE)
		CHECK(n_asked == 0);
	else if (row->want == REASON_NONE || row->want >= REASON_AUDIENCE)
		CHECK(n_asked == 1);
	if (row->want == REASON_NEED_STATUS)
		CHECK_STR(v.needs, key_sha256(a.root_key));
}

static int judge_trust(const struct trust *in_force, const char *digest, const struct buf *der,
		       struct verdict *v, struct error *err)
{
	struct judge_context c = { .trust = in_force, .first_trust = digest, .crls = a.crls };

	return judge(der->data, der->len, DOCUMENT_TRUST, &c, v, err);
}

static void first_trust(void)
{
	struct error err = ERROR_INIT;
	auto_verdict struct verdict v = { 0 }, none = { 0 };

	CHECK_OK(judge_trust(NULL, a.first_sha256, &a.first, &v, &err), err);
	CHECK(v.effect == EFFECT_AUTHORITY && v.persons.n == 2 && !v.online);
	CHECK(v.time == T0); /* later than the root's CRL */
	CHECK_REFUSED(judge_trust(NULL, NONCE, &a.first, &none, &err), err, REASON_DIGEST);
	CHECK_REFUSED(judge_trust(NULL, NULL, &a.first, &none, &err), err, REASON_NEED_TRUST);
}

static void trust_after(unsigned version, int with_carol, const enum signer *by, enum reason want)
{
	struct error err = ERROR_INIT;
	auto_buf struct buf json = BUF_INIT, der = BUF_INIT;
	auto_verdict struct verdict v = { 0 };

	authority_trust_json(&a, version, with_carol, &json);
	authority_sign(&a, (const char *)json.data, by, &der);
	if (want == REASON_NONE)
		CHECK_OK(judge_trust(&a.trust.trust, NULL, &der, &v, &err), err);
	else
		CHECK_REFUSED(judge_trust(&a.trust.trust, NULL, &der, &v, &err), err, want);
}

static void next_trust(void)
{
	trust_after(2, 0, (enum signer[])BY(ALICE, BOB), REASON_NONE);
	trust_after(1, 0, (enum signer[])BY(ALICE, BOB), REASON_VERSION);
	trust_after(3, 0, (enum signer[])BY(ALICE, BOB), REASON_VERSION);
	trust_after(2, 0, (enum signer[])BY(ALICE), REASON_QUORUM);
	trust_after(2, 0, (enum signer[])BY(ONLINE), REASON_SIGNER_ONLINE);
	/* The quorum of the version before is there, but bob is out of the next one. */
	trust_after(2, 1, (enum signer[])BY(ALICE, BOB), REASON_QUORUM);
	/* With carol, whom the version before does not list, but who is certified and listed now.
	 */
	trust_after(2, 1, (enum signer[])BY(ALICE, BOB, CAROL), REASON_NONE);
	trust_after(2, 1, (enum signer[])BY(CAROL, BOB, ALICE), REASON_NONE);
	/* She makes up for nobody of the version before, and is nobody where no one lists her. */
	trust_after(2, 1, (enum signer[])BY(ALICE, CAROL), REASON_SIGNER_NOT_LISTED);
	trust_after(2, 0, (enum signer[])BY(ALICE, BOB, CAROL), REASON_SIGNER_NOT_LISTED);
	/* One whom no anchor of either knows. */
	trust_after(2, 1, (enum signer[])BY(ALICE, BOB, CAROL, STRANGER), REASON_CERT_UNTRUSTED);
	/* Two signatures of one person are one. */
	trust_after(2, 0, (enum signer[])BY(ALICE, ALICE_AGAIN), REASON_QUORUM);
}

/* Another root: who signs by it is judged by it, and its status must be known as any other's. */
static void next_root(void)
{
	static const enum signer by[] = { ALICE, BOB, STRANGER, N_SIGNERS };
	struct issue_crl t = { 1, T0 - DAY, T0 + 90 * DAY, NULL, 0 };
	auto_buf struct buf json = BUF_INIT, der = BUF_INIT;
	auto_crls struct crls *crls = NULL;
	auto_crl struct crl *crl = NULL;
	auto_verdict struct verdict v = { 0 }, w = { 0 };
	struct error err = ERROR_INIT;
	struct judge_context c = { .trust = &a.trust.trust, .crls = a.crls, .now = T0 };

	authority_moved_json(&a, 2, &json);
	authority_sign(&a, (const char *)json.data, by, &der);
	CHECK_REFUSED(judge(der.data, der.len, DOCUMENT_TRUST, &c, &v, &err), err,
		      REASON_NEED_STATUS);
	CHECK_STR(v.needs, key_sha256(a.foreign_key));
	CHECK_OK(issue_crl(&t, a.foreign, a.foreign_key, &crl, &err), err);
	CHECK(crls_new(&crls, &err) == 0 && crls_add_all(crls, a.crls, &err) == 0 &&
	      crls_add(crls, crl, &err) == 0);
	c.crls = crls;
	CHECK_OK(judge(der.data, der.len, DOCUMENT_TRUST, &c, &w, &err), err);
	CHECK(w.complete && w.have == 2 && w.own_have == 2 && w.document.trust.version == 2);
}

/* For those who collect signatures: what lacks nothing else is told, not refused. */
static void collecting(void)
{
	static const enum signer one[] = { ALICE, N_SIGNERS }, two[] = { ALICE, BOB, N_SIGNERS },
				 new[] = { CAROL, N_SIGNERS }, server[] = { ONLINE, N_SIGNERS };
	auto_buf struct buf json = BUF_INIT, first = BUF_INIT, all = BUF_INIT, early = BUF_INIT,
			    online = BUF_INIT;
	auto_verdict struct verdict v = { 0 }, w = { 0 }, x = { 0 }, y = { 0 };
	struct error err = ERROR_INIT;
	struct judge_context c = {
		.trust = &a.trust.trust, .crls = a.crls, .now = T0, .collecting = true
	};

	authority_sign(&a, COMMAND_OF("unenroll", DEVICE, ENROLLMENT, DAY_LONG), one, &first);
	CHECK_OK(judge(first.data, first.len, DOCUMENT_NONE, &c, &v, &err), err);
	CHECK(!v.complete && v.have == 1 && v.want == 2 && v.effect == EFFECT_DESTRUCTIVE);
	authority_sign(&a, COMMAND_OF("unenroll", DEVICE, ENROLLMENT, DAY_LONG), two, &all);
	CHECK_OK(judge(all.data, all.len, DOCUMENT_NONE, &c, &w, &err), err);
	CHECK(w.complete && w.have == 2);
	/* A new signer may be the first. */
	authority_trust_json(&a, 2, 1, &json);
	authority_sign(&a, (const char *)json.data, new, &early);
	CHECK_OK(judge(early.data, early.len, DOCUMENT_NONE, &c, &x, &err), err);
	CHECK(!x.complete && x.have == 0 && x.want == 2 && x.own_have == 1 && x.own_want == 2);
	/* Everything else is refused as ever. */
	authority_sign(&a, COMMAND_OF("unenroll", DEVICE, ENROLLMENT, DAY_LONG), server, &online);
	CHECK_REFUSED(judge(online.data, online.len, DOCUMENT_NONE, &c, &y, &err), err,
		      REASON_SIGNER_ONLINE);
	CHECK_REFUSED(judge(early.data, early.len, DOCUMENT_POLICY, &c, &y, &err), err,
		      REASON_TYPE);
}

/* What the device counted by its own clock is never handed back as a signed time. */
static void time_is_signed(void)
{
	struct error err = ERROR_INIT;
	static const enum signer by[] = { ALICE, N_SIGNERS };
	struct judge_context c = { .trust = &a.trust.trust, .crls = a.crls, .now = T0 };
	auto_buf struct buf der = BUF_INIT;
	auto_verdict struct verdict v = { 0 };

	authority_sign(&a, LOCK, by, &der);
	CHECK_OK(judge(der.data, der.len, DOCUMENT_COMMAND, &c, &v, &err), err);
	CHECK(v.time == T0 - DAY); /* of the CRL */
}

static void time_moves(void)
{
	struct error err = ERROR_INIT;
	static const enum signer by[] = { ONLINE, N_SIGNERS };
	struct judge_context c = {
		.trust = &a.trust.trust, .crls = a.crls, .device = DEVICE, .nonce = NONCE
	};
	auto_buf struct buf der = BUF_INIT;
	auto_verdict struct verdict v = { 0 };

	authority_sign(&a, HEAD, by, &der);
	CHECK_OK(judge(der.data, der.len, DOCUMENT_HEAD, &c, &v, &err), err);
	CHECK(v.time == T0 + 3600 && v.online && v.persons.n == 0);
}

static void peek(void)
{
	struct error err = ERROR_INIT;
	static const enum signer by[] = { STRANGER, N_SIGNERS };
	auto_buf struct buf der = BUF_INIT;
	auto_document struct document d = { 0 };

	authority_sign(&a, POLICY, by, &der);
	CHECK_OK(judge_peek(der.data, der.len, &d, &err), err);
	CHECK(d.type == DOCUMENT_POLICY && d.policy.serial == 7);
	CHECK_REFUSED(judge_peek(POLICY, strlen(POLICY), &d, &err), err, REASON_CMS_FORM);
}

static const struct row *current;
static void run_current(void)
{
	judge_row(current);
}

int main(void)
{
	static const struct check_case others[] = {
		{ "trust: the first is believed for its digest alone", first_trust },
		{ "trust: the next needs both quorums and the next version", next_trust },
		{ "trust: the next may have another root, whose status must be known", next_root },
		{ "collecting: what lacks signatures says so, and is refused for all else",
		  collecting },
		{ "time: only signed times are handed back", time_is_signed },
		{ "head: trusted time moves to the head's", time_moves },
		{ "peek: what a document says, without believing it", peek },
	};
	struct check_case cases[ARRAY_SIZE(rows) + ARRAY_SIZE(others)];
	int failed = 0;

	authority_make(&a);
	printf("1..%zu\n", ARRAY_SIZE(cases));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const bool row = i < ARRAY_SIZE(rows);

		current = row ? &rows[i] : NULL;
		cases[i] = row ? (struct check_case){ rows[i].name, run_current }
			       : others[i - ARRAY_SIZE(rows)];
		check_failures = 0;
		cases[i].run();
		printf("%sok %zu - %s\n", check_failures ? "not " : "", i + 1, cases[i].name);
		failed |= check_failures;
	}
	authority_done(&a);
	return failed ? 1 : 0;
}
