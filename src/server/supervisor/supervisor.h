/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The server's first process: binds the three listeners, starts key, core and the fronts, joins
 * them by sockets, keeps them running, and ends them in order. It handles no request and reads no
 * byte of the network.
 */
#include "server/supervisor/conf.h"

/* Run until SIGTERM or SIGINT. Writes each listener's address and then "ready" to standard output,
 * and tells systemd; SIGHUP makes all processes read their certificates anew.
 * Errors: DENIED (started as root), those of binding, UNAVAILABLE (a process never became ready).
 */
MUST_USE int supervisor_run(const struct conf_file *conf, struct error *err);
