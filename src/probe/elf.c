/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/elf.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { HEADERS_MAX = 64, DYNAMIC_MAX = 512 };

/* Both classes as the larger one. */
struct segment {
	uint32_t type, flags;
	uint64_t offset, size;
};

static int read_at(int fd, void *to, size_t len, uint64_t at, struct error *err)
{
	ssize_t n = at > INT64_MAX ? -1 : pread(fd, to, len, (off_t)at);

	if (n != (ssize_t)len)
		return error_set(err, ERROR_INVALID, "an ELF file that is cut off");
	return 0;
}

static int read_segment(int fd, bool wide, uint64_t at, struct segment *ret, struct error *err)
{
	Elf64_Phdr w;
	Elf32_Phdr n;

	if (wide) {
		if (read_at(fd, &w, sizeof(w), at, err) < 0)
			return -1;
		*ret = (struct segment){ w.p_type, w.p_flags, w.p_offset, w.p_filesz };
		return 0;
	}
	if (read_at(fd, &n, sizeof(n), at, err) < 0)
		return -1;
	*ret = (struct segment){ n.p_type, n.p_flags, n.p_offset, n.p_filesz };
	return 0;
}

static int read_dynamic(int fd, bool wide, const struct segment *s, struct elf *e,
			struct error *err)
{
	size_t each = wide ? sizeof(Elf64_Dyn) : sizeof(Elf32_Dyn), n = (size_t)(s->size / each);

	for (size_t i = 0; i < n && i < DYNAMIC_MAX; i++) {
		Elf64_Dyn w = { 0 };
		Elf32_Dyn s32 = { 0 };

		if (read_at(fd, wide ? (void *)&w : (void *)&s32, each, s->offset + i * each, err) <
		    0)
			return -1;
		if (!wide) {
			w.d_tag = s32.d_tag;
			w.d_un.d_val = s32.d_un.d_val;
		}
		if (w.d_tag == DT_NULL)
			break;
		e->now = e->now || w.d_tag == DT_BIND_NOW ||
			 (w.d_tag == DT_FLAGS && (w.d_un.d_val & DF_BIND_NOW)) ||
			 (w.d_tag == DT_FLAGS_1 && (w.d_un.d_val & DF_1_NOW));
	}
	return 0;
}

static int read_segments(int fd, bool wide, uint64_t at, unsigned n, struct elf *e,
			 struct error *err)
{
	bool stack = false;

	if (n > HEADERS_MAX)
		return error_set(err, ERROR_INVALID, "an ELF file with %u segments", n);
	for (unsigned i = 0; i < n; i++) {
		struct segment s;

		if (read_segment(fd, wide,
				 at + i * (wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)), &s,
				 err) < 0)
			return -1;
		e->relro = e->relro || s.type == PT_GNU_RELRO;
		stack = stack || s.type == PT_GNU_STACK;
		e->stack_executes =
			e->stack_executes || (s.type == PT_GNU_STACK && (s.flags & PF_X));
		if (s.type == PT_DYNAMIC && read_dynamic(fd, wide, &s, e, err) < 0)
			return -1;
	}
	/* Without a word about it, the loader makes the stack executable. */
	e->stack_executes = e->stack_executes || !stack;
	return 0;
}

int elf_read(int fd, struct elf *ret, struct error *err)
{
	static const int order =
		__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;
	unsigned char ident[EI_NIDENT];
	struct elf e = { 0 };
	Elf64_Ehdr w = { 0 };
	Elf32_Ehdr n = { 0 };
	bool wide;

	if (read_at(fd, ident, sizeof(ident), 0, err) < 0)
		return -1;
	wide = ident[EI_CLASS] == ELFCLASS64;
	if (memcmp(ident, ELFMAG, SELFMAG) != 0 || ident[EI_DATA] != order)
		return error_set(err, ERROR_INVALID, "not an ELF file of this machine");
	if (read_at(fd, wide ? (void *)&w : (void *)&n, wide ? sizeof(w) : sizeof(n), 0, err) < 0)
		return -1;
	e.pie = (wide ? w.e_type : n.e_type) == ET_DYN;
	if (read_segments(fd, wide, wide ? w.e_phoff : n.e_phoff, wide ? w.e_phnum : n.e_phnum, &e,
			  err) < 0)
		return -1;
	*ret = e;
	return 0;
}
