/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One document, judged in a process of its own (FMT_POL_EXT.2): the bytes come from a stranger, and
 * whoever parses them holds no key, no network and no file. The manager gets the judge's verdict
 * and, where the document is believed, its canonical bytes.
 */
#include "ipc/channel.h"

/*
 * Serve one VERIFY_START on the channel fd: ask what is known of the document, judge it, answer
 * with VERIFY_VERDICT. A refusal is an answer too. -1: the channel broke, or memory is short.
 */
MUST_USE int verify_serve(int fd, struct error *err);
