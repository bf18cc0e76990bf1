/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unenrollment (FMT_UNR_EXT.1): every change is undone byte by byte, the server is told, and the
 * keys and documents are destroyed. What must never be accepted again stays. A restart in between
 * goes on where it was: the membership says that the device is leaving.
 */
#include "agent/manager/agent.h"

#include "agent/manager/documents.h"
#include "base/log.h"

enum {
	TELL_US = 10 * 1000 * 1000, /* how long the server is waited for; offline, it is not */
	AGAIN_US = 5 * 1000 * 1000, /* until what could not be destroyed is tried again */
};

static int on_timer(sd_event_source *s, uint64_t usec, void *userdata);

static void forget_after(struct agent *a, uint64_t us)
{
	int r = a->leave_timer ? sd_event_source_set_time_relative(a->leave_timer, us)
			       : sd_event_add_time_relative(a->loop, &a->leave_timer,
							    CLOCK_BOOTTIME, us, 0, on_timer, a);

	if (r < 0 || sd_event_source_set_enabled(a->leave_timer, SD_EVENT_ONESHOT) < 0)
		log_error("unenrollment: timer");
}

static void forget(struct agent *a)
{
	struct error err = ERROR_INIT;

	a->told = true;
	uplink_stop(a->up);
	/* A key that is left behind is no unenrollment. */
	if (keyholder_destroy(a->keys, &err) < 0 || membership_erase(a->db, &err) < 0) {
		agent_complain(a, &err);
		forget_after(a, AGAIN_US);
		return;
	}
	a->leave_timer = sd_event_source_disable_unref(a->leave_timer);
	agent_forget(a);
	log_notice("this device is no longer managed");
}

static int on_timer(sd_event_source *s, uint64_t usec, void *userdata)
{
	forget(userdata);
	return 0;
}

static void on_undone(struct agent *a)
{
	agent_record(a, &(struct queue_entry){ .event = AUDIT_UNENROLLED });
	if (!uplink_up(a->up)) {
		forget(a);
		return;
	}
	report_flush(a);
	forget_after(a, TELL_US);
}

void leave_resume(struct agent *a)
{
	int64_t waiting = 0;
	struct error err = ERROR_INIT;

	/* Undone already, and the server has stored all that there is to tell. */
	if (a->leave_timer) {
		if (!a->told && queue_length(a->db, &waiting, &err) == 0 && waiting == 0)
			forget(a);
		return;
	}
	if (!a->apply.reverted)
		apply_revert(a, on_undone);
}

void leave_begin(struct agent *a, const char *subject)
{
	struct error err = ERROR_INIT;

	if (a->phase != PHASE_ENROLLED)
		return;
	agent_record(a,
		     &(struct queue_entry){ .event = AUDIT_UNENROLL_ATTEMPT, .subject = subject });
	a->me.leaving = true;
	if (membership_save(a->db, &a->me, &err) < 0 ||
	    documents_drop(a->db, ROLE_WANTED, &err) < 0)
		agent_complain(a, &err);
	a->phase = PHASE_UNENROLLING;
	apply_revert(a, on_undone);
}
