/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of another process, read as frames of the richest table that there is. */
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ipc/server_messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	int fds[2], r = 0;

	if (size > 65536 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return 0;
	if (write(fds[0], data, size) == (ssize_t)size) {
		(void)shutdown(fds[0], SHUT_WR);
		while (r == 0) {
			auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;

			r = ipc_read(fds[1], &server_protocol, &m, &err);
		}
	}
	close(fds[0]);
	close(fds[1]);
	return 0;
}
