/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A manager whose net, verifier and workers are the test's (stub_child.h). */
#include "agent/manager/agent.h"

#define ENTERPRISE "6f0c6a3e-8f6a-4f9e-9a53-0d1f3a3c9b11"
#define DEVICE "0b7a9f6e-0c55-4c2f-8d8e-1f2a3b4c5d66"
#define COMMAND "0b7a9f6e-0c55-4c2f-8d8e-1f2a3b4c5d63"
#define ROOT "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define DIGEST "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

enum { NOON = 1795435200 }; /* 2026-11-23T12:00:00Z */

/* Templates: (delay of what destroys, version); (the command's name). */
#define BED_TRUST \
	"{\"anchors\":[{\"certificate\":\"YSBERVIgY2VydGlmaWNhdGU=\"}]," \
	"\"delays\":{\"destructiveSeconds\":%u},\"enterprise\":\"" ENTERPRISE "\"," \
	"\"id\":\"0b7a9f6e-0c55-4c2f-8d8e-1f2a3b4c5d60\",\"issued\":\"2026-11-23T12:00:00Z\"," \
	"\"maxTargets\":100,\"online\":{\"may\":[],\"signers\":[]}," \
	"\"quorum\":{\"authority\":1,\"channelCutting\":1,\"code\":1,\"configuration\":1," \
	"\"destructive\":1,\"routine\":1},\"roles\":[{\"name\":\"administrator\",\"signers\":[" \
	"{\"key\":\"" DIGEST "\",\"person\":\"alice\"}]}],\"type\":\"trust\",\"version\":%u}"
#define BED_COMMAND \
	"{\"args\":{},\"command\":\"%s\",\"enterprise\":\"" ENTERPRISE "\",\"id\":\"" COMMAND \
	"\"," \
	"\"notAfter\":\"2026-11-24T12:00:00Z\",\"notBefore\":\"2026-11-23T12:00:00Z\"," \
	"\"targets\":[{\"device\":\"" DEVICE "\",\"enrollment\":\"" DEVICE "\"}]," \
	"\"type\":\"command\"}"

/* An enrolled device with a trust of that version, connected. */
void bed_begin(struct agent *a, uint32_t version, uint32_t delay_s);
/* The same over a spool that there may be already. */
void bed_open(struct agent *a, const char *path, uint32_t version, uint32_t delay_s);
void bed_end(struct agent *a);
/* The server gives an instruction; the verifier believes or refuses what it judges. */
void bed_give(struct agent *a, uint64_t seq, const char *type);
void bed_believe(struct agent *a, const char *json, const char *effect);
void bed_refuse(struct agent *a, const char *code, const char *reason);
/* The last instruction that is dealt with. */
int64_t bed_after(struct agent *a);
/* Read what net was told until one of that type comes. */
bool bed_told(struct agent *a, unsigned type, uint32_t *id);
/* How often a text is in the records that wait. */
unsigned bed_recorded(struct agent *a, const char *text);
/* A check-in whose head says that. */
extern unsigned bed_interval_s; /* that its reply asks for */
void bed_check_in(struct agent *a, const char *cancelled, uint64_t number, uint32_t version,
		  uint64_t latest);
