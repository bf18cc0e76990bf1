/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the device's platform can do, by drivers. A driver asks first (probe: nothing is changed),
 * makes changes through change.h only, so that each has a durable undo record before it happens,
 * and reads back by another way than it wrote. One file per driver; a function (function/) knows
 * the driver's operations and never the platform behind them.
 *
 * Paths are the device's own: a driver is tried in a container, never on the machine that builds.
 */
#include "base/buf.h"
#include "base/error.h"
#include "base/jmap.h"

/* Make an undo record durable. Called before the change; a failure forbids the change. */
typedef int platform_keep_fn(const char *object, const struct buf *record, void *userdata,
			     struct error *err);

/* Whether a thing ("connection:UUID") was not there before the first policy: it is ours. */
typedef bool platform_made_fn(const char *object, void *userdata);

/* How well the device's own keys are kept: the weakest of them. Borrowed. */
struct platform_keys {
	unsigned level;
	const char *reason; /* NULL: nobody has asked */
};

struct platform {
	platform_keep_fn *keep;
	platform_made_fn *made; /* NULL: nothing is ours */
	void *userdata;
	struct sd_bus *bus;    /* the system bus, opened at first use */
	struct strings claims; /* objects that the running setting holds, changed or not */
	unsigned n_changes;    /* since the start: an undo record each */
	struct platform_keys keys;
};

/* Zeroed but for keep, made and userdata is ready for use. */
void platform_done(struct platform *p);
#define auto_platform CLEANUP(platform_done)
void strings_done(struct strings *s);
#define auto_strings CLEANUP(strings_done)
/* Forget the claims: before each setting. */
void platform_unclaim(struct platform *p);
/* Whether the running setting holds an object ("file:/etc/issue"). */
bool platform_claims(const struct platform *p, const char *object);

enum readback_verdict {
	READBACK_ENFORCED = 1, /* the platform does as wanted */
	READBACK_STORED,       /* it would, but there is nothing here that it could act on */
	READBACK_DIFFERENT,    /* it does not */
};

/* What the platform said. */
struct readback {
	enum readback_verdict verdict;
	struct buf text;   /* one line for a person */
	struct buf reason; /* why it is not enforced; empty else */
};

void readback_done(struct readback *r);
#define auto_readback CLEANUP(readback_done)
/* Add "; " and a text to the line. */
MUST_USE PRINTF(3, 4) int readback_say(struct readback *r, struct error *err, const char *fmt, ...);
/* The same to the reason, and the verdict becomes DIFFERENT. */
MUST_USE PRINTF(3, 4) int readback_differs(struct readback *r, struct error *err, const char *fmt,
					   ...);

/*
 * A driver of one noun that enforces rules of one kind:
 *  probe   can these rules be enforced here? NULL: any at all. Errors: UNSUPPORTED, with why.
 *  apply   make it so. What already is so is left alone.
 *  read    what holds now; sets the verdict. An error only where it could not be found out.
 *  settle  make the platform take notice of files that undo records put back. May be NULL.
 */
#define PLATFORM_DRIVER(noun, rules) \
	struct noun##_driver { \
		int (*probe)(struct platform * p, const rules *r, struct error *err); \
		int (*apply)(struct platform * p, const rules *r, struct error *err); \
		int (*read)(struct platform * p, const rules *r, struct readback *ret, \
			    struct error *err); \
		int (*settle)(struct platform * p, struct error *err); \
	}

/* ---- passwords ---- */

struct password_rules {
	unsigned length, lower, upper, digits, symbols; /* at least; 0: no rule */
};
PLATFORM_DRIVER(password, struct password_rules);
extern const struct password_driver pwquality_driver;

/* ---- lock-out of accounts ---- */

struct lockout_rules {
	unsigned attempts, unlock_after_s; /* 0 s: never by itself */
};
PLATFORM_DRIVER(lockout, struct lockout_rules);
extern const struct lockout_driver faillock_driver;

/* ---- idle sessions ---- */

struct idle_rules {
	unsigned seconds;
};
PLATFORM_DRIVER(idle, struct idle_rules);
extern const struct idle_driver logind_idle_driver;

/* ---- the notice before a login ---- */

struct banner_rules {
	const char *text;
};
PLATFORM_DRIVER(banner, struct banner_rules);
extern const struct banner_driver banner_driver;

/* ---- Wi-Fi networks ---- */

enum wifi_security { WIFI_OPEN, WIFI_PSK, WIFI_EAP };
struct wifi_network {
	const char *uuid, *name, *ssid;
	enum wifi_security security;
	bool hidden, auto_connect;
	const char *passphrase;	   /* WIFI_PSK */
	const char *outer, *inner; /* WIFI_EAP: NetworkManager's names ("peap", "mschapv2") */
	const char *identity, *anonymous; /* anonymous may be NULL */
	const char *password, *domain_suffix;
	const char *cas_pem; /* one or more, PEM */
};
struct wifi_rules {
	const struct wifi_network *networks;
	size_t n_networks;
};
PLATFORM_DRIVER(wifi, struct wifi_rules);
extern const struct wifi_driver networkmanager_driver;

/* ---- the system's trust store ---- */

struct anchor {
	const char *name;
	const char *pem; /* one certificate */
};
struct anchor_rules {
	const struct anchor *anchors;
	size_t n_anchors;
};
PLATFORM_DRIVER(anchor, struct anchor_rules);
extern const struct anchor_driver ca_certificates_driver;

/* ---- services ---- */

struct service_off {
	const char *unit;
	const uint16_t *ports; /* TCP, closed afterwards */
	size_t n_ports;
};
/* What a unit is to its device, as a rising number. */
typedef int service_class_fn(const char *unit);
struct service_rules {
	const struct service_off *services;
	size_t n_services;
	/* A unit is refused where another of its names is of a higher class than the one that was
	 * signed: an alias hides nothing. NULL: names do not matter. */
	service_class_fn *class_of;
};
PLATFORM_DRIVER(service, struct service_rules);
extern const struct service_driver systemd_service_driver;

/* ---- who may log in ---- */

struct access_rules {
	const char *const *users, *const *groups;
	size_t n_users, n_groups;
	bool remote;
};
PLATFORM_DRIVER(access, struct access_rules);
extern const struct access_driver pam_access_driver;

/* ---- system updates ---- */

enum update_mode { UPDATE_DAILY, UPDATE_WINDOW, UPDATE_NEVER };
struct update_rules {
	enum update_mode mode;
	unsigned start_min, end_min; /* of UPDATE_WINDOW: minutes after local midnight */
};
PLATFORM_DRIVER(update, struct update_rules);
extern const struct update_driver apt_driver;
