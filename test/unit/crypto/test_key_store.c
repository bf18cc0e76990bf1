/* SPDX-License-Identifier: Apache-2.0 */
/* Where in a store each key is. */
#include <string.h>

#include "check.h"
#include "crypto/key_store.h"

static const struct {
	const char *store, *name, *uri; /* of a key in /d */
} good[] = {
	{ NULL, "channel", "/d/channel.key" },
	{ "file", "issuers/device", "/d/issuers/device.key" },
	{ "tpm2:", "channel", "tpm2:/d/channel.key" },
	{ "tpm2:?tcti=swtpm:path=/s", "channel", "tpm2:/d/channel.key?tcti=swtpm:path=/s" },
	{ "pkcs11:token=t", "channel", "pkcs11:token=t;object=muster-channel" },
	{ "pkcs11:token=t;serial=1?module-path=/m&pin-source=/p", "issuers/device",
	  "pkcs11:token=t;serial=1;object=muster-issuers-device?module-path=/m&pin-source=/p" },
};
static const char *const bad[] = {
	"",
	"files",
	"/d",
	"FILE",
	"tpm2",
	"tpm2:/d/k",
	"tpm2:?pin-source=/p",
	"pkcs11:",
	"pkcs11:token=t;object=o",
	"pkcs11:token=t;id=%01",
	"pkcs11:token=t?pin-value=1",
	"pkcs11:token=t;",
};

static void stores(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct buf uri auto_buf = BUF_INIT;
		struct error err = ERROR_INIT;

		CHECK_OK(key_store_uri(good[i].store, "/d", good[i].name, &uri, &err), err);
		CHECK_STR((char *)uri.data, good[i].uri);
	}
	CHECK(!key_store_is_token(NULL) && !key_store_is_token("file"));
	CHECK(key_store_is_token("tpm2:") && key_store_is_token("pkcs11:token=t"));
}

static void not_stores(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct buf uri auto_buf = BUF_INIT;
		struct error err = ERROR_INIT;

		CHECK_ERROR(key_store_uri(bad[i], "/d", "channel", &uri, &err), err, ERROR_INVALID);
		CHECK(strstr(err.msg, "pin-value=1") == NULL);
	}
}

static const struct check_case cases[] = {
	{ "key-store: a key of each kind of store", stores },
	{ "key-store: what names no store, or a key of it", not_stores },
};
CHECK_MAIN(cases)
