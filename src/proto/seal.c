/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/seal.h"

#include "base/field.h"
#include "base/limits.h"

/* A table of fields must be one array: the signed ones, and what proves them. */
#define SIGNED_FIELDS \
	FIELD_REQ(seal, device, "device", jmap_uuid, 0, 0, "whose records they are"), \
		FIELD_REQ(seal, enrollment, "enrollment", jmap_uuid, 0, 0, "in which enrollment"), \
		FIELD_REQ(seal, sequence, "sequence", jmap_u64, 1, 0, \
			  "number of the last record"), \
		FIELD_REQ(seal, digest, "digest", jmap_sha256, 0, 0, \
			  "SHA-256 of the last record's canonical bytes"), \
		FIELD_REQ(seal, time, "time", jmap_time, 0, 0, "when it was signed")

static const struct jmap signed_fields[] = { SIGNED_FIELDS };
static const struct jmap_table signed_table =
	JMAP_TABLE("sealed", "What a seal signs", signed_fields, struct seal);

static const struct jmap fields[] = {
	SIGNED_FIELDS,
	FIELD_REQ(seal, certificate, "certificate", jmap_bytes, 1, LIMIT_CERT,
		  "of the evidence key, DER"),
	FIELD_REQ(seal, signature, "signature", jmap_bytes, 1, LIMIT_SIGNATURE,
		  "by the evidence key, over SHA-256, DER"),
};
const struct jmap_table seal_table =
	JMAP_TABLE("seal", "The head of a device's records, signed", fields, struct seal);

void seal_done(struct seal *s)
{
	jmap_done(&seal_table, s);
}

int seal_signed(const struct seal *s, struct buf *out, struct error *err)
{
	if (buf_append(out, SEAL_LABEL, sizeof(SEAL_LABEL), err) < 0)
		return -1;
	return jmap_write(s, &signed_table, out, err);
}
