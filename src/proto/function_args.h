/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The arguments of every row of functions.def, one struct and one table each. Released through
 * function_free, or jmap_done with the table.
 */
#include "base/jmap.h"

/* ---- settings ---- */

struct password_requirements {
	uint32_t length;			 /* characters; 6 … LIMIT_PASSWORD_LENGTH */
	uint32_t lower, upper, numeric, symbols; /* at least this many of each; 0: no rule */
};

struct failed_authentication {
	uint32_t attempts;	 /* consecutive wrong passwords that lock the account */
	uint32_t unlock_after_s; /* 0: until an administrator unlocks it */
};

struct maximum_time_to_lock {
	uint32_t seconds;
};

struct key_protection {
	uint32_t minimum_level;
};

struct login_banner {
	char *text;
};

/* Open Network Configuration 1.0, as the Android Management API takes it; Wi-Fi only. */
enum onc_security { ONC_SECURITY_OPEN = 1, ONC_SECURITY_PSK, ONC_SECURITY_EAP };
enum onc_outer { ONC_OUTER_PEAP = 1, ONC_OUTER_TTLS };
enum onc_inner { ONC_INNER_MSCHAPV2 = 1, ONC_INNER_PAP };
extern const struct jmap_enum onc_security_enum, onc_outer_enum, onc_inner_enum;

struct onc_eap {
	int outer; /* enum onc_outer */
	int inner; /* enum onc_inner */
	char *identity, *anonymous_identity;
	char *password;
	struct strings server_cas; /* PEM, as pem_write makes it */
	char *domain_suffix;	   /* of the authentication server's certificate */
};
struct onc_wifi {
	char *ssid;   /* at most 32 bytes */
	int security; /* enum onc_security */
	char *passphrase;
	bool hidden, auto_connect;
	struct onc_eap *eap; /* NULL where absent */
};
struct onc_network {
	char guid[UUID_SIZE];
	char *name;
	int type; /* 1: WiFi */
	struct onc_wifi wifi;
};
struct open_network_configuration {
	struct jmap_list networks; /* struct onc_network */
};

struct trust_anchor_import {
	char *name;		/* the file's name: letters, digits, '-', '_' and '.' */
	struct buf certificate; /* DER */
};
struct trust_anchors {
	struct jmap_list anchors; /* struct trust_anchor_import */
};

struct ports {
	uint16_t *items; /* owned */
	size_t n;
};
struct disabled_service {
	char *unit;	    /* "ssh.service", "cups.socket" */
	struct ports ports; /* TCP: closed once the unit is off */
};
struct server_services_disabled {
	struct jmap_list services; /* struct disabled_service */
};

struct local_account_access {
	struct strings users, groups; /* who may log in */
	bool remote;		      /* also from other hosts; else at the device itself only */
};

enum system_update_type {
	SYSTEM_UPDATE_AUTOMATIC = 1,
	SYSTEM_UPDATE_WINDOWED,
	SYSTEM_UPDATE_POSTPONE,
};
extern const struct jmap_enum system_update_type_enum;

struct system_update {
	int type; /* enum system_update_type */
	/* Minutes after local midnight. The window may span midnight; equal ends are refused. */
	uint32_t start_min, end_min;
};

/* A list of TCP ports, as whole numbers. */
extern const struct jmap_type jmap_ports;

/* ---- commands ---- */

struct lock {
	char *message; /* shown with the lock, where the platform can; NULL: none */
};
struct message {
	char *text;
};
struct reboot {
	uint32_t delay_s;
};
struct query {
	char unused; /* no arguments */
};
struct sync {
	char unused;
};
struct unenroll {
	char unused;
};

#define FUNCTION(id, name, ...) extern const struct jmap_table name##_table;
#include "proto/functions.def"
#undef FUNCTION
