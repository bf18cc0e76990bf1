/* SPDX-License-Identifier: Apache-2.0 */
/* Who may do what, and how often. */
#include "bed.h"

/* ---- S-MOF-1 ---- */

/* The matrix, written down a second time, by hand: S server, E security, G group, A auditor, U
 * user. */
static const struct {
	enum operation op;
	const char *may;
} matrix[] = {
	{ OP_WHOAMI, "SEGAU" },		 { OP_VERSION, "SEGAU" },
	{ OP_TOKEN_CREATE, "SG" },	 { OP_TOKEN_LIST, "SGA" },
	{ OP_TOKEN_REVOKE, "SG" },	 { OP_DEVICE_LIST, "SEGA" },
	{ OP_DEVICE_SHOW, "SEGA" },	 { OP_DEVICE_RETIRE, "SG" },
	{ OP_RECORD_LIST, "SEA" },	 { OP_PUBLISH_TRUST, "SE" },
	{ OP_PUBLISH_POLICY, "SE" },	 { OP_PUBLISH_ASSIGNMENT, "SG" },
	{ OP_PUBLISH_COMMAND, "SEG" },	 { OP_INSTRUCTION_LIST, "SEGA" },
	{ OP_INSTRUCTION_SHOW, "SEGA" }, { OP_INSTRUCTION_CANCEL, "SEG" },
	{ OP_PENDING_PUT, "SEG" },	 { OP_PENDING_LIST, "SEGA" },
	{ OP_PENDING_SHOW, "SEGA" },	 { OP_PENDING_REMOVE, "SEG" },
	{ OP_PUBLISH_CRL, "SE" },
};
static const char letters[] = "-SEGAU";

/* Any body will do: who may not is refused before it is looked at. */
union any_in {
	struct admin_caller caller;
	struct admin_query query;
	struct admin_named named;
	struct admin_token_create token;
	struct admin_publish publish;
	struct admin_crl crl;
};
union any_out {
	struct admin_whoami whoami;
	struct admin_version version;
	struct admin_token_created created;
	struct admin_tokens tokens;
	struct admin_devices devices;
	struct admin_device_detail device;
	struct admin_records records;
	struct admin_published published;
	struct admin_instructions instructions;
	struct admin_instruction_detail instruction;
	struct admin_cancelled cancelled;
	struct admin_pendings pendings;
	struct admin_pending pending;
};

static void prepare(enum operation op, enum role role, union any_in *in)
{
	memset(in, 0, sizeof(*in));
	in->caller = bed_caller(role);
	if (op == OP_TOKEN_REVOKE || op == OP_DEVICE_SHOW || op == OP_DEVICE_RETIRE ||
	    op == OP_INSTRUCTION_SHOW || op == OP_INSTRUCTION_CANCEL || op == OP_PENDING_SHOW ||
	    op == OP_PENDING_REMOVE)
		in->named.id = (char *)"absent";
	if ((op >= OP_PUBLISH_TRUST && op <= OP_PUBLISH_COMMAND) || op == OP_PENDING_PUT)
		in->publish.type = (char *)"none";
}

static void release(enum operation op, union any_out *out)
{
	const struct jmap_table *const tables[] = {
		[OP_WHOAMI] = &admin_whoami_table,
		[OP_VERSION] = &admin_version_table,
		[OP_TOKEN_CREATE] = &admin_token_created_table,
		[OP_TOKEN_LIST] = &admin_tokens_table,
		[OP_DEVICE_LIST] = &admin_devices_table,
		[OP_RECORD_LIST] = &admin_records_table,
		[OP_INSTRUCTION_LIST] = &admin_instructions_table,
		[OP_PENDING_LIST] = &admin_pendings_table,
	};

	if (op < (int)ARRAY_SIZE(tables) && tables[op])
		jmap_done(tables[op], out);
}

static bool allowed(struct bed *b, enum operation op, enum role role)
{
	const struct buf blob = BUF_VIEW("cms", 3);
	union any_in in;
	union any_out out;
	const struct service_io io = { .in = &in, .blob = &blob, .out = &out };
	struct error err = ERROR_INIT;
	int r;

	memset(&out, 0, sizeof(out));
	prepare(op, role, &in);
	CHECK_OK(db_begin(b->db, &err), err);
	r = service_call(b->service, op, &io, &err);
	db_rollback(b->db);
	if (r == 0)
		release(op, &out);
	return r == 0 || (err.code != ERROR_DENIED && err.code != ERROR_UNAUTHORIZED);
}

static void roles(void)
{
	struct bed b;

	bed_open(&b);
	for (size_t i = 0; i < ARRAY_SIZE(matrix); i++)
		for (int r = ROLE_NONE; r < ROLE_MAX_; r++) {
			bool want = strchr(matrix[i].may, letters[r]) != NULL;

			if (allowed(&b, matrix[i].op, (enum role)r) != want) {
				printf("# %s by %s\n", operation_name(matrix[i].op),
				       role_name((enum role)r));
				CHECK(false);
			}
		}
	/* every operation of administrators is in the matrix above */
	for (int op = OP_NONE + 1; op < OP_ENROLL; op++)
		CHECK((int)matrix[op - 1].op == op);
	bed_close(&b);
}

static void denied_is_audited(void)
{
	struct bed b;
	struct admin_token_create in = { .caller = bed_caller(ROLE_AUDITOR) };
	struct admin_token_created out = { 0 };
	struct error err = ERROR_INIT;
	char subject[64], reason[64];

	bed_open(&b);
	CHECK_ERROR(bed_call(&b, OP_TOKEN_CREATE, &in, &out, &err), err, ERROR_DENIED);
	CHECK(bed_records(&b, "access-denied", subject, reason) == 1);
	CHECK_STR(subject, "auditor");
	CHECK_STR(reason, "denied");
	in.caller = bed_caller(ROLE_NONE);
	CHECK_ERROR(bed_call(&b, OP_TOKEN_CREATE, &in, &out, &err), err, ERROR_UNAUTHORIZED);
	CHECK(bed_records(&b, "access-denied", subject, reason) == 2);
	CHECK_STR(reason, "unauthorized");
	CHECK(bed_count(&b, "token") == 0);
	bed_close(&b);
}

/* A message that quotes a name cut inside a character must not cost the record. */
static void odd_names(void)
{
	struct bed b;
	struct admin_named named = { .caller = bed_caller(ROLE_SERVER_ADMINISTRATOR) };
	struct error err = ERROR_INIT;
	char name[100];

	bed_open(&b);
	memset(name, 'x', sizeof(name));
	memcpy(name + 59, "\xc3\xbc", 3); /* %.60s cuts it */
	named.id = name;
	CHECK_ERROR(bed_call(&b, OP_DEVICE_RETIRE, &named, NULL, &err), err, ERROR_NOT_FOUND);
	CHECK(bed_records(&b, "device-removed", NULL, NULL) == 1);
	bed_close(&b);
}

static void logs_in(void)
{
	struct bed b;
	struct error err = ERROR_INIT;
	char login[SHA256_HEX_SIZE], subject[64];

	bed_open(&b);
	CHECK_OK(service_login(b.service, bed_login(ROLE_AUDITOR, login), "192.0.2.1:9", &err),
		 err);
	CHECK(bed_records(&b, "administrator-login", subject, NULL) == 1);
	CHECK_STR(subject, "auditor");
	/* nobody's login: what it asks for is refused, and that is the record */
	CHECK_OK(service_login(b.service, bed_login(ROLE_NONE, login), "192.0.2.1:9", &err), err);
	CHECK(bed_records(&b, "administrator-login", NULL, NULL) == 1);
	bed_close(&b);
}

static void too_often(void)
{
	struct bed b;
	struct admin_caller in = bed_caller(ROLE_AUDITOR);
	struct admin_whoami out = { 0 };
	struct error err = ERROR_INIT;
	int n = 0;

	bed_open(&b);
	while (n < 10000 && bed_call(&b, OP_WHOAMI, &in, &out, &err) == 0) {
		jmap_done(&admin_whoami_table, &out);
		n++;
	}
	CHECK(n == 4000 && err.code == ERROR_RATE);
	in = bed_caller(ROLE_USER);
	CHECK_OK(bed_call(&b, OP_WHOAMI, &in, &out, &err), err); /* others go on */
	CHECK(out.may.n == 2);
	jmap_done(&admin_whoami_table, &out);
	bed_close(&b);
}

static const struct check_case cases[] = {
	{ "S-MOF-1, S-SMR-1: every operation as every role, and as nobody", roles },
	{ "S-MOF-1: who is denied is audited, and changed nothing", denied_is_audited },
	{ "audit: no name is odd enough to go unrecorded", odd_names },
	{ "FAU_GEN.1: an administrator's login is recorded by name", logs_in },
	{ "quota: one caller too often, the others go on", too_often },
};
CHECK_MAIN(cases)
