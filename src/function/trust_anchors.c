/* SPDX-License-Identifier: Apache-2.0 */
#include "function/behaviour.h"

#include "base/limits.h"

typedef int with_fn(struct platform *p, const struct anchor_rules *r, struct readback *ret,
		    struct error *err);

/* The driver's rules for these arguments, and a call with them. */
static int with_rules(struct platform *p, const struct trust_anchors *a, struct readback *ret,
		      with_fn *call, struct error *err)
{
	const struct trust_anchor_import *x = a->anchors.items;
	struct anchor anchors[LIMIT_ANCHORS];
	const struct anchor_rules r = { anchors, a->anchors.n };

	for (size_t i = 0; i < a->anchors.n; i++)
		anchors[i] = (struct anchor){ .name = x[i].name,
					      .der = x[i].certificate.data,
					      .der_len = x[i].certificate.len };
	return call(p, &r, ret, err);
}

static int describe(const void *args, struct buf *out, struct error *err)
{
	const struct trust_anchors *a = args;
	const struct trust_anchor_import *x = a->anchors.items;

	for (size_t i = 0; i < a->anchors.n; i++)
		if (buf_printf(out, err, "%s%s", i ? ", " : "", x[i].name) < 0)
			return -1;
	return 0;
}

static int probe_with(struct platform *p, const struct anchor_rules *r, struct readback *ret,
		      struct error *err)
{
	(void)ret;
	return ca_certificates_driver.probe(p, r, err);
}

static int probe(struct platform *p, const void *args, struct error *err)
{
	return args ? with_rules(p, args, NULL, probe_with, err)
		    : ca_certificates_driver.probe(p, NULL, err);
}

static int apply_with(struct platform *p, const struct anchor_rules *r, struct readback *ret,
		      struct error *err)
{
	(void)ret;
	return ca_certificates_driver.apply(p, r, err);
}

static int apply(struct platform *p, const void *args, struct error *err)
{
	return with_rules(p, args, NULL, apply_with, err);
}

static int read_back(struct platform *p, const void *args, struct readback *ret, struct error *err)
{
	return with_rules(p, args, ret, ca_certificates_driver.read, err);
}

static int settle(struct platform *p, struct error *err)
{
	return ca_certificates_driver.settle(p, err);
}

const struct behaviour trust_anchors_behaviour = {
	.by = "the system store, validated by openssl",
	.describe = describe,
	.probe = probe,
	.apply = apply,
	.read = read_back,
	.settle = settle,
};
