/* SPDX-License-Identifier: Apache-2.0 */
/* What core publishes under /pki/: the CRLs that it has made. */
#include "core_bed.h"

/* The number of an issuer's CRL among what is published. */
static uint64_t crl_number_of(const struct ipc_message *m, const char *name)
{
	const struct server_pki_is *is = m->body;
	const struct server_pki_item *items = is->items.items;

	for (size_t i = 0; i < is->items.n; i++)
		if (strcmp(items[i].name, name) == 0)
			return items[i].number;
	return 0;
}

static void renews_crls(void)
{
	struct core_bed b;
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	struct error err = ERROR_INIT;

	core_bed_start(&b);
	core_bed_alter(&b, "UPDATE crl SET next_update = next_update - 86400 - 60"
			   " WHERE issuer = 'device'");
	CHECK_OK(core_bed_ask(&b, SERVER_PKI, NULL, NULL, &m, &err), err);
	while (crl_number_of(&m, "device.crl") == 1) {
		ipc_message_done(&m);
		m = (struct ipc_message)IPC_MESSAGE_INIT;
		bed_await(&b.p, SERVER_PKI_IS, &m);
	}
	CHECK(crl_number_of(&m, "device.crl") == 2); /* a day old: made anew, long before its end */
	CHECK(crl_number_of(&m, "server.crl") == 1);
	bed_close(&b.p);
}

/* More is revoked than a CRL can name: there is one all the same, and the trail says so. */
static void crl_full(void)
{
	struct core_bed b;
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	struct error err = ERROR_INIT;

	core_bed_start(&b);
	core_bed_alter(
		&b, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4001)"
		    " INSERT INTO revoked (issuer, serial, time) SELECT 'device',"
		    " printf('%032x', i), 1700000000 + i FROM n");
	core_bed_alter(
		&b,
		"UPDATE crl SET next_update = next_update - 86400 - 60 WHERE issuer = 'device'");
	CHECK_OK(core_bed_ask(&b, SERVER_PKI, NULL, NULL, &m, &err), err);
	while (crl_number_of(&m, "device.crl") == 1) {
		ipc_message_done(&m);
		m = (struct ipc_message)IPC_MESSAGE_INIT;
		bed_await(&b.p, SERVER_PKI_IS, &m);
	}
	CHECK(core_bed_records(&b, "crl-full") == 1);
	bed_close(&b.p);
}

static const struct check_case cases[] = {
	{ "core: CRLs are made anew after a publishing period", renews_crls },
	{ "core: a CRL that is full is said to be", crl_full },
};
CHECK_MAIN(cases)
