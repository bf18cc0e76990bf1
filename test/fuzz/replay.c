/* SPDX-License-Identifier: Apache-2.0 */
/* Replays a corpus through a fuzz target, one TAP line a file: what a fuzzer once found stays
 * found. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
	uint8_t *data = NULL;
	size_t n = 0, cap = 0;
	FILE *f = fopen(path, "rb");

	if (!f)
		return -1;
	for (;;) {
		if (n == cap) {
			cap = cap ? cap * 2 : 65536;
			data = realloc(data, cap);
			if (!data)
				abort();
		}
		size_t r = fread(data + n, 1, cap - n, f);
		if (r == 0)
			break;
		n += r;
	}
	(void)fclose(f);
	(void)LLVMFuzzerTestOneInput(data, n);
	free(data);
	return 0;
}

int main(int argc, char **argv)
{
	struct dirent **files;
	int n = argc == 2 ? scandir(argv[1], &files, NULL, alphasort) : -1;
	int count = 0, failed = 0;

	if (n < 0) {
		(void)fprintf(stderr, "usage: replay CORPUS: a directory of inputs\n");
		return 2;
	}
	for (int i = 0; i < n; i++) {
		char path[4096];

		if (files[i]->d_name[0] != '.') {
			(void)snprintf(path, sizeof(path), "%s/%s", argv[1], files[i]->d_name);
			int bad = replay(path) < 0;
			printf("%sok %d - %s\n", bad ? "not " : "", ++count, files[i]->d_name);
			failed |= bad;
		}
		free(files[i]);
	}
	free(files);
	printf("1..%d\n", count);
	return failed || count == 0;
}
