/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/qr.h"

#include <errno.h>
#include <png.h>
#include <qrencode.h>
#include <stdbool.h>
#include <string.h>

enum { QUIET = 4 }; /* modules around the code: readers need them */

DEFINE_CLEANUP(QRcode *, QRcode_free)
#define auto_qr CLEANUP(QRcode_freep)

static int encode(const char *text, QRcode **ret, struct error *err)
{
	*ret = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
	if (*ret)
		return 0;
	if (errno == ERANGE)
		return error_set(err, ERROR_LIMIT, "%zu bytes are too many for a QR code",
				 strlen(text));
	return error_errno(err, errno, "QR code");
}

/* Is the module dark? Those outside are the quiet zone. */
static bool dark(const QRcode *qr, int x, int y)
{
	if (x < 0 || y < 0 || x >= qr->width || y >= qr->width)
		return false;
	return qr->data[y * qr->width + x] & 1;
}

int qr_text(const char *text, struct buf *out, struct error *err)
{
	/* Terminals are dark: what is drawn is the light modules. [upper light][lower light] */
	static const char *const blocks[2][2] = { { " ", "▄" }, { "▀", "█" } };
	auto_qr QRcode *qr = NULL;

	if (encode(text, &qr, err) < 0)
		return -1;
	for (int y = -QUIET; y < qr->width + QUIET; y += 2) {
		for (int x = -QUIET; x < qr->width + QUIET; x++) {
			/* The last line's lower half lies outside the code when its height is odd.
			 */
			bool below = y + 1 < qr->width + QUIET;

			if (buf_puts(out, blocks[!dark(qr, x, y)][below && !dark(qr, x, y + 1)],
				     err) < 0)
				return -1;
		}
		if (buf_puts(out, "\n", err) < 0)
			return -1;
	}
	return 0;
}

int qr_png(const char *text, unsigned scale, struct buf *out, struct error *err)
{
	png_image image = { .version = PNG_IMAGE_VERSION, .format = PNG_FORMAT_GRAY };
	auto_free uint8_t *pixels = NULL;
	auto_qr QRcode *qr = NULL;
	png_alloc_size_t size = 0;

	if (encode(text, &qr, err) < 0)
		return -1;
	image.width = image.height = (png_uint_32)(qr->width + 2 * QUIET) * scale;
	pixels = malloc((size_t)image.width * image.height);
	if (!pixels)
		return error_oom(err);
	for (png_uint_32 y = 0; y < image.height; y++)
		for (png_uint_32 x = 0; x < image.width; x++)
			pixels[(size_t)y * image.width + x] =
				dark(qr, (int)(x / scale) - QUIET, (int)(y / scale) - QUIET) ? 0
											     : 255;
	if (!png_image_write_to_memory(&image, NULL, &size, 0, pixels, 0, NULL))
		return error_set(err, ERROR_INTERNAL, "PNG: %.80s", image.message);
	if (buf_reserve(out, size, err) < 0)
		return -1;
	if (!png_image_write_to_memory(&image, out->data + out->len, &size, 0, pixels, 0, NULL))
		return error_set(err, ERROR_INTERNAL, "PNG: %.80s", image.message);
	out->len += size;
	return 0;
}
