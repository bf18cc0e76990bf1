/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/platform.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-bus.h>

void strings_done(struct strings *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->items[i]);
	free(s->items);
	*s = (struct strings){ 0 };
}

void platform_unclaim(struct platform *p)
{
	strings_done(&p->claims);
}

void platform_done(struct platform *p)
{
	platform_unclaim(p);
	p->bus = sd_bus_flush_close_unref(p->bus);
}

bool platform_claims(const struct platform *p, const char *object)
{
	for (size_t i = 0; i < p->claims.n; i++)
		if (strcmp(p->claims.items[i], object) == 0)
			return true;
	return false;
}

void readback_done(struct readback *r)
{
	buf_done(&r->text);
	buf_done(&r->reason);
}

static int say(struct buf *b, struct error *err, const char *fmt, va_list ap)
{
	char line[512];

	(void)vsnprintf(line, sizeof(line), fmt, ap);
	for (char *c = line; *c; c++)
		if ((unsigned char)*c < 0x20)
			*c = ' ';
	if (b->len && buf_puts(b, "; ", err) < 0)
		return -1;
	return buf_puts(b, line, err);
}

int readback_say(struct readback *r, struct error *err, const char *fmt, ...)
{
	va_list ap;
	int ret;

	va_start(ap, fmt);
	ret = say(&r->text, err, fmt, ap);
	va_end(ap);
	return ret;
}

int readback_differs(struct readback *r, struct error *err, const char *fmt, ...)
{
	va_list ap;
	int ret;

	r->verdict = READBACK_DIFFERENT;
	va_start(ap, fmt);
	ret = say(&r->reason, err, fmt, ap);
	va_end(ap);
	return ret;
}
