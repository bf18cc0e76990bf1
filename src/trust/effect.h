/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a document would do: its effect class, computed from every value in it by the rows of
 * functions.def. Computed where it matters, on the device; what a document claims is never asked.
 */
#include "proto/document.h"

/* The class of a document that document_read accepted. A head is routine; trust is authority. */
enum effect document_effect(const struct document *d);
