/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/limits.h"
#include "crypto/token/pkcs11_internal.h"

/* Fields of fixed length are padded with blanks. */
static bool field_is(const unsigned char *field, size_t size, const struct buf *want)
{
	if (want->len == 0)
		return true;
	if (want->len > size || memcmp(field, want->data, want->len) != 0)
		return false;
	for (size_t i = want->len; i < size; i++)
		if (field[i] != ' ')
			return false;
	return true;
}

static bool token_is(const struct ck_token_info *t, const struct key_uri *uri)
{
	return field_is(t->label, sizeof(t->label), &uri->token) &&
	       field_is(t->manufacturer_id, sizeof(t->manufacturer_id), &uri->manufacturer) &&
	       field_is(t->serial_number, sizeof(t->serial_number), &uri->serial) &&
	       field_is(t->model, sizeof(t->model), &uri->model);
}

static int find_token(struct pkcs11_session *s, const struct key_uri *uri, struct error *err)
{
	const struct ck_function_list *f = s->module->f;
	ck_slot_id_t slots[LIMIT_TOKEN_SLOTS];
	unsigned long n = ARRAY_SIZE(slots);
	ck_rv_t rv = f->C_GetSlotList(1, NULL, &n); /* this call looks for new tokens */
	unsigned found = 0;

	n = ARRAY_SIZE(slots);
	if (rv == CKR_OK)
		rv = f->C_GetSlotList(1, slots, &n);
	if (rv != CKR_OK)
		return pkcs11_fail(err, rv, "list tokens");
	for (unsigned long i = 0; i < n; i++) {
		struct ck_token_info info;

		if (f->C_GetTokenInfo(slots[i], &info) != CKR_OK || !token_is(&info, uri))
			continue;
		found++;
		s->slot = slots[i];
		s->token_info = info;
	}
	if (found != 1)
		return error_set(err, found ? ERROR_CONFLICT : ERROR_NOT_FOUND,
				 found ? "%u tokens are called that" : "no such token is present",
				 found);
	rv = f->C_GetSlotInfo(s->slot, &s->slot_info);
	return rv == CKR_OK ? 0 : pkcs11_fail(err, rv, "ask for the token's slot");
}

/* The first line of the file that pin-source names. */
static int read_pin(const struct key_uri *uri, struct buf *ret, struct error *err)
{
	const char *path = (const char *)uri->pin_source.data;
	int fd auto_close = -1;
	struct stat st;
	uint8_t *end;

	if (uri->pin_source.len == 0)
		return error_set(err, ERROR_INVALID, "the token wants a PIN: name a pin-source");
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, errno, "pin-source %s", path);
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERROR_INVALID, "pin-source %s is no file", path);
	if (st.st_mode & 077)
		return error_set(err, ERROR_DENIED, "others may read pin-source %s", path);
	if (file_read_fd(fd, LIMIT_PIN, ret, err) < 0)
		return error_wrap(err, "pin-source %s", path);
	end = ret->len ? memchr(ret->data, '\n', ret->len) : NULL;
	if (end)
		ret->len = (size_t)(end - ret->data);
	if (ret->len == 0)
		return error_set(err, ERROR_INVALID, "pin-source %s is empty", path);
	return 0;
}

static int log_in(struct pkcs11_session *s, const struct key_uri *uri, struct error *err)
{
	struct buf pin auto_secret = BUF_INIT;
	ck_rv_t rv;

	if (!(s->token_info.flags & CKF_LOGIN_REQUIRED))
		return 0;
	if (read_pin(uri, &pin, err) < 0)
		return -1;
	rv = s->module->f->C_Login(s->handle, CKU_USER, pin.data, pin.len);
	if (rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN)
		return 0;
	return pkcs11_fail(err, rv, "log in to the token");
}

int pkcs11_session_open(struct pkcs11_session *s, const struct key_uri *uri, bool write,
			struct error *err)
{
	ck_rv_t rv;

	if (find_token(s, uri, err) < 0)
		return -1;
	rv = s->module->f->C_OpenSession(s->slot, CKF_SERIAL_SESSION | (write ? CKF_RW_SESSION : 0),
					 NULL, NULL, &s->handle);
	if (rv != CKR_OK)
		return pkcs11_fail(err, rv, "open a session with the token");
	s->open = true;
	s->generation = s->module->generation;
	return log_in(s, uri, err);
}

bool pkcs11_session_is_open(const struct pkcs11_session *s)
{
	return s->open && s->generation == s->module->generation;
}

void pkcs11_session_close(struct pkcs11_session *s)
{
	if (pkcs11_session_is_open(s))
		(void)s->module->f->C_CloseSession(s->handle);
	s->open = false;
}
