/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The socket under TLS. OpenSSL's own socket BIO writes with write(2), and a peer that is gone
 * would kill the process by SIGPIPE; a library cannot ask every program to ignore a signal.
 */
#include <errno.h>
#include <stdint.h>
#include <sys/socket.h>

#include "crypto/tls_internal.h"

static int fd_of(BIO *bio)
{
	return (int)(intptr_t)BIO_get_data(bio);
}

static bool again(ssize_t n)
{
	return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
}

static int bio_read(BIO *bio, char *data, int len)
{
	ssize_t n = recv(fd_of(bio), data, (size_t)len, 0);

	BIO_clear_retry_flags(bio);
	if (again(n))
		BIO_set_retry_read(bio);
	if (n == 0)
		BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
	return (int)n;
}

static int bio_write(BIO *bio, const char *data, int len)
{
	ssize_t n = send(fd_of(bio), data, (size_t)len, MSG_NOSIGNAL);

	BIO_clear_retry_flags(bio);
	if (again(n))
		BIO_set_retry_write(bio);
	return (int)n;
}

static long bio_ctrl(BIO *bio, int cmd, long num, void *ptr)
{
	switch (cmd) {
	case BIO_CTRL_FLUSH: return 1;
	case BIO_CTRL_EOF: return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
	default: return 0;
	}
}

BIO *tls_bio_new(int fd)
{
	static BIO_METHOD *method;
	BIO *bio;

	if (!method) {
		BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");

		if (!m || BIO_meth_set_read(m, bio_read) != 1 ||
		    BIO_meth_set_write(m, bio_write) != 1 || BIO_meth_set_ctrl(m, bio_ctrl) != 1) {
			BIO_meth_free(m);
			return NULL;
		}
		method = m;
	}
	bio = BIO_new(method);
	if (!bio)
		return NULL;
	BIO_set_data(bio, (void *)(intptr_t)fd);
	BIO_set_init(bio, 1);
	return bio;
}
