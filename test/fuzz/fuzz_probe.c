/* SPDX-License-Identifier: Apache-2.0 */
/* What the probes read: the first byte says by which reader. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "probe/accounts.h"
#include "probe/elf.h"
#include "probe/keyring.h"
#include "probe/mounts.h"
#include "probe/secrets.h"
#include "probe/ssh.h"
#include "probe/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_elf(const uint8_t *data, size_t size)
{
	auto_close int fd = memfd_create("elf", MFD_CLOEXEC);
	struct error err = ERROR_INIT;
	struct elf e;

	if (fd < 0 || file_write_fd(fd, data, size, &err) < 0)
		abort();
	(void)!elf_read(fd, &e, &err);
}

static void read_text(uint8_t which, char *text)
{
	struct error err = ERROR_INIT;
	struct listener l;
	struct process x = { 0 };
	struct account a;
	struct secret s;
	struct mount m;
	struct sshd d;
	const char *at;
	bool user;

	switch (which) {
	case 'l': (void)!listener_parse(text, &l, &err); break;
	case 'p': (void)!process_parse(text, &x, &user, &err); break;
	case 'g': process_unit(text, &x); break;
	case 'a': (void)account_parse(text, &a); break;
	case 's': (void)secret_parse(text, &s); break;
	case 'm': (void)mount_parse(text, &m); break;
	case 'd': (void)!sshd_parse(text, &d, &err); break;
	default: (void)secret_in("/etc/x.key", text, &at);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	char *text, weak[60];

	if (size == 0)
		return 0;
	text = calloc(1, size);
	if (!text)
		abort();
	memcpy(text, data + 1, size - 1);
	if (*data == 'e')
		read_elf(data + 1, size - 1);
	else if (*data == 'k')
		(void)!keyring_weak(&BUF_VIEW(text, size - 1), weak, sizeof(weak), &err);
	else
		read_text(*data, text);
	free(text);
	return 0;
}
