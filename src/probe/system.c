/* SPDX-License-Identifier: Apache-2.0 */
/* The system, the kernel, and the model that the firmware or the device tree names. */
#include <string.h>
#include <sys/utsname.h>

#include "base/limits.h"
#include "probe/probes.h"

enum { RELEASE_MAX = 16 * 1024, MODEL_MAX = 256 };

/* The value of KEY=value or KEY="value" (os-release(5)); "" without one. */
static const char *release_value(char *text, const char *key, char *value, size_t size)
{
	size_t len = strlen(key);
	char *at = text, *line;

	*value = '\0';
	while ((line = probe_line(&at))) {
		char *v = line + len + 1;

		if (strncmp(line, key, len) != 0 || line[len] != '=')
			continue;
		v += *v == '"' || *v == '\'';
		(void)snprintf(value, size, "%.*s", (int)strcspn(v, "\"'"), v);
	}
	return value;
}

static int read_release(struct probe *p, const char *key, char *value, size_t size,
			struct error *err)
{
	auto_buf struct buf text = BUF_INIT;

	if (probe_read(p, "/etc/os-release", RELEASE_MAX, &text, err) < 0)
		return -1;
	(void)release_value(text.data ? (char *)text.data : (char[]){ "" }, key, value, size);
	return 0;
}

/* "" where nothing names one; the device tree ends its text with a NUL. */
static void read_model(struct probe *p, char *model, size_t size)
{
	static const char *const paths[] = { "/sys/firmware/devicetree/base/model",
					     "/sys/class/dmi/id/product_name" };

	*model = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(paths) && !*model; i++) {
		auto_buf struct buf text = BUF_INIT;
		struct error ignored = ERROR_INIT;

		if (probe_read(p, paths[i], MODEL_MAX, &text, &ignored) == 0 && text.len > 0)
			(void)snprintf(model, size, "%.*s", (int)strcspn((char *)text.data, "\n"),
				       (char *)text.data);
	}
}

/* The kernel of a tree that is not booted is not known here. */
static int look_kernel(struct probe *p, struct error *err)
{
	struct utsname u;

	if (!p->live || uname(&u) < 0)
		return fact_unknown(p, FACT_OS_KERNEL, FACT_NO_MEANS, err,
				    "only a running device shows it");
	return fact_text(p, FACT_OS_KERNEL, u.release, err);
}

int probe_system(struct probe *p, struct error *err)
{
	char name[LIMIT_NAME], end[LIMIT_NAME], model[MODEL_MAX];

	if (read_release(p, "PRETTY_NAME", name, sizeof(name), err) < 0 ||
	    read_release(p, "SUPPORT_END", end, sizeof(end), err) < 0)
		return -1;
	read_model(p, model, sizeof(model));
	if (fact_text(p, FACT_OS_NAME, name, err) < 0 ||
	    fact_text(p, FACT_OS_SUPPORT_END, end, err) < 0 ||
	    fact_text(p, FACT_OS_MODEL, model, err) < 0)
		return -1;
	return look_kernel(p, err);
}

static int identify(char **to, const char *text, struct error *err)
{
	if (!*text)
		return 0;
	*to = strdup(text);
	return *to ? 0 : error_oom(err);
}

int probe_identity(struct probe *p, struct error *err)
{
	struct fact_device *d = &p->out->device;
	char name[LIMIT_NAME] = "", model[LIMIT_NAME] = "";
	struct error ignored = ERROR_INIT;
	struct utsname u = { .nodename = "" };

	(void)!read_release(p, "PRETTY_NAME", name, sizeof(name), &ignored);
	read_model(p, model, sizeof(model));
	if (p->live)
		(void)uname(&u);
	if (identify(&d->os, name, err) < 0 || identify(&d->model, model, err) < 0 ||
	    identify(&d->hostname, u.nodename, err) < 0 || identify(&d->kernel, u.release, err) < 0)
		return -1;
	return identify(&d->architecture, u.machine, err);
}
