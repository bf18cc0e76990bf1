/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/manager/membership.h"

#include "agent/manager/queue.h"
#include "agent/manager/spool.h"
#include "base/field.h"
#include "base/limits.h"
#include "proto/document.h"

static const char *const phase_names[] = {
#define X(id, name) [id] = name,
	PHASES(X)
#undef X
};

const char *phase_name(enum phase p)
{
	return phase_names[p];
}

static const struct jmap membership_fields[] = {
	FIELD(membership, leaving, "leaving", jmap_bool, 0, 0, "unenrollment has begun"),
	FIELD_REQ(membership, enterprise, "enterprise", jmap_uuid, 0, 0, "who manages the device"),
	FIELD(membership, enterprise_name, "enterpriseName", jmap_str, 0, LIMIT_NAME, "its name"),
	FIELD_REQ(membership, device_url, "deviceUrl", jmap_str, 1, LIMIT_URL, "device listener"),
	FIELD(membership, enrollment_url, "enrollmentUrl", jmap_str, 0, LIMIT_URL,
	      "enrollment listener"),
	FIELD(membership, connect, "connect", jmap_str, 0, LIMIT_URL, "address to connect to"),
	FIELD_REQ(membership, reference, "reference", jmap_str, 1, LIMIT_NAME, "server's name"),
	FIELD(membership, trust_digest, "trustDigest", jmap_sha256, 0, 0, "of trust v1"),
	FIELD(membership, anchor_digest, "anchorDigest", jmap_sha256, 0, 0, "of the anchor"),
	FIELD(membership, certificate, "certificate", jmap_bytes, 0, LIMIT_CERT, "DER"),
	FIELD(membership, issuers, "issuers", jmap_bytes, 0, LIMIT_AGENT_CHAIN, "PEM"),
	FIELD(membership, anchor, "anchor", jmap_bytes, 0, LIMIT_CERT, "DER"),
	FIELD(membership, crl, "crl", jmap_bytes, 0, LIMIT_CRL, "DER, of the anchor"),
	FIELD_REQ(membership, device, "device", jmap_uuid, 0, 0, "id of the device"),
	FIELD(membership, enrollment, "enrollment", jmap_uuid, 0, 0, "id of the enrollment"),
	FIELD(membership, stream, "stream", jmap_str, 0, LIMIT_NAME, "policy stream"),
	FIELD_(membership, ownership, "ownership", jmap_enum, JMAP_REQUIRED, 0, 0, &ownership_enum,
	       "whose device it is"),
	FIELD_REQ(membership, since, "since", jmap_time, 0, 0, "when it was enrolled"),
	FIELD(membership, channel_b, "channelB", jmap_bool, 0, 0, "the second slot is in use"),
	FIELD(membership, evidence_b, "evidenceB", jmap_bool, 0, 0, "the second slot is in use"),
	FIELD(membership, channel_renewing, "channelRenewing", jmap_bool, 0, 0, "under way"),
	FIELD(membership, evidence_renewing, "evidenceRenewing", jmap_bool, 0, 0, "under way"),
	FIELD(membership, next, "next", jmap_bytes, 0, LIMIT_CERT, "the next certificate, DER"),
	FIELD(membership, channel_from, "channelFrom", jmap_time, 0, 0, "life of the certificate"),
	FIELD(membership, channel_to, "channelTo", jmap_time, 0, 0, "life of the certificate"),
	FIELD(membership, evidence_from, "evidenceFrom", jmap_time, 0, 0, "life of the other"),
	FIELD(membership, evidence_to, "evidenceTo", jmap_time, 0, 0, "life of the other"),
};
static const struct jmap_table membership_table =
	JMAP_TABLE("membership", "who manages this device", membership_fields, struct membership);

static const char name[] = "membership";

int membership_load(struct sqlite *db, struct membership *ret, struct error *err)
{
	auto_buf struct buf json = BUF_INIT;

	*ret = (struct membership){ 0 };
	if (spool_data(db, name, &json, err) < 0)
		return -1;
	if (json.len == 0)
		return 0;
	if (jmap_read(json.data, json.len, LIMIT_DOCUMENT_CONTENT, &membership_table, ret, err) ==
	    0)
		return 0;
	membership_done(ret);
	return error_wrap(err, "spool: %s", name);
}

int membership_save(struct sqlite *db, const struct membership *m, struct error *err)
{
	auto_buf struct buf json = BUF_INIT;

	if (jmap_write(m, &membership_table, &json, err) < 0)
		return -1;
	return spool_set_data(db, name, json.data, json.len, err);
}

int membership_erase(struct sqlite *db, struct error *err)
{
	auto_tx struct sqlite_tx tx = SQLITE_TX_INIT;

	if (sqlite_begin(db, &tx, err) < 0 ||
	    sqlite_exec(db,
			"DELETE FROM document; DELETE FROM trust; DELETE FROM crl;"
			"DELETE FROM setting; DELETE FROM run; DELETE FROM undo; DELETE FROM due;"
			"DELETE FROM ledger;"
			"DELETE FROM value WHERE name IN ('membership', 'after', "
			"'sealed', 'evidence-certificate')",
			err) < 0 ||
	    queue_clear(db, err) < 0)
		return -1;
	if (sqlite_commit(&tx, err) < 0)
		return -1;
	/* Nor stays it in the file, or in the log of writes. */
	return sqlite_exec(db, "VACUUM; PRAGMA wal_checkpoint(TRUNCATE)", err);
}

void membership_done(struct membership *m)
{
	jmap_done(&membership_table, m);
}
