/* SPDX-License-Identifier: Apache-2.0 */
/* The scalar kinds of fields; the composed ones are in jmap_compound.c. */
#include "base/jmap.h"

#include <ctype.h>
#include <string.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/id.h"

/* ---- strings ---- */

static bool has_control(const char *s, size_t n, const char *allowed)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if ((c < 0x20 || c == 0x7f) && (c == 0 || !strchr(allowed, c)))
			return true;
	}
	return false;
}

static int read_string(const json_t *v, const struct jmap *f, void *dst, const char *allowed,
		       struct error *err)
{
	size_t n = json_string_length(v);
	char *s;

	if (!json_is_string(v))
		return error_set(err, ERROR_INVALID, "not a string");
	if (f->max && n > (size_t)f->max)
		return error_set(err, ERROR_LIMIT, "longer than %lld bytes", f->max);
	if (n < (size_t)f->min)
		return error_set(err, ERROR_INVALID, "shorter than %lld bytes", f->min);
	if (has_control(json_string_value(v), n, allowed))
		return error_set(err, ERROR_INVALID, "has a control character");
	s = strdup(json_string_value(v));
	if (!s)
		return error_oom(err);
	free(*(char **)dst);
	*(char **)dst = s;
	return 0;
}

static int str_read(const json_t *v, const struct jmap *f, void *dst, struct error *err)
{
	return read_string(v, f, dst, "", err);
}

static int text_read(const json_t *v, const struct jmap *f, void *dst, struct error *err)
{
	return read_string(v, f, dst, "\n\t", err);
}

static int path_read(const json_t *v, const struct jmap *f, void *dst, struct error *err)
{
	if (json_is_string(v) && json_string_length(v) == 0)
		return error_set(err, ERROR_INVALID, "an empty path");
	return read_string(v, f, dst, "", err);
}

static int write_text(const char *s, const struct jmap *f, json_t **ret, struct error *err)
{
	if (!s || (!s[0] && !(f->flags & (JMAP_REQUIRED | JMAP_EMIT))))
		return 0;
	*ret = json_string(s);
	return *ret ? 0 : error_set(err, ERROR_INVALID, "not UTF-8");
}

static int str_write(const void *src, const struct jmap *f, json_t **ret, struct error *err)
{
	return write_text(*(char *const *)src, f, ret, err);
}

static json_t *str_schema(const struct jmap *f)
{
	json_t *s = json_pack("{s:s}", "type", "string");

	if (f->max)
		(void)json_object_set_new(s, "maxLength", json_integer(f->max));
	if (f->min)
		(void)json_object_set_new(s, "minLength", json_integer(f->min));
	return s;
}

static void str_done(void *dst, const struct jmap *f)
{
	char *s = *(char **)dst;

	if (s && (f->flags & JMAP_SECRET))
		mem_wipe(s, strlen(s));
	free(s);
}

const struct jmap_type jmap_str = { "string", str_read, str_write, str_schema, str_done };
const struct jmap_type jmap_text = { "text", text_read, str_write, str_schema, str_done };
const struct jmap_type jmap_path = { "path", path_read, str_write, str_schema, str_done };

/* ---- fixed texts: ids and digests ---- */

static int array_write(const void *src, const struct jmap *f, json_t **ret, struct error *err)
{
	return write_text(((const char *)src)[0] ? src : NULL, f, ret, err);
}

static int uuid_read(const json_t *v, const struct jmap *f, void *dst, struct error *err)
{
	(void)f;
	if (!json_is_string(v) || !uuid_valid(json_string_value(v)))
		return error_set(err, ERROR_INVALID, "not a UUID in lower case");
	memcpy(dst, json_string_value(v), UUID_SIZE);
	return 0;
}

static json_t *uuid_schema(const struct jmap *f)
{
	(void)f;
	return json_pack("{s:s, s:s}", "type", "string", "format", "uuid");
}

static int sha256_read(const json_t *v, const struct jmap *f, void *dst, struct error *err)
{
	const char *s = json_string_value(v);

	(void)f;
	if (!s || strlen(s) != SHA256_HEX_SIZE - 1 ||
	    strspn(s, "0123456789abcdef") != SHA256_HEX_SIZE - 1)
		return error_set(err, ERROR_INVALID, "not 64 lower-case hex digits");
	memcpy(dst, s, SHA256_HEX_SIZE);
	return 0;
}

static json_t *sha256_schema(const struct jmap *f)
{
	(void)f;
	return json_pack("{s:s, s:s}", "type", "string", "pattern", "^[0-9a-f]{64}$");
}

const struct jmap_type jmap_uuid = { "UUID", uuid_read, array_write, uuid_schema, NULL };
const struct jmap_type jmap_sha256 = { "SHA-256", sha256_read, array_write, sha256_schema, NULL };

/* ---- booleans, numbers, times ---- */

static int bool_read(const json_t *v, const struct jmap *f, void *dst, struct error *err)
{
	(void)f;
	if (!json_is_boolean(v))
		return error_set(err, ERROR_INVALID, "not true or false");
	*(bool *)dst = json_is_true(v);
	return 0;
}

static int bool_write(const void *src, const struct jmap *f, json_t **ret, struct error *err)
{
	(void)err;
	if (*(const bool *)src || (f->flags & (JMAP_REQUIRED | JMAP_EMIT)))
		*ret = json_boolean(*(const bool *)src);
	return 0;
}

static json_t *bool_schema(const struct jmap *f)
{
	(void)f;
	return json_pack("{s:s}", "type", "boolean");
}

static int read_integer(const json_t *v, long long min, long long max, json_int_t *ret,
			struct error *err)
{
	*ret = json_integer_value(v);
	if (!json_is_integer(v) || *ret < min || *ret > max)
		return error_set(err, ERROR_INVALID, "not an integer in %lld..%lld", min, max);
	return 0;
}

static int u32_read(const json_t *v, const struct jmap *f, void *dst, struct error *err)
{
	json_int_t n;

	if (read_integer(v, f->min, f->max ? f->max : (long long)UINT32_MAX, &n, err) < 0)
		return -1;
	*(uint32_t *)dst = (uint32_t)n;
	return 0;
}

static int u64_read(const json_t *v, const struct jmap *f, void *dst, struct error *err)
{
	json_int_t n;

	if (read_integer(v, f->min, f->max ? f->max : INT64_MAX, &n, err) < 0)
		return -1;
	*(uint64_t *)dst = (uint64_t)n;
	return 0;
}

static int write_integer(json_int_t n, const struct jmap *f, json_t **ret, struct error *err)
{
	if (n == 0 && !(f->flags & (JMAP_REQUIRED | JMAP_EMIT)))
		return 0;
	*ret = json_integer(n);
	return *ret ? 0 : error_oom(err);
}

static int u32_write(const void *src, const struct jmap *f, json_t **ret, struct error *err)
{
	return write_integer(*(const uint32_t *)src, f, ret, err);
}

static int u64_write(const void *src, const struct jmap *f, json_t **ret, struct error *err)
{
	return write_integer((json_int_t) * (const uint64_t *)src, f, ret, err);
}

static json_t *integer_schema(const struct jmap *f)
{
	json_t *s = json_pack("{s:s, s:I}", "type", "integer", "minimum", (json_int_t)f->min);

	if (f->max)
		(void)json_object_set_new(s, "maximum", json_integer(f->max));
	return s;
}

const struct jmap_type jmap_bool = { "boolean", bool_read, bool_write, bool_schema, NULL };
const struct jmap_type jmap_u32 = { "integer", u32_read, u32_write, integer_schema, NULL };
const struct jmap_type jmap_u64 = { "integer", u64_read, u64_write, integer_schema, NULL };

static int time_read(const json_t *v, const struct jmap *f, void *dst, struct error *err)
{
	(void)f;
	if (!json_is_string(v) || time_parse(json_string_value(v), dst) < 0)
		return error_set(err, ERROR_INVALID, "not a time like 2026-01-31T12:00:00Z");
	return 0;
}

static int time_write(const void *src, const struct jmap *f, json_t **ret, struct error *err)
{
	int64_t t = *(const int64_t *)src;
	char text[TIME_SIZE];

	if (t == 0 && !(f->flags & (JMAP_REQUIRED | JMAP_EMIT)))
		return 0;
	time_format(t, text);
	return write_text(text, f, ret, err);
}

static json_t *time_schema(const struct jmap *f)
{
	(void)f;
	return json_pack("{s:s, s:s}", "type", "string", "format", "date-time");
}

const struct jmap_type jmap_time = { "time", time_read, time_write, time_schema, NULL };

/* ---- enums and bytes ---- */

static int enum_read(const json_t *v, const struct jmap *f, void *dst, struct error *err)
{
	const struct jmap_enum *e = f->sub;
	const char *s = json_string_value(v);
	char list[160] = "";
	size_t used = 0;

	for (size_t i = 0; i < e->n; i++) {
		if (!e->names[i])
			continue;
		if (s && strcmp(s, e->names[i]) == 0) {
			*(int *)dst = (int)i;
			return 0;
		}
		if (used < sizeof(list))
			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s",
						 used ? ", " : "", e->names[i]);
	}
	return error_set(err, ERROR_INVALID, "not one of %s", list);
}

static int enum_write(const void *src, const struct jmap *f, json_t **ret, struct error *err)
{
	const struct jmap_enum *e = f->sub;
	int i = *(const int *)src;

	if (i < 0 || (size_t)i >= e->n)
		return error_set(err, ERROR_INTERNAL, "no name for value %d", i);
	return e->names[i] ? write_text(e->names[i], f, ret, err) : 0;
}

static json_t *enum_schema(const struct jmap *f)
{
	const struct jmap_enum *e = f->sub;
	json_t *names = json_array();

	for (size_t i = 0; i < e->n; i++)
		if (e->names[i])
			(void)json_array_append_new(names, json_string(e->names[i]));
	return json_pack("{s:o}", "enum", names);
}

const struct jmap_type jmap_enum = { "one of", enum_read, enum_write, enum_schema, NULL };

static int bytes_read(const json_t *v, const struct jmap *f, void *dst, struct error *err)
{
	auto_buf struct buf b = BUF_INIT;

	if (!json_is_string(v))
		return error_set(err, ERROR_INVALID, "not a string of base64");
	if (base64_decode(json_string_value(v), json_string_length(v), 0, &b, err) < 0)
		return -1;
	if (f->max && b.len > (size_t)f->max)
		return error_set(err, ERROR_LIMIT, "more than %lld bytes", f->max);
	if (b.len < (size_t)f->min)
		return error_set(err, ERROR_INVALID, "fewer than %lld bytes", f->min);
	buf_done(dst);
	*(struct buf *)dst = buf_steal(&b);
	return 0;
}

static int bytes_write(const void *src, const struct jmap *f, json_t **ret, struct error *err)
{
	const struct buf *b = src;
	auto_buf struct buf text = BUF_INIT;

	if (b->len == 0 && !(f->flags & (JMAP_REQUIRED | JMAP_EMIT)))
		return 0;
	if (base64_encode(b->data, b->len, &text, err) < 0)
		return -1;
	*ret = json_stringn((const char *)text.data, text.len);
	return *ret ? 0 : error_oom(err);
}

static json_t *bytes_schema(const struct jmap *f)
{
	(void)f;
	return json_pack("{s:s, s:s}", "type", "string", "contentEncoding", "base64");
}

static void bytes_done(void *dst, const struct jmap *f)
{
	if (f->flags & JMAP_SECRET)
		buf_wipe(dst);
	else
		buf_done(dst);
}

const struct jmap_type jmap_bytes = { "base64", bytes_read, bytes_write, bytes_schema, bytes_done };
