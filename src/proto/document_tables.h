/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What document.c and the documents' tables share. */
#include "proto/document.h"

/* The rules of a trust document among its own fields: no quorum of zero or above the persons
 * there are, no key twice, no key of a person that is an online signer's too. */
MUST_USE int trust_check(const struct trust *t, struct error *err);
