/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/net/identity.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"

void identity_done(struct identity *id)
{
	if (id->key)
		key_free(id->key);
	if (id->chain)
		certs_free(id->chain);
	if (id->anchors)
		certs_free(id->anchors);
	if (id->crls)
		crls_free(id->crls);
	*id = (struct identity){ 0 };
}

/* Ask the key process, and take the answer of one type. */
static int ask(int fd, const struct ipc_send *s, unsigned want, struct buf *out, struct error *err)
{
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;

	if (ipc_call(fd, &agent_key_protocol, s, &m, err) < 0)
		return error_wrap(err, "key");
	if (m.type == AGENT_KEY_FAILED) {
		const struct agent_failed *f = m.body;

		return error_set(err, error_find(f->code), "key: %s", f->message ? f->message : "");
	}
	if (m.type != want)
		return error_set(err, ERROR_INVALID, "key: an unexpected answer");
	*out = buf_steal(&m.blob);
	return 0;
}

/* Who signs: the key process at the other end of fd, with one key. */
struct remote {
	int fd;
	struct agent_key_select which;
};

static int sign(void *userdata, const uint8_t *digest, size_t len, struct buf *signature,
		struct error *err)
{
	const struct remote *r = userdata;
	auto_buf struct buf out = BUF_INIT;
	const struct ipc_send s = {
		.type = AGENT_KEY_SIGN, .id = 1, .body = &r->which, .blob = digest, .blob_len = len
	};

	if (ask(r->fd, &s, AGENT_KEY_SIGNED, &out, err) < 0)
		return -1;
	return buf_append(signature, out.data, out.len, err);
}

int identity_open_key(int fd, enum agent_key which, struct key **ret, struct error *err)
{
	auto_free struct remote *r = calloc(1, sizeof(*r));
	const struct key_signer signer = { .sign = sign, .done = free, .userdata = r };
	auto_buf struct buf spki = BUF_INIT;

	if (!r)
		return error_oom(err);
	*r = (struct remote){ fd, { .key = (int)which } };
	if (ask(fd, &(struct ipc_send){ .type = AGENT_KEY_SHOW, .id = 1, .body = &r->which },
		AGENT_KEY_PUBLIC, &spki, err) < 0 ||
	    key_from_signer(spki.data, spki.len, &signer, ret, err) < 0)
		return -1;
	(void)STEAL(r); /* the key's */
	return 0;
}

static int load_chain(struct identity *id, const struct net_connect *from, struct error *err)
{
	auto_cert struct cert *own = NULL;
	auto_certs struct certs *issuers = NULL;

	if (certs_new(&id->chain, err) < 0 ||
	    cert_parse_der(from->certificate.data, from->certificate.len, &own, err) < 0 ||
	    certs_add(id->chain, own, err) < 0)
		return error_wrap(err, "certificate");
	if (from->issuers.len == 0)
		return 0;
	if (certs_parse_pem(from->issuers.data, from->issuers.len, &issuers, err) < 0)
		return error_wrap(err, "issuers");
	return certs_add_all(id->chain, issuers, err);
}

/*
 * A server's issuer speaks for itself alone: its key may be stolen, and given back. What it said
 * then must end, or a server that is mended could never speak to its devices again.
 */
static int check_life(const struct crl *crl, struct error *err)
{
	if (crl_next_update(crl) - clock_now() > LIMIT_CHANNEL_CRL_S)
		return error_refuse(err, REASON_CERT_STATUS_UNKNOWN,
				    "server.crl: lives longer than %d days",
				    LIMIT_CHANNEL_CRL_S / 86400);
	return 0;
}

static int load_anchor(struct identity *id, const struct net_connect *from, struct error *err)
{
	auto_cert struct cert *anchor = NULL;
	auto_crl struct crl *crl = NULL;
	struct error why = ERROR_INIT;

	if (certs_new(&id->anchors, err) < 0 || crls_new(&id->crls, err) < 0 ||
	    cert_parse_der(from->anchor.data, from->anchor.len, &anchor, err) < 0 ||
	    certs_add(id->anchors, anchor, err) < 0)
		return error_wrap(err, "anchor");
	if (from->crl.len == 0)
		return 0;
	/* The one that was kept came from a net process: where it is none, another is fetched. */
	if (crl_parse_der(from->crl.data, from->crl.len, &crl, &why) < 0 ||
	    crl_check_issuer(crl, certs_get(id->anchors, 0), &why) < 0 ||
	    check_life(crl, &why) < 0) {
		log_warning("the kept server.crl: %s", why.msg);
		return 0;
	}
	return crls_add(id->crls, crl, err);
}

int identity_load(const struct net_connect *from, int key_fd, struct identity *ret,
		  struct error *err)
{
	auto_identity struct identity id = { 0 };

	if (identity_open_key(key_fd, (enum agent_key)from->key, &id.key, err) < 0 ||
	    load_chain(&id, from, err) < 0 || load_anchor(&id, from, err) < 0)
		return -1;
	*ret = id;
	id = (struct identity){ 0 };
	return 0;
}

int identity_renew_crl(struct identity *id, const struct buf *der, bool *newer, struct error *err)
{
	const struct crl *old = crls_count(id->crls) ? crls_get(id->crls, 0) : NULL;
	auto_crls struct crls *crls = NULL;
	auto_crl struct crl *crl = NULL;

	if (crl_parse_der(der->data, der->len, &crl, err) < 0 ||
	    crl_check_issuer(crl, certs_get(id->anchors, 0), err) < 0 || check_life(crl, err) < 0)
		return error_wrap(err, "server.crl");
	/* Until it ends, no older one counts. */
	if (old && crl_next_update(old) >= clock_now() && crl_number(crl) < crl_number(old))
		return error_refuse(err, REASON_CERT_STATUS_UNKNOWN,
				    "server.crl: number %llu, below %llu that was seen before",
				    (unsigned long long)crl_number(crl),
				    (unsigned long long)crl_number(old));
	*newer = !old || crl_number(crl) != crl_number(old);
	if (crls_new(&crls, err) < 0 || crls_add(crls, crl, err) < 0)
		return -1;
	if (id->crls)
		crls_free(id->crls);
	id->crls = STEAL(crls);
	return 0;
}
