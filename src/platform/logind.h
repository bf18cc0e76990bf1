/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* logind over D-Bus: sessions of persons, and the power of the device. */
#include "platform/platform.h"

#define LOGIND "org.freedesktop.login1"
#define LOGIND_MANAGER "/org/freedesktop/login1", LOGIND ".Manager"

struct session {
	char id[32], user[64], tty[64], type[16]; /* type: "tty", "x11", "wayland" */
	uint32_t uid;
	bool locked; /* LockedHint: said by the session's own locker */
};
struct sessions {
	struct session *items; /* owned */
	size_t n;
};

void sessions_done(struct sessions *s);
#define auto_sessions CLEANUP(sessions_done)

/* Sessions of class "user". Errors: UNSUPPORTED (no logind). */
MUST_USE int logind_sessions(struct platform *p, struct sessions *ret, struct error *err);
/* Tell a session to lock. */
MUST_USE int logind_lock(struct platform *p, const char *id, struct error *err);
/* Restart the device after delay_s; a second call replaces the first. The users are told. */
MUST_USE int logind_reboot(struct platform *p, unsigned delay_s, struct error *err);
