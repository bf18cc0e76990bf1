/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* How the SSH server is set, as it says itself (sshd -T, sshd(8)). */
#include "probe/probe.h"

struct sshd {
	bool installed;
	bool empty_passwords, root_password, passwords; /* of it: lets in with … */
	bool penalties; /* PerSourcePenalties: who fails often must wait (OpenSSH 9.8) */
};

/* The output of sshd -T: "key value" lines; cut up. Errors: INVALID (no such output). */
MUST_USE int sshd_parse(char *text, struct sshd *ret, struct error *err);
/* Errors: as run_program; DENIED (not root). */
MUST_USE int sshd_get(const struct probe *p, struct sshd *ret, struct error *err);
