/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Giving memory back when a process that stays falls idle: freed heap, and the pages of programs
 * and libraries that were read from files and never written. They stay in the page cache and come
 * back with a minor fault, so the next piece of work costs some microseconds more.
 */
void memory_trim(void);
