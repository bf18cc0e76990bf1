/* SPDX-License-Identifier: Apache-2.0 */
#include "server/front/staple.h"

#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "server/front/front.h"
#include "server/front/listeners.h"

static void clear(struct staple *s)
{
	free(STEAL(s->serial));
	ocsp_free(STEAL(s->ocsp));
}

int staple_set(struct front *f, enum server_listener l, const struct cert *cert, struct error *err)
{
	struct staple *s = &f->staples[l];

	if (s->serial && strcmp(s->serial, cert_serial(cert)) == 0)
		return 0;
	clear(s);
	s->front = f;
	s->serial = strdup(cert_serial(cert));
	return s->serial ? 0 : error_oom(err);
}

static void on_staple(struct ipc_message *m, const struct error *why, void *userdata)
{
	struct staple *s = userdata;
	struct ocsp *ocsp auto_ocsp = NULL;
	struct error err = ERROR_INIT;

	if (!m) {
		if (why->code != ERROR_UNAVAILABLE)
			log_warning("nothing to staple: %s", why->msg);
		return;
	}
	if (ocsp_parse(m->blob.data, m->blob.len, &ocsp, &err) < 0) {
		log_error("what core has to staple: %s", err.msg);
		return;
	}
	ocsp_free(s->ocsp);
	s->ocsp = STEAL(ocsp);
	if (!s->front->stopping && listeners_update(s->front, &err) < 0)
		log_error("listeners: %s", err.msg);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	staples_ask(userdata);
	return 0;
}

static void again_later(struct front *f)
{
	const uint64_t wait = LIMIT_STAPLE_S / 4 * 1000000ull;

	if (!f->staple_timer)
		(void)sd_event_add_time_relative(f->loop, &f->staple_timer, CLOCK_BOOTTIME, wait, 0,
						 on_timer, f);
	(void)sd_event_source_set_time_relative(f->staple_timer, wait);
	(void)sd_event_source_set_enabled(f->staple_timer, SD_EVENT_ONESHOT);
}

void staples_ask(struct front *f)
{
	for (size_t i = 0; i < ARRAY_SIZE(f->staples); i++) {
		struct server_staple body = { .serial = f->staples[i].serial };

		if (body.serial)
			link_call(f->core,
				  &(struct ipc_send){ .type = SERVER_STAPLE, .body = &body },
				  SERVER_STAPLE_IS, on_staple, &f->staples[i]);
	}
	again_later(f);
}

void staples_done(struct front *f)
{
	f->staple_timer = sd_event_source_disable_unref(f->staple_timer);
	for (size_t i = 0; i < ARRAY_SIZE(f->staples); i++)
		clear(&f->staples[i]);
}
