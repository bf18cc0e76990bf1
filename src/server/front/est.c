/* SPDX-License-Identifier: Apache-2.0 */
/* Enrollment over Secure Transport (RFC 7030), as stock clients speak it. */
#include "server/front/est.h"

#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/text.h"
#include "crypto/cms.h"
#include "crypto/csr.h"
#include "server/front/device.h"
#include "server/front/routes.h"

/* base64 in lines, each ended by a line feed alone: every EST client skips white space (RFC
 * 8951, 3.1), and so do the stock decoders, but `base64 -d` takes no CR and `openssl base64 -d` no
 * long line. */
enum { LINE = 64 };

static int write_lines(const struct buf *der, struct buf *out, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;

	if (base64_encode(der->data, der->len, &text, err) < 0)
		return -1;
	for (size_t at = 0; at < text.len; at += LINE) {
		size_t n = text.len - at < LINE ? text.len - at : LINE;

		if (buf_append(out, text.data + at, n, err) < 0 || buf_puts(out, "\n", err) < 0)
			return -1;
	}
	return 0;
}

static void answer_base64(struct http_exchange *x, const char *type, const struct buf *der)
{
	auto_http_reply struct http_reply r = { .status = 200, .type = type };
	struct error err = ERROR_INIT;

	if (write_lines(der, &r.body, &err) < 0 ||
	    http_reply_field(&r, "Content-Transfer-Encoding", "base64", &err) < 0)
		http_exchange_error(x, &err);
	else
		http_exchange_answer(x, &r);
}

static void answer_certs(struct http_exchange *x, const struct certs *certs)
{
	auto_buf struct buf der = BUF_INIT;
	struct error err = ERROR_INIT;

	if (cms_certs_make(certs, &der, &err) < 0)
		http_exchange_error(x, &err);
	else
		answer_base64(x, "application/pkcs7-mime; smime-type=certs-only", &der);
}

void est_error(struct http_exchange *x, const struct error *e)
{
	auto_http_reply struct http_reply r = HTTP_REPLY_INIT;
	struct error err = ERROR_INIT;

	http_reply_error(&r, e);
	if (r.status == 401 &&
	    http_reply_field(&r, "WWW-Authenticate", "Basic realm=\"enrollment\"", &err) < 0)
		http_reply_error(&r, &err);
	http_exchange_answer(x, &r);
}

/* RFC 7030 4.1: the issuers of devices and of servers. */
void est_cacerts(struct http_exchange *x, const struct http_route *r)
{
	const struct pki *pki = &front_of(x)->pki;
	auto_certs struct certs *certs = NULL;
	const struct cert *device, *server;
	struct error err = ERROR_INIT;

	if (pki_cert(pki, "device", &device, &err) < 0 ||
	    pki_cert(pki, "server", &server, &err) < 0 || certs_new(&certs, &err) < 0 ||
	    certs_add(certs, device, &err) < 0 || certs_add(certs, server, &err) < 0)
		est_error(x, &err);
	else
		answer_certs(x, certs);
}

/* RFC 7030 4.5, RFC 8951: the kind of key and signature that is wanted, per profile: CsrAttrs with
 * an attribute id-ecPublicKey of the curve, and the OID of ECDSA with the digest. */
static const uint8_t attrs_default[] = {
	0x30, 0x21,								/* SEQUENCE */
	0x30, 0x15,								/* Attribute */
	0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,			/* id-ecPublicKey */
	0x31, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, /* prime256v1 */
	0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02, /* ecdsa-with-SHA256 */
};
static const uint8_t attrs_cnsa[] = {
	0x30, 0x1e, 0x30, 0x12, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d,
	0x02, 0x01, 0x31, 0x07, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22, /* secp384r1 */
	0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03,	  /* ecdsa-with-SHA384 */
};

void est_csrattrs(struct http_exchange *x, const struct http_route *r)
{
	const struct buf attrs = front_of(x)->options.profile == TLS_CNSA
					 ? BUF_VIEW(attrs_cnsa, sizeof(attrs_cnsa))
					 : BUF_VIEW(attrs_default, sizeof(attrs_default));

	answer_base64(x, "application/csrattrs", &attrs);
}

/* The request of the body; appends its DER. */
static int read_csr(const struct http_request *rq, struct buf *der, struct csr **ret,
		    struct error *err)
{
	if (base64_decode((const char *)rq->body.data, rq->body.len, 1, der, err) < 0)
		return error_wrap(err, "the body");
	return csr_parse(der->data, der->len, ret, err);
}

void est_on_enrolled(struct ipc_message *m, const struct error *err, void *userdata)
{
	auto_certs struct certs *certs = NULL;
	auto_cert struct cert *cert = NULL;
	struct http_exchange *x = userdata;
	struct error e = ERROR_INIT;

	if (!m)
		est_error(x, err);
	else if (cert_parse_der(m->blob.data, m->blob.len, &cert, &e) < 0 ||
		 certs_new(&certs, &e) < 0 || certs_add(certs, cert, &e) < 0)
		est_error(x, &e);
	else
		answer_certs(x, certs); /* RFC 7030 4.2.3: the issued certificate alone */
}

/* What an agent says of its hardware, beside the request; a stock client says nothing. */
static const struct {
	const char *name;
	size_t off;
} attributes[] = {
	{ "hardwareId", offsetof(struct server_attributes, hardware_id) },
	{ "manufacturer", offsetof(struct server_attributes, manufacturer) },
	{ "model", offsetof(struct server_attributes, model) },
	{ "serialNumber", offsetof(struct server_attributes, serial_number) },
	{ "hostname", offsetof(struct server_attributes, hostname) },
	{ "os", offsetof(struct server_attributes, os) },
	{ "osVersion", offsetof(struct server_attributes, os_version) },
};

/* Said here, where it can be said by its name, and not by a message that does not fit. */
static int check_attribute(const char *name, const char *value, struct error *err)
{
	if (!value || text_plain(value, 0, LIMIT_NAME))
		return 0;
	return error_set(err, ERROR_INVALID,
			 "%s: at most %d bytes of UTF-8 without control characters", name,
			 LIMIT_NAME);
}

static int read_attributes(const struct http_request *rq, const struct csr *csr,
			   struct server_attributes *out, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++) {
		char **field = (char **)((char *)out + attributes[i].off);

		if (http_request_query(rq, attributes[i].name, field, err) < 0 ||
		    check_attribute(attributes[i].name, *field, err) < 0)
			return -1;
	}
	if (!out->hostname && *csr_common_name(csr)) {
		if (check_attribute("the request's common name", csr_common_name(csr), err) < 0)
			return -1;
		out->hostname = strdup(csr_common_name(csr));
		if (!out->hostname)
			return error_oom(err);
	}
	return 0;
}

static int read_enroll(struct http_exchange *x, struct server_enroll *body, struct buf *der,
		       struct error *err)
{
	const struct http_request *rq = http_exchange_request(x);
	CLEANUP(buf_wipe) struct buf password = BUF_INIT;
	auto_csr struct csr *csr = NULL;

	/* Who asks comes before what is asked: a stranger is told nothing about the body. */
	if (http_request_basic(rq, &body->token, &password, err) < 0)
		return -1;
	if (!text_plain(body->token, 1, LIMIT_NAME))
		return error_set(err, ERROR_INVALID,
				 "the user of HTTP Basic is the token's id: 1 to %d bytes of UTF-8 "
				 "without control characters",
				 LIMIT_NAME);
	hash_sha256_hex(password.data, password.len, body->secret);
	if (read_csr(rq, der, &csr, err) < 0 ||
	    read_attributes(rq, csr, &body->attributes, err) < 0)
		return -1;
	memcpy(body->key, csr_key_sha256(csr), sizeof(body->key));
	body->address = strdup(http_exchange_peer(x)->address);
	return body->address ? 0 : error_oom(err);
}

/* RFC 7030 4.2.1 */
void est_simpleenroll(struct http_exchange *x, const struct http_route *r)
{
	struct front *f = front_of(x);
	struct server_enroll body = { 0 };
	auto_buf struct buf der = BUF_INIT;
	struct error err = ERROR_INIT;

	if (read_enroll(x, &body, &der, &err) < 0)
		est_error(x, &err);
	else
		link_call(f->core,
			  &(struct ipc_send){ .type = SERVER_ENROLL,
					      .body = &body,
					      .blob = der.data,
					      .blob_len = der.len },
			  SERVER_ENROLLED, est_on_enrolled, x);
	jmap_done(&server_enroll_table, &body);
}

/* RFC 7030 4.2.2, and 4.2.1 under the label "evidence": authenticated by the device's certificate.
 */
void est_simplereenroll(struct http_exchange *x, const struct http_route *r)
{
	const struct device_peer *p = device_of(x);
	struct server_reenroll body = { .kind = (int)r->may };
	auto_buf struct buf der = BUF_INIT;
	auto_csr struct csr *csr = NULL;
	struct error err = ERROR_INIT;

	if (!p)
		return;
	if (read_csr(http_exchange_request(x), &der, &csr, &err) < 0) {
		est_error(x, &err);
		return;
	}
	memcpy(body.device, p->device, sizeof(body.device));
	memcpy(body.certificate, p->certificate, sizeof(body.certificate));
	memcpy(body.key, csr_key_sha256(csr), sizeof(body.key));
	body.address = (char *)http_exchange_peer(x)->address;
	link_call(front_of(x)->core,
		  &(struct ipc_send){ .type = SERVER_REENROLL,
				      .body = &body,
				      .blob = der.data,
				      .blob_len = der.len },
		  SERVER_ENROLLED, est_on_enrolled, x);
}
