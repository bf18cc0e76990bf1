/* SPDX-License-Identifier: Apache-2.0 */
/* What verified the software before it ran. */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "platform/platform.h"
#include "probe/probes.h"

#define EFI "/sys/firmware/efi/efivars/"
#define EFI_GLOBAL "-8be4df61-93ca-11d2-aa0d-00e098032b8c"

enum { VARIABLE_MAX = 64, CMDLINE_MAX = 64 * 1024 };

/* A variable of one byte behind its four of attributes; -1: not there. */
static int read_variable(const struct probe *p, const char *path, int *ret, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;

	*ret = -1;
	if (probe_read_if(p, path, VARIABLE_MAX, &text, err) < 0)
		return -1;
	if (text.len > 0 && text.len != 5)
		return error_set(err, ERROR_INVALID, "%s: %zu bytes, 5 expected", path, text.len);
	if (text.len == 5)
		*ret = text.data[4];
	return 0;
}

static int say(struct probe *p, bool secure, bool setup, const char *how, struct error *err)
{
	if (fact_bool(p, FACT_BOOT_SECURE, secure, err) < 0 ||
	    fact_bool(p, FACT_BOOT_SETUP_MODE, setup, err) < 0)
		return -1;
	return fact_note(p, FACT_BOOT_SECURE, err, "%s", how);
}

/* Android's boot loader, and U-Boot with its word in the device tree, say so on the command line.
 */
static int look_command_line(struct probe *p, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;
	char *at;
	const char *word, *state = NULL;

	if (probe_read_if(p, "/proc/cmdline", CMDLINE_MAX, &text, err) < 0)
		return -1;
	at = (char *)text.data;
	at[strcspn(at, "\n")] = '\0';
	while ((word = probe_field(&at)))
		if (strncmp(word, "androidboot.verifiedbootstate=", 30) == 0)
			state = word + 30;
	if (state)
		return say(p, strcmp(state, "green") == 0 || strcmp(state, "yellow") == 0,
			   strcmp(state, "orange") == 0, "the boot loader's word", err);
	if (probe_exists(p, "/proc/device-tree"))
		return error_set(err, ERROR_UNSUPPORTED,
				 "a device tree's firmware does not say whether it verified");
	return say(p, false, false, "no firmware that verifies: neither EFI nor a device tree",
		   err);
}

int probe_secure_boot(struct probe *p, struct error *err)
{
	int secure, setup;

	if (p->container)
		return say(p, false, false, "a container: no firmware verified it", err);
	if (!probe_exists(p, "/sys/firmware/efi"))
		return look_command_line(p, err);
	if (read_variable(p, EFI "SecureBoot" EFI_GLOBAL, &secure, err) < 0 ||
	    read_variable(p, EFI "SetupMode" EFI_GLOBAL, &setup, err) < 0)
		return -1;
	return say(p, secure == 1 && setup != 1, setup == 1,
		   secure < 0 ? "EFI without SecureBoot" : "EFI", err);
}

/* ---- after the firmware ---- */

static int look_verity(struct probe *p, struct error *err)
{
	auto_strings struct strings names = { 0 };

	if (probe_list(p, "/sys/block", &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.n; i++) {
		char path[LIMIT_NAME], word[LIMIT_NAME];

		(void)snprintf(path, sizeof(path), "/sys/block/%.60s/dm/uuid", names.items[i]);
		probe_word(p, path, word, sizeof(word));
		if ((strncmp(word, "CRYPT-VERITY", 12) == 0 || strncmp(word, "VERITY", 6) == 0) &&
		    fact_item(p, FACT_BOOT_VERIFIED, "dm-verity", err, "%s", names.items[i]) < 0)
			return -1;
	}
	return 0;
}

/* By a file of /sys and a word in it. */
static const struct {
	const char *path, *word, *id;
} guards[] = {
	{ "/sys/kernel/security/lockdown", "[integrity]", "lockdown" },
	{ "/sys/kernel/security/lockdown", "[confidentiality]", "lockdown" },
	{ "/sys/module/module/parameters/sig_enforce", "Y", "module-signatures" },
	{ "/proc/cmdline", "ima_appraise=enforce", "ima-appraisal" },
};

int probe_verified(struct probe *p, struct error *err)
{
	struct stat st;

	if (fact_items(p, FACT_BOOT_VERIFIED, err) < 0)
		return -1;
	if (p->container)
		return fact_bool(p, FACT_BOOT_MEASURED, false, err) < 0
			       ? -1
			       : fact_note(p, FACT_BOOT_MEASURED, err,
					   "a container is not measured");
	for (size_t i = 0; i < ARRAY_SIZE(guards); i++) {
		char word[LIMIT_TEXT];

		probe_word(p, guards[i].path, word, sizeof(word));
		if (strstr(word, guards[i].word) &&
		    fact_item(p, FACT_BOOT_VERIFIED, guards[i].id, err, "%s", guards[i].path) < 0)
			return -1;
	}
	/* The firmware's event log is there when it measured into a TPM. */
	if (fact_bool(
		    p, FACT_BOOT_MEASURED,
		    probe_stat(p, "/sys/kernel/security/tpm0/binary_bios_measurements", false, &st),
		    err) < 0)
		return -1;
	return look_verity(p, err);
}
