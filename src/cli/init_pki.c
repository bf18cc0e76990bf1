/* SPDX-License-Identifier: Apache-2.0 */
/* The keys and certificates of both trees. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "cli/init.h"

enum {
	DAY_S = 86400,
	ROOT_DAYS = 20 * 365,
	ISSUER_DAYS = 10 * 365,
	END_DAYS = 2 * 365, /* signers, listeners, logins */
	ROOT_CRL_DAYS = 90, /* it says who may still sign: see `muster trust crl` */
	BACKDATE_S = 300,   /* devices whose clocks are a little behind */
};

static void pair_done(struct pair *p)
{
	key_free(p->key);
	cert_free(p->cert);
	*p = (struct pair){ 0 };
}

void init_done(struct init *in)
{
	pair_done(&in->root);
	pair_done(&in->signer);
	pair_done(&in->online);
	pair_done(&in->server);
	pair_done(&in->device);
	pair_done(&in->login);
	pair_done(&in->administrator);
	crl_free(in->root_crl);
	buf_done(&in->trust);
	for (size_t i = 0; i < in->made.n; i++)
		free(in->made.items[i]);
	free(in->made.items);
}

bool is_address(const char *host)
{
	struct in6_addr a;

	return inet_pton(AF_INET, host, &a) == 1 || inet_pton(AF_INET6, host, &a) == 1;
}

/* Write NAME.crt; the key is where it was made. */
static int save(const struct init *in, const struct pair *p, const char *name, struct error *err)
{
	auto_buf struct buf pem = BUF_INIT;
	char path[HOME_PATH_SIZE];

	if (home_path(in->dir, path, err, "%s.crt", name) < 0 || cert_pem(p->cert, &pem, err) < 0)
		return -1;
	return file_create(path, pem.data, pem.len, 0644, err);
}

static struct issue_template template_of(const struct init *in, const char *name, unsigned purposes,
					 int days)
{
	return (struct issue_template){
		.common_name = name,
		.organization = in->o->enterprise,
		.purposes = purposes,
		.not_before = in->now - BACKDATE_S,
		.not_after = in->now + (int64_t)days * DAY_S,
	};
}

/* A self-signed authority; role: "instruction root", "device issuer" … */
static int make_root(const struct init *in, const char *role, int days, struct pair *ret,
		     struct error *err)
{
	char name[128];
	struct issue_template t = template_of(in, name, ISSUE_PURPOSE(X509_CA), days);

	(void)snprintf(name, sizeof(name), "%s %s", in->o->enterprise, role);
	return issue_root(&t, ret->key, &ret->cert, err);
}

static int make_end(const struct issue_template *t, const struct pair *issuer, struct pair *ret,
		    struct error *err)
{
	return issue_cert(t, key_spki(ret->key), issuer->cert, issuer->key, &ret->cert, err);
}

/* The root's CRL, with the authority and, as bytes, in the channel tree. */
static int make_root_crl(struct init *in, struct error *err)
{
	const struct issue_crl t = {
		.number = 1,
		.this_update = in->now - BACKDATE_S,
		.next_update = in->now + (int64_t)ROOT_CRL_DAYS * DAY_S,
	};
	char path[HOME_PATH_SIZE];
	const struct buf *der;

	if (issue_crl(&t, in->root.cert, in->root.key, &in->root_crl, err) < 0)
		return error_wrap(err, "the root's CRL");
	der = crl_der(in->root_crl);
	if (home_path(in->dir, path, err, "authority/root.crl") < 0 ||
	    file_create(path, der->data, der->len, 0644, err) < 0)
		return -1;
	if (in->alone)
		return 0;
	if (home_path(in->dir, path, err, "channel/authority.crl") < 0)
		return -1;
	return file_create(path, der->data, der->len, 0644, err);
}

/* P-384 as the authority's, but where the key is in a TPM, which makes P-256 alone. */
static enum key_type signer_type(const struct init *in)
{
	const char *uri = in->o->signing_key;

	return uri && strncmp(uri, "tpm2:", 5) == 0 && !in->cnsa ? KEY_P256 : KEY_P384;
}

int init_authority(struct init *in, struct error *err)
{
	const char *person = in->o->administrator;
	struct issue_template signer =
		template_of(in, person, ISSUE_PURPOSE(X509_INSTRUCTION_SIGNER), END_DAYS);
	struct issue_template online =
		template_of(in, "online signer", ISSUE_PURPOSE(X509_ONLINE_SIGNER), END_DAYS);
	auto_buf struct buf pem = BUF_INIT;
	char name[HOME_PATH_SIZE];

	if (init_key(in, "authority/root", KEY_P384, &in->root.key, err) < 0 ||
	    make_root(in, "instruction root", ROOT_DAYS, &in->root, err) < 0 ||
	    save(in, &in->root, "authority/root", err) < 0)
		return error_wrap(err, "instruction root");
	if (path_format(name, sizeof(name), err, "authority/signers/%s", person) < 0 ||
	    init_key(in, name, signer_type(in), &in->signer.key, err) < 0 ||
	    make_end(&signer, &in->root, &in->signer, err) < 0 ||
	    save(in, &in->signer, name, err) < 0)
		return error_wrap(err, "signing certificate");
	if (in->alone)
		return make_root_crl(in, err);
	if (init_key(in, "channel/online", in->cnsa ? KEY_P384 : KEY_P256, &in->online.key, err) <
		    0 ||
	    make_end(&online, &in->root, &in->online, err) < 0 ||
	    save(in, &in->online, "channel/online", err) < 0)
		return error_wrap(err, "online signer");
	/* The server shows the root at /pki and judges by it: it is public. */
	if (cert_pem(in->root.cert, &pem, err) < 0 ||
	    home_path(in->dir, name, err, "channel/authority.crt") < 0 ||
	    file_create(name, pem.data, pem.len, 0644, err) < 0)
		return -1;
	return make_root_crl(in, err);
}

/* The names of the server as subjectAltNames: NULL-terminated lists over the options' strings. */
struct san {
	const char *dns[17], *ip[17];
};

static void san_of(const struct strings *servers, struct san *ret)
{
	size_t n_dns = 0, n_ip = 0;

	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < servers->n && i + 1 < ARRAY_SIZE(ret->dns); i++) {
		if (is_address(servers->items[i]))
			ret->ip[n_ip++] = servers->items[i];
		else
			ret->dns[n_dns++] = servers->items[i];
	}
}

static int make_listeners(struct init *in, struct error *err)
{
	static const struct {
		const char *name;
		enum x509_purpose purpose;
	} listeners[] = {
		{ "device", X509_TLS_SERVER },
		{ "enrollment", X509_EST_SERVER },
		{ "administration", X509_TLS_SERVER },
	};
	struct san san;

	san_of(&in->o->servers, &san);
	for (size_t i = 0; i < ARRAY_SIZE(listeners); i++) {
		CLEANUP(pair_done) struct pair p = { 0 };
		char path[64], name[64];
		struct issue_template t =
			template_of(in, name, ISSUE_PURPOSE(listeners[i].purpose), END_DAYS);

		t.dns = san.dns[0] ? san.dns : NULL;
		t.ip = san.ip[0] ? san.ip : NULL;
		(void)snprintf(name, sizeof(name), "%s listener", listeners[i].name);
		(void)snprintf(path, sizeof(path), "channel/listeners/%s", listeners[i].name);
		if (init_key(in, path, in->cnsa ? KEY_P384 : KEY_P256, &p.key, err) < 0 ||
		    make_end(&t, &in->server, &p, err) < 0 || save(in, &p, path, err) < 0)
			return error_wrap(err, "%s listener", listeners[i].name);
	}
	return 0;
}

static int save_anchor(const struct init *in, const struct pair *p, const char *name,
		       struct error *err)
{
	auto_buf struct buf pem = BUF_INIT;
	char path[HOME_PATH_SIZE];

	if (cert_pem(p->cert, &pem, err) < 0 || home_path(in->dir, path, err, "%s", name) < 0)
		return -1;
	return file_create(path, pem.data, pem.len, 0644, err);
}

int init_channel(struct init *in, struct error *err)
{
	const struct {
		const char *name, *role;
		struct pair *pair;
	} issuers[] = {
		{ "channel/issuers/server", "server issuer", &in->server },
		{ "channel/issuers/device", "device issuer", &in->device },
		{ "channel/issuers/login", "login issuer", &in->login },
	};
	enum key_type type = in->cnsa ? KEY_P384 : KEY_P256;
	struct issue_template login =
		template_of(in, in->o->administrator, ISSUE_PURPOSE(X509_TLS_CLIENT), END_DAYS);
	for (size_t i = 0; i < ARRAY_SIZE(issuers); i++)
		if (init_key(in, issuers[i].name, type, &issuers[i].pair->key, err) < 0 ||
		    make_root(in, issuers[i].role, ISSUER_DAYS, issuers[i].pair, err) < 0 ||
		    save(in, issuers[i].pair, issuers[i].name, err) < 0)
			return error_wrap(err, "%s", issuers[i].role);
	if (make_listeners(in, err) < 0)
		return -1;
	if (init_key(in, "login", type, &in->administrator.key, err) < 0 ||
	    make_end(&login, &in->login, &in->administrator, err) < 0 ||
	    save(in, &in->administrator, "login", err) < 0)
		return error_wrap(err, "login certificate");
	/* The operator's own copies of the anchors: channel/ may be moved away. */
	if (save_anchor(in, &in->server, "server.crt", err) < 0)
		return -1;
	return save_anchor(in, &in->device, "device.crt", err);
}
