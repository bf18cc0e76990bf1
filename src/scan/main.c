/* SPDX-License-Identifier: Apache-2.0 */
/*
 * muster-probe-scan ADDRESS PORT: one try of one port, for muster-probe, which starts it as nobody.
 * It writes what it found to descriptor 3, as one JSON object.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/proc.h"
#include "scan/scan.h"

enum { FD_RESULT = 3, WHOLE_S = 20 };

/* OpenSSL and the C library open a few files of the system as they begin. */
static const struct proc_profile profile = {
	.name = "scan",
	.sets = PROC_SET_FILES | PROC_SET_MESSAGES | PROC_SET_INET | PROC_SET_LOAD,
};

static int run(char **argv, struct error *err)
{
	auto_endpoint struct endpoint e = { 0 };
	auto_buf struct buf text = BUF_INIT;
	struct target t;

	if (proc_seal(&profile, err) < 0 || target_read(argv[1], argv[2], &t, err) < 0 ||
	    scan(&t, &e, err) < 0 || jmap_write(&e, &endpoint_table, &text, err) < 0)
		return -1;
	return file_write_fd(FD_RESULT, text.data, text.len, err);
}

int main(int argc, char **argv)
{
	struct error err = ERROR_INIT;

	(void)alarm(WHOLE_S); /* whatever a peer does */
	if (argc != 3) {
		(void)fprintf(stderr, "muster-probe-scan ADDRESS PORT is for muster-probe\n");
		return 2;
	}
	if (run(argv, &err) < 0) {
		(void)fprintf(stderr, "muster-probe-scan: %s\n", err.msg);
		return 1;
	}
	return 0;
}
