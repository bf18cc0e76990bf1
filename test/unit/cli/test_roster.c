/* SPDX-License-Identifier: Apache-2.0 */
/* The signer's roster, and changes from one trust document to the next. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "check.h"
#include "cli/explain.h"
#include "cli/roster.h"
#include "cli/trust_change.h"

#define DEVICE "0b7a9f6e-0c55-4c2f-8d8e-1f2a3b4c5d66"
#define OTHER "0b7a9f6e-0c55-4c2f-8d8e-1f2a3b4c5d67"
#define ENROLLMENT "6f0c6a3e-8f6a-4f9e-9a53-0d1f3a3c9b11"
#define NEXT_ENROLLMENT "6f0c6a3e-8f6a-4f9e-9a53-0d1f3a3c9b12"
#define KEY "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define OTHER_KEY "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define ONLINE_KEY "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

static const struct roster_entry kiosk = { .device = DEVICE,
					   .enrollment = ENROLLMENT,
					   .hostname = (char *)"kiosk-7",
					   .model = (char *)"K1",
					   .added = 1795435200 };

static void looks(void)
{
	auto_roster struct roster r = { 0 };
	struct roster_entry e = kiosk;
	const struct roster_entry *found;
	struct error err = ERROR_INIT;

	CHECK(roster_look(&r, DEVICE, ENROLLMENT, NULL) == ROSTER_UNKNOWN);
	CHECK_OK(roster_set(&r, &kiosk, &err), err);
	CHECK(roster_look(&r, DEVICE, ENROLLMENT, &found) == ROSTER_LISTED);
	CHECK_STR(found->hostname, "kiosk-7");
	/* The same id with another key, and another id under the same name: not the one that was
	 * seen. */
	CHECK(roster_look(&r, DEVICE, NEXT_ENROLLMENT, NULL) == ROSTER_CHANGED);
	memcpy(e.device, OTHER, UUID_SIZE);
	CHECK(roster_look(&r, OTHER, ENROLLMENT, NULL) == ROSTER_UNKNOWN);
	CHECK(roster_look_named(&r, &e) == ROSTER_CHANGED);
	e.hostname = (char *)"kiosk-8";
	CHECK(roster_look_named(&r, &e) == ROSTER_UNKNOWN);
	/* What was looked at anew takes the old one's place. */
	e = kiosk;
	memcpy(e.enrollment, NEXT_ENROLLMENT, UUID_SIZE);
	CHECK_OK(roster_set(&r, &e, &err), err);
	CHECK(r.devices.n == 1 && roster_look_named(&r, &e) == ROSTER_LISTED);
	CHECK(roster_look(&r, DEVICE, ENROLLMENT, NULL) == ROSTER_CHANGED);
	CHECK(!roster_remove(&r, "kiosk-8") && roster_remove(&r, "kiosk-7") && r.devices.n == 0);
}

static void keeps(void)
{
	static const char bad_text[] = "{\"devices\":[{\"device\":\"x\"}]}";
	char dir[] = "/tmp/muster-roster-XXXXXX", path[64];
	auto_roster struct roster r = { 0 }, again = { 0 }, none = { 0 }, bad = { 0 };
	struct error err = ERROR_INIT;

	CHECK(mkdtemp(dir) != NULL);
	CHECK_OK(roster_load(dir, &none, &err), err);
	CHECK(!none.exists && none.devices.n == 0);
	CHECK_OK(roster_set(&r, &kiosk, &err), err);
	CHECK_OK(roster_save(dir, &r, &err), err);
	CHECK_OK(roster_load(dir, &again, &err), err);
	CHECK(again.exists && roster_look(&again, DEVICE, ENROLLMENT, NULL) == ROSTER_LISTED);
	(void)snprintf(path, sizeof(path), "%s/roster.json", dir);
	CHECK_OK(file_replace(path, bad_text, strlen(bad_text), 0600, &err), err);
	CHECK_ERROR(roster_load(dir, &bad, &err), err, ERROR_INVALID);
	CHECK(strstr(err.msg, "roster.json") && strstr(err.msg, "devices[0]"));
	(void)unlink(path);
	(void)rmdir(dir);
}

static const char first[] =
	"{\"anchors\":[{\"certificate\":\"YQ==\"}],\"delays\":{\"destructiveSeconds\":600},"
	"\"enterprise\":\"" ENROLLMENT "\",\"id\":\"" DEVICE "\","
	"\"issued\":\"2026-11-23T12:00:00Z\",\"maxTargets\":100,\"online\":{\"may\":[\"sync\"],"
	"\"signers\":[{\"key\":\"" ONLINE_KEY "\",\"person\":\"online\"}]},"
	"\"quorum\":{\"authority\":1,\"channelCutting\":1,\"code\":1,\"configuration\":1,"
	"\"destructive\":1,\"routine\":1},\"roles\":[{\"name\":\"administrators\",\"signers\":["
	"{\"key\":\"" KEY "\",\"person\":\"ada\"}]}],\"type\":\"trust\",\"version\":1}";

static void begin(struct document *now, struct document *next)
{
	struct error err = ERROR_INIT;

	CHECK_OK(document_read(first, strlen(first), now, &err), err);
	CHECK_OK(trust_next(now, 1795435300, next, &err), err);
}

static void members(void)
{
	static const struct trust_member grace = { "grace", "administrators", OTHER_KEY };
	static const struct trust_member again = { "eve", "auditors", KEY };
	static const struct trust_member server = { "eve", "auditors", ONLINE_KEY };
	auto_document struct document now = { 0 }, next = { 0 };
	auto_json json_t *changes = NULL, *none = NULL;
	struct error err = ERROR_INIT;
	struct trust *t = &next.trust;

	begin(&now, &next);
	CHECK(t->version == 2 && t->issued == 1795435300);
	CHECK(strcmp(now.header.id, next.header.id) != 0);
	CHECK_OK(explain_changes(&now.trust, t, &none, &err), err);
	CHECK(json_array_size(none) == 0);
	CHECK_OK(trust_add_member(t, &grace, &err), err);
	CHECK_ERROR(trust_add_member(t, &again, &err), err, ERROR_CONFLICT);
	CHECK_ERROR(trust_add_member(t, &server, &err), err, ERROR_CONFLICT);
	CHECK(t->roles.n == 1);
	CHECK_OK(trust_set_quorum(t, "destructive=2", &err), err);
	CHECK_OK(explain_changes(&now.trust, t, &changes, &err), err);
	CHECK(json_array_size(changes) == 2);
	CHECK_STR(json_string_value(json_array_get(changes, 0)),
		  "administrators ADDED: grace, key " OTHER_KEY);
	CHECK_STR(json_string_value(json_array_get(changes, 1)), "quorum: destructive: 1 → 2");
	CHECK_OK(trust_remove_person(t, "grace", false, &err), err);
	CHECK_ERROR(trust_remove_person(t, "grace", false, &err), err, ERROR_NOT_FOUND);
	CHECK_ERROR(trust_remove_person(t, "ada", true, &err), err, ERROR_NOT_FOUND);
	CHECK_OK(trust_remove_person(t, "online", true, &err), err);
	CHECK(t->online.signers.n == 0);
}

static void numbers(void)
{
	static const char *const bad[] = { "destructive",
					   "destructive=",
					   "destructive=0",
					   "destructive=x",
					   "destructive=65",
					   "destruct=2",
					   "=2",
					   "" };
	char *may[] = { (char *)"query", (char *)"lock" }, *worse[] = { (char *)"unenroll" };
	const struct strings routine = { may, 2 }, destroys = { worse, 1 }, none = { NULL, 0 };
	auto_document struct document now = { 0 }, next = { 0 };
	struct error err = ERROR_INIT;

	begin(&now, &next);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK_ERROR(trust_set_quorum(&next.trust, bad[i], &err), err, ERROR_INVALID);
	CHECK(next.trust.quorum.destructive == 1);
	CHECK_OK(trust_set_may(&next.trust, &routine, &err), err);
	CHECK(next.trust.online.may.n == 2);
	CHECK_ERROR(trust_set_may(&next.trust, &destroys, &err), err, ERROR_INVALID);
	CHECK_OK(trust_set_may(&next.trust, &none, &err), err);
	CHECK(next.trust.online.may.n == 0);
}

static void roots(void)
{
	const struct buf a = BUF_VIEW("a", 1), b = BUF_VIEW("b", 1);
	auto_document struct document now = { 0 }, next = { 0 };
	const struct trust_anchor *at;
	struct error err = ERROR_INIT;

	begin(&now, &next);
	CHECK_ERROR(trust_add_anchor(&next.trust, &a, &err), err, ERROR_CONFLICT);
	CHECK_OK(trust_add_anchor(&next.trust, &b, &err), err);
	at = next.trust.anchors.items;
	CHECK(next.trust.anchors.n == 2 && buf_is(&at[0].certificate, "b", 1));
	CHECK_ERROR(trust_keep_anchor(&next.trust, &BUF_VIEW("c", 1), &err), err, ERROR_NOT_FOUND);
	CHECK_OK(trust_keep_anchor(&next.trust, &b, &err), err);
	at = next.trust.anchors.items;
	CHECK(next.trust.anchors.n == 1 && buf_is(&at[0].certificate, "b", 1));
}

static const struct check_case cases[] = {
	{ "roster: a device is who it was seen to be, or not signed for", looks },
	{ "roster: the file is read as it was written, and a bad one is named", keeps },
	{ "trust: persons come and go, and what changed is said", members },
	{ "trust: quorums and the online signer's commands, strictly", numbers },
	{ "trust: a new root comes first, and old ones go", roots },
};
CHECK_MAIN(cases)
