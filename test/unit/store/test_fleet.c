/* SPDX-License-Identifier: Apache-2.0 */
/* The nouns around devices: enterprise, administrators, tokens, devices, certificates, CRLs. */
#include "fixture.h"

#include "store/administrator.h"
#include "store/crl.h"
#include "store/enterprise.h"

static void enterprises(void)
{
	struct fixture f;
	struct error err = ERROR_INIT;
	struct enterprise e = { .id = ID_A, .name = (char *)"Test", .imported = NOW }, got;

	fixture_open(&f);
	CHECK_ERROR(enterprise_get(f.db, &got, &err), err, ERROR_NOT_FOUND);
	CHECK_OK(enterprise_put(f.db, &e, &err), err);
	CHECK_OK(enterprise_get(f.db, &got, &err), err);
	CHECK_STR(got.id, ID_A);
	CHECK_STR(got.name, "Test");
	enterprise_done(&got);
	CHECK_ERROR(enterprise_put(f.db, &e, &err), err, ERROR_CONFLICT);
	fixture_close(&f);
}

static void administrators(void)
{
	struct fixture f;
	struct error err = ERROR_INIT;
	struct administrator a = { .login = DIGEST("1"),
				   .name = (char *)"ada",
				   .role = ROLE_AUDITOR,
				   .created = NOW },
			     got;

	fixture_open(&f);
	CHECK_ERROR(administrator_get(f.db, a.login, &got, &err), err, ERROR_NOT_FOUND);
	CHECK_OK(administrator_put(f.db, &a, &err), err);
	CHECK_OK(administrator_get(f.db, a.login, &got, &err), err);
	CHECK(got.role == ROLE_AUDITOR);
	administrator_done(&got);
	strcpy(a.login, DIGEST("2"));
	CHECK_ERROR(administrator_put(f.db, &a, &err), err, ERROR_CONFLICT);
	for (int r = ROLE_NONE + 1; r < ROLE_MAX_; r++)
		CHECK((int)role_find(role_name((enum role)r)) == r);
	CHECK(role_find("king") == ROLE_NONE);
	fixture_close(&f);
}

static void tokens(void)
{
	struct fixture f;
	struct error err = ERROR_INIT;
	struct admin_tokens list = { 0 };
	struct token t = fixture_token(ID_B), got;
	char *models[] = { (char *)"M1", (char *)"M2" };

	fixture_open(&f);
	t.models = (struct strings){ models, 2 };
	t.created++;
	CHECK_OK(token_put(f.db, &t, &err), err);
	CHECK_OK(token_get(f.db, ID_B, &got, &err), err);
	CHECK(got.models.n == 2 && got.hardware_ids.n == 0 && got.count == 2 && got.used == 0);
	token_done(&got);
	CHECK_OK(token_use(f.db, ID_B, &err), err);
	CHECK_OK(token_use(f.db, ID_B, &err), err);
	CHECK_ERROR(token_use(f.db, ID_B, &err), err, ERROR_CONFLICT);
	CHECK_OK(token_list(f.db, NULL, 10, NOW, &list, &err), err);
	CHECK(list.tokens.n == 2);
	CHECK_STR(((struct admin_token *)list.tokens.items)[0].id, ID_B);
	CHECK_STR(((struct admin_token *)list.tokens.items)[0].state, "used");
	CHECK_STR(((struct admin_token *)list.tokens.items)[1].state, "valid");
	jmap_done(&admin_tokens_table, &list);
	CHECK_OK(token_give_back(f.db, ID_B, &err), err);
	CHECK_OK(token_use(f.db, ID_B, &err), err);
	CHECK_OK(token_revoke(f.db, ID_A, NOW, &err), err);
	CHECK_ERROR(token_revoke(f.db, ID_A, NOW, &err), err, ERROR_NOT_FOUND);
	CHECK_OK(token_list(f.db, ID_B, 10, NOW, &list, &err), err);
	CHECK(list.tokens.n == 1);
	CHECK_STR(((struct admin_token *)list.tokens.items)[0].state, "revoked");
	jmap_done(&admin_tokens_table, &list);
	fixture_close(&f);
}

static void devices(void)
{
	struct fixture f;
	struct error err = ERROR_INIT;
	struct device d = fixture_device(ID_B, ID_C, DIGEST("c")), got;
	char id[UUID_SIZE];

	fixture_open(&f);
	d.hardware_id = (char *)"HW1";
	d.state = DEVICE_PENDING;
	CHECK_OK(device_put(f.db, &d, &err), err);
	CHECK_OK(device_by_claim(f.db, ID_A, DIGEST("c"), id, &err), err);
	CHECK_STR(id, ID_B);
	CHECK_ERROR(device_by_claim(f.db, ID_A, DIGEST("d"), id, &err), err, ERROR_NOT_FOUND);
	CHECK_ERROR(device_resolve(f.db, "alpha", id, &err), err, ERROR_NOT_FOUND);
	CHECK_OK(device_set_enrolled(f.db, ID_B, NOW + 1, &err), err);
	CHECK_ERROR(device_set_enrolled(f.db, ID_B, NOW + 1, &err), err, ERROR_NOT_FOUND);
	CHECK_OK(device_resolve(f.db, "alpha", id, &err), err);
	CHECK_OK(device_resolve(f.db, ID_B, id, &err), err);
	CHECK_ERROR(device_resolve(f.db, ID_D, id, &err), err, ERROR_NOT_FOUND);
	CHECK_OK(device_by_hardware(f.db, "HW1", id, &err), err);
	CHECK_OK(device_get(f.db, ID_B, &got, &err), err);
	CHECK(got.state == DEVICE_ENROLLED && got.enrolled == NOW + 1);
	device_done(&got);

	/* a second one: another hardware id while the first has not left, or none */
	d = fixture_device(ID_D, ID_D, DIGEST("d"));
	d.hardware_id = (char *)"HW1";
	CHECK_ERROR(device_put(f.db, &d, &err), err, ERROR_CONFLICT);
	CHECK_OK(device_set_state(f.db, ID_B, DEVICE_RETIRED, &err), err);
	CHECK_ERROR(device_by_hardware(f.db, "HW1", id, &err), err, ERROR_NOT_FOUND);
	CHECK_OK(device_put(f.db, &d, &err), err);
	CHECK_OK(device_resolve(f.db, "alpha", id, &err), err);
	CHECK_STR(id, ID_D); /* the enrolled one of two of that name */
	fixture_close(&f);
}

static void same_names(void)
{
	struct fixture f;
	struct error err = ERROR_INIT;
	struct device d = fixture_device(ID_B, ID_B, DIGEST("b"));
	struct admin_query q = { .limit = 1, .device = (char *)"al" };
	struct admin_devices list = { 0 };
	const struct admin_device *row;
	char id[UUID_SIZE];

	fixture_open(&f);
	CHECK_OK(device_put(f.db, &d, &err), err);
	d = fixture_device(ID_C, ID_C, DIGEST("c"));
	d.last_contact = NOW;
	CHECK_OK(device_put(f.db, &d, &err), err);
	CHECK_ERROR(device_resolve(f.db, "alpha", id, &err), err, ERROR_CONFLICT);
	CHECK_OK(device_list(f.db, &q, NOW - 10, &list, &err), err);
	row = list.devices.items;
	CHECK(list.devices.n == 1 && !row->connected);
	CHECK_STR(row->id, ID_B);
	jmap_done(&admin_devices_table, &list);
	q.after = (char *)ID_B;
	CHECK_OK(device_list(f.db, &q, NOW - 10, &list, &err), err);
	row = list.devices.items;
	CHECK(list.devices.n == 1 && row->connected); /* S-NET-1: with and without a word lately */
	CHECK_STR(row->id, ID_C);
	jmap_done(&admin_devices_table, &list);
	q = (struct admin_query){ .limit = 9, .device = (char *)"beta" };
	CHECK_OK(device_list(f.db, &q, NOW, &list, &err), err);
	CHECK(list.devices.n == 0);
	fixture_close(&f);
}

static void assigned(void)
{
	struct fixture f;
	struct error err = ERROR_INIT;
	struct device d = fixture_device(ID_B, ID_C, DIGEST("c")), got;
	char *groups[] = { (char *)"g1" };
	const struct strings list = { groups, 1 };
	const struct device_assignment a = { "kiosk", "personal", &list, 5 };
	struct strings ids = { 0 };

	fixture_open(&f);
	CHECK_OK(device_put(f.db, &d, &err), err);
	CHECK_OK(device_assign(f.db, ID_B, &a, &err), err);
	CHECK_ERROR(device_assign(f.db, ID_B, &a, &err), err, ERROR_CONFLICT);
	CHECK_OK(device_get(f.db, ID_B, &got, &err), err);
	CHECK(got.groups.n == 1 && got.assignment_serial == 5);
	CHECK_STR(got.stream, "kiosk");
	CHECK_STR(got.ownership, "personal");
	device_done(&got);
	CHECK_OK(device_ids_of_stream(f.db, "kiosk", &ids, &err), err);
	CHECK(ids.n == 1);
	db_texts_done(&ids);
	CHECK_OK(device_ids_of_stream(f.db, "desk", &ids, &err), err);
	CHECK(ids.n == 0);
	CHECK_OK(device_touch(f.db, ID_B, NOW, &err), err);
	CHECK_OK(device_touch(f.db, ID_B, NOW + 5, &err), err);
	CHECK_OK(device_get(f.db, ID_B, &got, &err), err);
	CHECK(got.last_contact == NOW); /* not written for every word */
	device_done(&got);
	fixture_close(&f);
}

static struct certificate cert_of(const char *digest, const char *key)
{
	struct certificate c = { .device = ID_B,
				 .serial = (char *)"0a",
				 .purpose = CERTIFICATE_IDENTITY,
				 .state = CERTIFICATE_CURRENT,
				 .not_before = NOW,
				 .not_after = NOW + 100,
				 .issued = NOW,
				 .der = BUF_VIEW("der", 3) };

	strcpy(c.digest, digest);
	strcpy(c.key, key);
	return c;
}

static int state_of(struct db *db, const char *digest)
{
	auto_certificate struct certificate c = { 0 };
	struct error err = ERROR_INIT;

	CHECK_OK(certificate_get(db, ID_B, digest, &c, &err), err);
	return c.state;
}

static void certificates(void)
{
	struct fixture f;
	struct error err = ERROR_INIT;
	struct device d = fixture_device(ID_B, ID_C, DIGEST("c"));
	struct certificate c = cert_of(DIGEST("1"), DIGEST("a")), got;
	struct jmap_list revoked = { 0 };
	bool used;

	fixture_open(&f);
	CHECK_ERROR(certificate_put(f.db, &c, &err), err, ERROR_CONFLICT); /* no such device */
	CHECK_OK(device_put(f.db, &d, &err), err);
	CHECK_OK(certificate_put(f.db, &c, &err), err);
	CHECK_ERROR(certificate_put(f.db, &c, &err), err, ERROR_CONFLICT);
	CHECK_OK(certificate_by_key(f.db, ID_B, DIGEST("a"), CERTIFICATE_IDENTITY, &got, &err),
		 err);
	CHECK(got.der.len == 3);
	certificate_done(&got);
	CHECK_ERROR(certificate_by_key(f.db, ID_B, DIGEST("a"), CERTIFICATE_EVIDENCE, &got, &err),
		    err, ERROR_NOT_FOUND);
	CHECK_OK(certificate_key_in_use(f.db, DIGEST("a"), ID_B, CERTIFICATE_IDENTITY, &used, &err),
		 err);
	CHECK(!used);
	CHECK_OK(certificate_key_in_use(f.db, DIGEST("a"), ID_B, CERTIFICATE_EVIDENCE, &used, &err),
		 err);
	CHECK(used); /* one key, one purpose */
	CHECK_OK(certificate_key_in_use(f.db, DIGEST("a"), ID_D, CERTIFICATE_IDENTITY, &used, &err),
		 err);
	CHECK(used); /* one key, one device */

	c = cert_of(DIGEST("2"), DIGEST("b"));
	c.state = CERTIFICATE_NEXT;
	CHECK_OK(certificate_put(f.db, &c, &err), err);
	CHECK(state_of(f.db, DIGEST("1")) == CERTIFICATE_CURRENT);
	CHECK_OK(certificate_promote(f.db, &c, &err), err);
	CHECK(state_of(f.db, DIGEST("1")) == CERTIFICATE_SUPERSEDED);
	CHECK(state_of(f.db, DIGEST("2")) == CERTIFICATE_CURRENT);
	CHECK_OK(certificate_revoke_all(f.db, ID_B, NOW, &err), err);
	CHECK(state_of(f.db, DIGEST("1")) == CERTIFICATE_REVOKED);
	CHECK(state_of(f.db, DIGEST("2")) == CERTIFICATE_REVOKED);
	CHECK_OK(crl_revoked(f.db, "device", 0, 10, &revoked, &err), err);
	CHECK(revoked.n == 1); /* both have the serial 0a here */
	crl_revoked_done(&revoked);
	fixture_close(&f);
}

static void crls(void)
{
	struct fixture f;
	struct error err = ERROR_INIT;
	struct stored_crl c = { .issuer = (char *)"device",
				.key = DIGEST("e"),
				.number = 3,
				.next_update = NOW,
				.der = BUF_VIEW("crl", 3) };
	struct jmap_list list = { 0 };
	struct revocation r = { "device", "0b", NOW, NOW + 5 };

	fixture_open(&f);
	CHECK_OK(crl_put(f.db, &c, &err), err);
	CHECK_ERROR(crl_put(f.db, &c, &err), err, ERROR_CONFLICT);
	c.number = 4;
	CHECK_OK(crl_put(f.db, &c, &err), err);
	CHECK_OK(crl_list(f.db, true, &list, &err), err);
	CHECK(list.n == 1 && ((struct stored_crl *)list.items)->number == 4);
	CHECK(((struct stored_crl *)list.items)->der.len == 3);
	crl_list_done(&list);
	CHECK_OK(crl_list(f.db, false, &list, &err), err);
	CHECK(list.n == 1 && ((struct stored_crl *)list.items)->der.len == 0);
	crl_list_done(&list);
	CHECK_OK(crl_revoke(f.db, &r, &err), err);
	r.time += 9;
	CHECK_OK(crl_revoke(f.db, &r, &err), err);
	CHECK_OK(crl_revoked(f.db, "device", 0, 10, &list, &err), err);
	CHECK(list.n == 1 && ((struct revoked *)list.items)->time == NOW);
	crl_revoked_done(&list);
	/* the newest first, and none that ended long ago */
	r.serial = "0c";
	r.not_after = 0;
	CHECK_OK(crl_revoke(f.db, &r, &err), err);
	CHECK_OK(crl_revoked(f.db, "device", NOW, 1, &list, &err), err);
	CHECK(list.n == 1);
	CHECK_STR(((struct revoked *)list.items)->serial, "0c");
	crl_revoked_done(&list);
	CHECK_OK(crl_revoked(f.db, "device", NOW + 5, 10, &list, &err), err);
	CHECK(list.n == 1);
	crl_revoked_done(&list);
	fixture_close(&f);
}

static const struct check_case cases[] = {
	{ "store: one enterprise", enterprises },
	{ "store, S-SMR-1: administrators have one login, one name, one role", administrators },
	{ "store, S-ENR-3: tokens are counted, listed, revoked", tokens },
	{ "store, S-UAU-4: devices, and hardware ids while they have not left", devices },
	{ "store, S-NET-1: devices of one name, in pages", same_names },
	{ "store: assignment by rising serials, contact written seldom", assigned },
	{ "store, S-CLI-1: certificates: one key one use, promotion, revocation", certificates },
	{ "store: CRLs by rising numbers", crls },
};
CHECK_MAIN(cases)
