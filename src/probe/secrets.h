/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Secrets in files, told apart by their content. */
#include <stddef.h>

/* What a text holds: "private key", "pre-shared key", "password"; NULL: nothing of the kind. An
 * encrypted private key is none. *at: where it begins. */
const char *secret_in(const char *path, const char *text, const char **at);
