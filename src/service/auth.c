/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks, and whether the row of the operation lets them (FMT_MOF.1, FMT_SMR.1, FIA_UAU.1). */
#include <string.h>

#include "base/limits.h"
#include "service/internal.h"

int auth_administrator(struct call *c, struct error *err)
{
	if (administrator_get(c->s->db, c->who, &c->admin, err) < 0) {
		if (err->code == ERROR_NOT_FOUND)
			return error_set(err, ERROR_UNAUTHORIZED,
					 "no administrator has this login");
		return -1;
	}
	if (!(c->row->roles & (1u << c->admin.role)))
		return error_set(err, ERROR_DENIED, "the role %s may not %s",
				 role_name((enum role)c->admin.role), c->row->name);
	return 0;
}

/* A renewal is signed by a certificate that may have expired; nothing else is. */
static bool within_life(const struct call *c)
{
	const struct reenroll_request *r = c->io.in;
	int64_t end = c->certificate.not_after;

	if (c->op == OP_REENROLL && r->expired)
		end += LIMIT_RENEWAL_GRACE_S;
	return c->now <= end;
}

int auth_device(struct call *c, struct error *err)
{
	const struct device_caller *caller = c->io.in;
	struct db *db = c->s->db;
	bool found;

	memcpy(c->about, caller->device, UUID_SIZE);
	found = device_get(db, caller->device, &c->device, err) == 0 &&
		certificate_get(db, caller->device, caller->certificate, &c->certificate, err) == 0;
	if (!found && err->code != ERROR_NOT_FOUND)
		return -1;
	if (!found || c->certificate.purpose != CERTIFICATE_IDENTITY)
		return error_set(err, ERROR_DENIED, "no device has this certificate");
	if (c->device.state != DEVICE_ENROLLED)
		return error_set(err, ERROR_DENIED, "the device is not enrolled any more");
	if (c->certificate.state != CERTIFICATE_CURRENT && c->certificate.state != CERTIFICATE_NEXT)
		return error_set(err, ERROR_DENIED, "the certificate was replaced or revoked");
	if (!within_life(c))
		return error_set(err, ERROR_DENIED, "the certificate has expired");
	if (c->certificate.state == CERTIFICATE_NEXT &&
	    certificate_promote(db, &c->certificate, err) < 0)
		return -1;
	return device_touch(db, c->device.id, c->now, err);
}

int auth_enrollee(struct call *c, struct error *err)
{
	const struct enroll_request *r = c->io.in;
	bool found = token_get(c->s->db, c->who, &c->token, err) == 0;

	if (!found && err->code != ERROR_NOT_FOUND)
		return -1;
	/* An unknown token is compared too: the answer's time tells nothing. */
	if ((mem_differs(c->token.secret, r->secret, SHA256_HEX_SIZE) != 0) | !found)
		return error_set(err, ERROR_UNAUTHORIZED, "unknown token, or wrong secret");
	return 0;
}
