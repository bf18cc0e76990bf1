/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificate authorities in Debian's system store, through update-ca-certificates. What is not
 * the certificate of an authority is refused before anything changes. The openssl tool does the
 * parsing, in a process of its own: this one links no X.509 code. Read back by validating each
 * anchor against the store's directory of hashes, which the write never names.
 */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "platform/change.h"
#include "platform/run.h"

#define SOURCES "/usr/local/share/ca-certificates"
#define STORE "/etc/ssl/certs"
#define UPDATE "/usr/sbin/update-ca-certificates"
#define OPENSSL "/usr/bin/openssl"

static int check_authority(const struct anchor *a, struct error *err)
{
	static const char *const argv[] = {
		OPENSSL, "x509", "-inform", "PEM", "-noout", "-ext", "basicConstraints,keyUsage",
		NULL
	};
	const struct run run = { .argv = argv, .input = a->pem, .input_len = strlen(a->pem) };
	auto_buf struct buf said = BUF_INIT;
	const char *text;
	int status;

	if (run_program(&run, &status, &said, err) < 0)
		return -1;
	text = said.len ? (const char *)said.data : "";
	if (status != 0)
		return error_set(err, ERROR_UNSUPPORTED, "anchor '%s' is not a certificate",
				 a->name);
	if (!strstr(text, "CA:TRUE"))
		return error_set(err, ERROR_UNSUPPORTED,
				 "anchor '%s' is not the certificate of an authority", a->name);
	if (strstr(text, "Key Usage") && !strstr(text, "Certificate Sign"))
		return error_set(err, ERROR_UNSUPPORTED, "anchor '%s' may not sign certificates",
				 a->name);
	return 0;
}

static int probe(struct platform *p, const struct anchor_rules *r, struct error *err)
{
	(void)p;
	if (!file_exists(UPDATE) || !file_exists(OPENSSL))
		return error_set(err, ERROR_UNSUPPORTED, "update-ca-certificates is not installed");
	for (size_t i = 0; r && i < r->n_anchors; i++)
		if (check_authority(&r->anchors[i], err) < 0)
			return -1;
	return 0;
}

static int update(struct error *err)
{
	static const char *const argv[] = { UPDATE, NULL };

	return run_checked(argv, err);
}

/* Whether the store validates an anchor by itself. */
static int validates(const struct anchor *a, bool *ret, struct error *err)
{
	static const char *const argv[] = { OPENSSL,   "verify", "-no-CAfile",	   "-no-CAstore",
					    "-CApath", STORE,	 "-partial_chain", NULL };
	const struct run run = { .argv = argv, .input = a->pem, .input_len = strlen(a->pem) };
	auto_buf struct buf said = BUF_INIT;
	int status;

	if (run_program(&run, &status, &said, err) < 0)
		return -1;
	*ret = status == 0;
	return 0;
}

static int apply(struct platform *p, const struct anchor_rules *r, struct error *err)
{
	unsigned before = p->n_changes;
	bool all = true;

	for (size_t i = 0; i < r->n_anchors; i++) {
		const struct anchor *a = &r->anchors[i];
		char path[LIMIT_UNDO_OBJECT];
		bool one;

		(void)snprintf(path, sizeof(path), SOURCES "/muster-%s.crt", a->name);
		if (change_file(p, path, a->pem, strlen(a->pem), 0644, err) < 0 ||
		    validates(a, &one, err) < 0)
			return -1;
		all = all && one;
	}
	return all && p->n_changes == before ? 0 : update(err);
}

static int read_back(struct platform *p, const struct anchor_rules *r, struct readback *ret,
		     struct error *err)
{
	(void)p;
	ret->verdict = READBACK_ENFORCED;
	for (size_t i = 0; i < r->n_anchors; i++) {
		const char *name = r->anchors[i].name;
		bool valid;

		if (validates(&r->anchors[i], &valid, err) < 0 ||
		    (valid ? readback_say(ret, err, "'%s' validates", name)
			   : readback_differs(ret, err, "'%s' does not validate", name)) < 0)
			return -1;
	}
	return 0;
}

/* Without --fresh the store keeps the links of certificates that are gone. */
static int settle(struct platform *p, struct error *err)
{
	static const char *const argv[] = { UPDATE, "--fresh", NULL };

	(void)p;
	return run_checked(argv, err);
}

const struct anchor_driver ca_certificates_driver = {
	.probe = probe,
	.apply = apply,
	.read = read_back,
	.settle = settle,
};
