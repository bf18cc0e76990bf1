/* SPDX-License-Identifier: Apache-2.0 */
/* Connections to a port of this device, bounded in bytes and in time. */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "scan/scan.h"

int target_read(const char *address, const char *port, struct target *ret, struct error *err)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
					.ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	int r = getaddrinfo(address, port, &hints, &found);

	if (r != 0)
		return error_set(err, ERROR_INVALID, "%.60s port %.10s: %s", address, port,
				 gai_strerror(r));
	*ret = (struct target){ .len = found->ai_addrlen };
	memcpy(&ret->address, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	return 0;
}

int target_connect(const struct target *t, int *ret, struct error *err)
{
	auto_close int fd = socket(t->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const struct timeval wait = { .tv_sec = SCAN_WAIT_MS / 1000,
				      .tv_usec = SCAN_WAIT_MS % 1000 * 1000 };

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) < 0)
		return error_errno(err, errno, "a socket");
	if (connect(fd, (const struct sockaddr *)&t->address, t->len) < 0)
		return error_errno(err, errno == EINPROGRESS ? ETIMEDOUT : errno, "connect");
	*ret = STEAL_FD(fd);
	return 0;
}

int target_listen(int fd, size_t max, struct buf *answer, struct error *err)
{
	size_t start = answer->len;
	int wait = SCAN_WAIT_MS;

	while (answer->len - start < max) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		size_t room = max - (answer->len - start);
		ssize_t n;

		if (poll(&p, 1, wait) <= 0)
			break;
		if (buf_reserve(answer, room + 1, err) < 0)
			return -1;
		n = recv(fd, answer->data + answer->len, room, 0);
		if (n <= 0)
			break;
		answer->len += (size_t)n;
		answer->data[answer->len] = 0;
		wait = SCAN_WAIT_MS / 5; /* it has begun to speak: the rest follows at once */
	}
	return buf_puts(answer, "", err);
}

int target_ask(const struct target *t, const void *request, size_t len, size_t max,
	       struct buf *answer, struct error *err)
{
	auto_close int fd = -1;

	if (target_connect(t, &fd, err) < 0)
		return -1;
	if (request && send(fd, request, len, MSG_NOSIGNAL) != (ssize_t)len)
		return buf_puts(answer, "", err); /* it hung up: that is its answer */
	return target_listen(fd, max, answer, err);
}

int endpoint_text(char **to, const void *text, size_t len, struct error *err)
{
	char raw[ENDPOINT_BANNER_MAX + 1], clean[ENDPOINT_BANNER_MAX + 1];
	size_t n = len < ENDPOINT_BANNER_MAX ? len : ENDPOINT_BANNER_MAX;

	memcpy(raw, text, n);
	raw[n] = '\0';
	text_clean(raw, clean, sizeof(clean));
	free(*to);
	*to = strdup(clean);
	return *to ? 0 : error_oom(err);
}

int endpoint_weak(struct endpoint *e, const char *what, struct error *err)
{
	char **items;

	for (size_t i = 0; i < e->weak.n; i++)
		if (strcmp(e->weak.items[i], what) == 0)
			return 0;
	if (e->weak.n == ENDPOINT_WEAK_MAX)
		return error_set(err, ERROR_LIMIT, "more than %d weaknesses", ENDPOINT_WEAK_MAX);
	items = reallocarray(e->weak.items, e->weak.n + 1, sizeof(*items));
	if (!items)
		return error_oom(err);
	e->weak.items = items;
	items[e->weak.n] = strdup(what);
	if (!items[e->weak.n])
		return error_oom(err);
	e->weak.n++;
	return 0;
}

bool answer_has(const struct buf *answer, const char *word)
{
	return answer->data && strcasestr((const char *)answer->data, word);
}
