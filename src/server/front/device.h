/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Devices that are connected. A device's identity is the certificate that it authenticated with
 * (subjectAltName urn:uuid:<device>); whether that certificate is the device's current one is
 * core's word, asked for when it connects and at each request.
 */
#include "server/front/front.h"

/* One connection of a device; http_peer.data. Absent on the enrollment listener where no
 * certificate was given. */
struct device_peer {
	struct device_peer *next; /* of its bucket */
	struct http_peer *peer;	  /* NULL: gone; kept for the reply that is due */
	char device[UUID_SIZE];
	char certificate[SHA256_HEX_SIZE];
	bool connecting;	  /* core's word on the connection is due */
	struct device_poll *poll; /* waiting for instructions, see poll.c; NULL: none */
};

/* Of the listeners (http_listener_options). */
MUST_USE int device_welcome(struct http_peer *peer, void *userdata, struct error *err);
void device_bye(struct http_peer *peer, void *userdata);

/* The UUID that a device's certificate names (subjectAltName urn:uuid:…); NULL without one. */
const char *device_id_of(const struct cert *cert);
/* The device of an exchange; NULL (and answered, x is gone) where it gave no certificate. */
struct device_peer *device_of(struct http_exchange *x);
/* The connections of a device, one after the other; NULL: no (further) one. */
struct device_peer *device_first(const struct front *f, const char *device);
struct device_peer *device_next(const struct device_peer *p);

/* There are new instructions for these, or (an empty list) for anyone: ask for those that wait. */
void device_wake(struct front *f, const struct server_devices *devices);
/* Close the connections of these. */
void device_cut(struct front *f, const struct server_devices *devices);

/* poll.c: ask core again for a connection that waits. */
void poll_wake(struct front *f, struct device_peer *p);
/* poll.c: the connection is gone. */
void poll_orphan(struct device_peer *p);
