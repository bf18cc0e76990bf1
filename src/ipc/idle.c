/* SPDX-License-Identifier: Apache-2.0 */
#include "ipc/idle.h"

#include <stdbool.h>
#include <time.h>

#include "base/memory.h"

enum { IDLE_AFTER_US = 4 * 1000 * 1000, ACCURACY_US = 1000 * 1000 };

struct idle {
	sd_event_source *post, *timer;
	bool trimmed; /* by the event that is being dispatched: it is not one to wait after */
};

/* After every event: not yet idle. */
static int on_post(sd_event_source *s, void *userdata)
{
	struct idle *i = userdata;

	if (i->trimmed) {
		i->trimmed = false;
		return 0;
	}
	(void)sd_event_source_set_time_relative(i->timer, IDLE_AFTER_US);
	return sd_event_source_set_enabled(i->timer, SD_EVENT_ONESHOT);
}

static int on_timer(sd_event_source *s, uint64_t usec, void *userdata)
{
	struct idle *i = userdata;

	i->trimmed = true;
	memory_trim();
	return 0;
}

struct idle *idle_free(struct idle *i)
{
	if (!i)
		return NULL;
	sd_event_source_disable_unref(i->post);
	sd_event_source_disable_unref(i->timer);
	free(i);
	return NULL;
}

int idle_new(sd_event *loop, struct idle **ret, struct error *err)
{
	CLEANUP(idle_freep) struct idle *i = calloc(1, sizeof(*i));

	if (!i)
		return error_oom(err);
	if (sd_event_add_time_relative(loop, &i->timer, CLOCK_MONOTONIC, IDLE_AFTER_US, ACCURACY_US,
				       on_timer, i) < 0 ||
	    sd_event_add_post(loop, &i->post, on_post, i) < 0)
		return error_oom(err);
	*ret = STEAL(i);
	return 0;
}
