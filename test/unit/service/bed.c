/* SPDX-License-Identifier: Apache-2.0 */
#include "bed.h"

#include "base/id.h"

static int64_t now(void *userdata)
{
	return ((struct bed *)userdata)->now;
}

const char *bed_digest(const char *text, char ret[SHA256_HEX_SIZE])
{
	hash_sha256_hex(text, strlen(text), ret);
	return ret;
}

const char *bed_login(enum role role, char text[SHA256_HEX_SIZE])
{
	return bed_digest(role_name(role), text);
}

struct admin_caller bed_caller(enum role role)
{
	struct admin_caller c = { .address = (char *)"192.0.2.1" };

	(void)bed_login(role, c.login);
	return c;
}

static void import(struct bed *b)
{
	struct bootstrap_administrator admins[ROLE_MAX_ - 1] = { 0 };
	struct bootstrap boot = {
		.enterprise = ENTERPRISE,
		.enterprise_name = (char *)"Test",
		.administrators = { admins, ARRAY_SIZE(admins) },
		.trust = BUF_VIEW("trust", 5),
	};
	const struct bootstrap_trust trust = { TRUST_ID, 1, BED_NOW };
	struct error err = ERROR_INIT;
	bool imported = false;

	for (int r = ROLE_NONE + 1; r < ROLE_MAX_; r++) {
		admins[r - 1].name = (char *)role_name((enum role)r);
		admins[r - 1].role = (char *)role_name((enum role)r);
		(void)bed_login((enum role)r, admins[r - 1].login);
	}
	CHECK_OK(db_begin(b->db, &err), err);
	CHECK_OK(service_import(b->service, &boot, &trust, &imported, &err), err);
	CHECK_OK(db_commit(b->db, &err), err);
	CHECK(imported);
}

void bed_open(struct bed *b)
{
	struct service_options o = { .now = now, .userdata = b };
	struct error err = ERROR_INIT;

	*b = (struct bed){ .now = BED_NOW };
	strcpy(b->dir, "/tmp/muster-service-XXXXXX");
	CHECK(mkdtemp(b->dir) != NULL);
	(void)snprintf(b->path, sizeof(b->path), "%s/muster.db", b->dir);
	CHECK_OK(db_open_sqlite(b->path, &b->db, &err), err);
	o.db = b->db;
	CHECK_OK(service_new(&o, &b->service, &err), err);
	import(b);
}

void bed_close(struct bed *b)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	char path[112];

	(void)service_free(b->service);
	db_free(b->db);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", b->path, ends[i]);
		(void)unlink(path);
	}
	(void)rmdir(b->dir);
}

static int call_io(struct bed *b, enum operation op, const struct service_io *io, struct error *err)
{
	struct error other = ERROR_INIT;
	int r;

	CHECK_OK(db_begin(b->db, &other), other);
	r = service_call(b->service, op, io, err);
	CHECK_OK(db_commit(b->db, &other), other);
	return r;
}

int bed_call(struct bed *b, enum operation op, const void *in, void *out, struct error *err)
{
	const struct service_io io = { .in = in, .out = out };

	return call_io(b, op, &io, err);
}

int bed_publish(struct bed *b, enum role role, const struct admin_publish *p,
		struct admin_published *out, struct error *err)
{
	struct admin_publish own = *p;
	const struct buf blob = BUF_VIEW("cms", 3);
	const struct service_io io = { .in = &own, .blob = &blob, .out = out };

	own.caller = bed_caller(role);
	*out = (struct admin_published){ 0 };
	return call_io(b, service_publish_operation(p->type), &io, err);
}

struct bed_token bed_token(struct bed *b, const struct admin_token_spec *spec)
{
	struct admin_token_create in = { .caller = bed_caller(ROLE_GROUP_ADMINISTRATOR) };
	struct admin_token_created out = { 0 };
	struct bed_token t = { 0 };
	struct error err = ERROR_INIT;

	if (spec)
		in.spec = *spec;
	CHECK_OK(bed_call(b, OP_TOKEN_CREATE, &in, &out, &err), err);
	CHECK(out.secret && strlen(out.secret) == 43);
	memcpy(t.id, out.id, UUID_SIZE);
	if (out.secret)
		(void)bed_digest(out.secret, t.secret);
	jmap_done(&admin_token_created_table, &out);
	return t;
}

int bed_claim(struct bed *b, const struct bed_token *t, const struct bed_applicant *a,
	      struct enroll_grant *g, struct error *err)
{
	struct enroll_request in = {
		.token = t->id,
		.address = "192.0.2.9",
		.hardware_id = a->hardware_id,
		.model = a->model,
		.hostname = a->key,
	};

	memcpy(in.secret, t->secret, SHA256_HEX_SIZE);
	(void)bed_digest(a->key, in.key);
	*g = (struct enroll_grant){ 0 };
	return bed_call(b, OP_ENROLL, &in, g, err);
}

int bed_finish(struct bed *b, const struct enroll_grant *g, const char *name, struct error *err)
{
	const struct buf der = BUF_VIEW(name, strlen(name));
	struct enroll_issued issued = {
		.serial = name,
		.not_before = b->now,
		.not_after = b->now + 300,
		.der = &der,
	};
	struct error other = ERROR_INIT;
	int r;

	(void)bed_digest(name, issued.digest);
	CHECK_OK(db_begin(b->db, &other), other);
	r = enroll_finish(b->service, g, &issued, err);
	CHECK_OK(db_commit(b->db, &other), other);
	return r;
}

struct bed_device bed_enroll(struct bed *b, const char *name)
{
	struct bed_token t = bed_token(b, NULL);
	auto_enroll_grant struct enroll_grant g = { 0 };
	struct bed_device d = { 0 };
	struct error err = ERROR_INIT;

	CHECK_OK(bed_claim(b, &t, AS(name, NULL, NULL), &g, &err), err);
	CHECK(g.issued.len == 0);
	CHECK_OK(bed_finish(b, &g, name, &err), err);
	memcpy(d.id, g.device, UUID_SIZE);
	memcpy(d.enrollment, g.enrollment, UUID_SIZE);
	memcpy(d.key, g.key, SHA256_HEX_SIZE);
	(void)bed_digest(name, d.certificate);
	return d;
}

struct device_caller bed_device_caller(const struct bed_device *d)
{
	struct device_caller c = { .address = "192.0.2.9" };

	memcpy(c.device, d->id, UUID_SIZE);
	memcpy(c.certificate, d->certificate, SHA256_HEX_SIZE);
	return c;
}

struct admin_publish bed_document(const char *type, uint64_t serial)
{
	struct admin_publish p = {
		.type = (char *)type,
		.serial = serial,
		.not_before = BED_NOW,
		.not_after = BED_NOW + 3600,
	};

	uuid_new(p.id);
	(void)bed_digest(p.id, p.digest);
	return p;
}

int bed_assign(struct bed *b, const struct bed_device *d, const char *stream, uint64_t serial,
	       struct error *err)
{
	struct admin_target t = { 0 };
	struct admin_publish p = bed_document("assignment", serial);
	struct admin_published out;

	memcpy(t.device, d->id, UUID_SIZE);
	memcpy(t.enrollment, d->enrollment, UUID_SIZE);
	p.targets = (struct jmap_list){ &t, 1 };
	p.stream = (char *)stream;
	p.ownership = (char *)"enterprise";
	return bed_publish(b, ROLE_GROUP_ADMINISTRATOR, &p, &out, err);
}

int bed_policy(struct bed *b, const char *stream, uint64_t serial, uint32_t *devices,
	       struct error *err)
{
	struct admin_publish p = bed_document("policy", serial);
	struct admin_published out;
	int r;

	p.stream = (char *)stream;
	p.name = (char *)"a policy";
	r = bed_publish(b, ROLE_SECURITY_ADMINISTRATOR, &p, &out, err);
	*devices = out.devices;
	return r;
}

void bed_given(struct bed *b, const struct bed_device *d, uint64_t after, char types[16])
{
	const struct instructions_call in = { .caller = bed_device_caller(d), .after = after };
	struct instructions_answer out = { 0 };
	const struct delivery_document *doc;
	struct error err = ERROR_INIT;

	CHECK_OK(bed_call(b, OP_INSTRUCTIONS, &in, &out, &err), err);
	doc = out.list.items;
	for (size_t i = 0; i < out.list.n; i++) {
		CHECK(doc[i].seq == after + i + 1);
		*types++ = doc[i].type[0];
	}
	*types = 0;
	delivery_documents_done(&out.list);
}

size_t bed_records(struct bed *b, const char *event, char subject[64], char reason[64])
{
	struct admin_query q = { .caller = bed_caller(ROLE_AUDITOR), .type = (char *)event };
	struct admin_records list = { 0 };
	struct error err = ERROR_INIT;
	const struct admin_record *last;
	size_t n;

	CHECK_OK(bed_call(b, OP_RECORD_LIST, &q, &list, &err), err);
	n = list.records.n;
	last = n ? (const struct admin_record *)list.records.items + n - 1 : NULL;
	if (subject)
		(void)snprintf(subject, 64, "%s", last && last->subject ? last->subject : "");
	if (reason)
		(void)snprintf(reason, 64, "%s", last && last->reason ? last->reason : "");
	jmap_done(&admin_records_table, &list);
	return n;
}

int64_t bed_count(struct bed *b, const char *table)
{
	struct error err = ERROR_INIT;
	char sql[80];
	int64_t n = -1;

	(void)snprintf(sql, sizeof(sql), "SELECT COUNT(*) FROM %s", table);
	CHECK_OK(db_int(b->db, sql, NULL, &n, &err), err);
	return n;
}
