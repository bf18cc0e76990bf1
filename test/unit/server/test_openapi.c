/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "server/front/api.h"
#include "server/front/routes.h"

#include <string.h>

static json_t *document(void)
{
	struct error err = ERROR_INIT;
	json_t *d = NULL;

	CHECK_OK(openapi_document(&d, &err), err);
	return d;
}

static void every_route(void)
{
	auto_json json_t *d = document();
	const json_t *paths = json_object_get(d, "paths");
	size_t n, described = 0;
	const struct http_route *routes = routes_of(LISTENER_ADMINISTRATION, &n);
	const char *path;
	json_t *methods;

	for (size_t i = 0; i < n; i++)
		CHECK(json_object_get(paths, routes[i].path));
	json_object_foreach ((json_t *)paths, path, methods)
		described += json_object_size(methods);
	CHECK(described == n && n == API_CALL_MAX_);
}

/* Every {"$ref": "#/components/…/name"} below a value leads somewhere. */
static unsigned references(const json_t *d, const json_t *v)
{
	const char *key, *to = json_string_value(json_object_get(v, "$ref"));
	unsigned n = 0;
	json_t *part;
	size_t i;

	if (to) {
		char folder[32], name[64];

		CHECK(sscanf(to, "#/components/%31[^/]/%63[^/]", folder, name) == 2);
		CHECK(json_object_get(json_object_get(json_object_get(d, "components"), folder),
				      name));
		n++;
	}
	json_object_foreach ((json_t *)v, key, part)
		n += references(d, part);
	json_array_foreach (v, i, part)
		n += references(d, part);
	return n;
}

static void every_reference(void)
{
	auto_json json_t *d = document();

	CHECK(references(d, d) > 40);
}

/* Who asks is known by the certificate, and is no parameter of anything. */
static void no_caller(void)
{
	auto_json json_t *d = document();
	auto_free char *text = json_dumps(d, 0);

	CHECK(text && !strstr(text, "\"caller\""));
}

static const struct check_case cases[] = {
	{ "openapi: every route is described, and nothing else", every_route },
	{ "openapi: every reference leads to a schema or a response", every_reference },
	{ "openapi: nobody is asked who they are", no_caller },
};
CHECK_MAIN(cases)
