/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /api/v1/openapi.json: what the administration listener answers, written from the tables by
 * which it answers, so that neither can say what the other does not.
 */
#include <stdio.h>
#include <string.h>

#include "base/error_wire.h"
#include "server/front/api.h"
#include "server/front/routes.h"

enum { TABLES = 32 };

/* Tables that were referred to; each becomes a schema of the document. */
struct schemas {
	const struct jmap_table *tables[TABLES];
	size_t n;
	bool broken; /* out of memory, or of TABLES */
};

/* Set a key; value is owned. */
static void put(struct schemas *s, json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) < 0)
		s->broken = true;
}

static const char *const media[][2] = {
	[API_NOTHING] = { NULL, NULL },
	[API_JSON] = { "application/json", NULL },
	[API_CMS] = { "application/cms", NULL },
	[API_PKIX] = { "application/pkix-cert", "application/pkix-crl" },
};

static json_t *reference(struct schemas *s, const struct jmap_table *t)
{
	size_t i = 0;

	while (i < s->n && s->tables[i] != t)
		i++;
	if (i == TABLES)
		return NULL;
	s->tables[i] = t;
	s->n += i == s->n;
	return json_pack("{s:s+}", "$ref", "#/components/schemas/", t->name);
}

/* ---- schemas ---- */

static bool is_object(const struct jmap *f)
{
	return f->type == &jmap_object || f->type == &jmap_optional;
}

/* A table's schema, whose parts of tables of their own are references. */
static json_t *schema_of(struct schemas *s, const struct jmap_table *t)
{
	struct error ignored = ERROR_INIT;
	json_t *whole = NULL, *properties;

	if (jmap_schema(t, &whole, &ignored) < 0)
		return NULL;
	properties = json_object_get(whole, "properties");
	for (size_t i = 0; i < t->n_fields; i++) {
		const struct jmap *f = &t->fields[i];
		json_t *part = json_object_get(properties, f->key);

		if (is_object(f))
			put(s, properties, f->key, reference(s, f->sub));
		else if (f->type == &jmap_array)
			put(s, part, "items", reference(s, f->sub));
	}
	return whole;
}

/* Those that a schema refers to come behind it. */
static json_t *schemas_of(struct schemas *s)
{
	json_t *all = json_object();

	for (size_t i = 0; i < s->n; i++)
		put(s, all, s->tables[i]->name, schema_of(s, s->tables[i]));
	return all;
}

/* ---- requests ---- */

static void add_parameter(struct schemas *s, json_t *list, const char *place, const struct jmap *f)
{
	if (json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:s, s:o}", "name", f->key, "in",
						  place, "required", strcmp(place, "path") == 0,
						  "description", f->doc, "schema",
						  f->type->schema(f))) < 0)
		s->broken = true;
}

/* Who asks is known by the certificate. */
static void add_table(struct schemas *s, json_t *list, const char *place,
		      const struct jmap_table *t)
{
	for (size_t i = 0; i < t->n_fields; i++)
		if (t->fields[i].type != &jmap_object)
			add_parameter(s, list, place, &t->fields[i]);
}

static json_t *parameters(struct schemas *s, enum api_input input)
{
	static const struct jmap file = {
		.key = "name", .type = &jmap_str, .min = 1, .doc = "such as server.crt, server.crl"
	};
	json_t *list = json_array();

	if (input == API_QUERY)
		add_table(s, list, "query", &admin_query_table);
	if (input == API_NAMED || input == API_WAIT)
		add_table(s, list, "path", &admin_named_table);
	if (input == API_WAIT)
		add_table(s, list, "query", &api_wait_table);
	if (input == API_FILE)
		add_parameter(s, list, "path", &file);
	return list;
}

static json_t *request_body(struct schemas *s, const struct http_route *r,
			    const struct api_row *row)
{
	json_t *content = row->input == API_TOKEN ? json_pack("{s:o}", "schema",
							      reference(s, &admin_token_spec_table))
						  : json_object();

	return json_pack("{s:b, s:{s:o}}", "required", 1, "content", r->type, content);
}

/* ---- answers ---- */

static void add_content(struct schemas *s, const struct api_row *row, json_t *response)
{
	const struct jmap_table *t = server_protocol.types[row->reply].table;
	json_t *content = json_object();

	for (size_t i = 0; i < ARRAY_SIZE(media[0]) && media[row->answer][i]; i++)
		put(s, content, media[row->answer][i],
		    row->answer == API_JSON && t ? json_pack("{s:o}", "schema", reference(s, t))
						 : json_object());
	put(s, response, "content", content);
}

static void add_response(struct schemas *s, const struct api_row *row, int status, json_t *all)
{
	json_t *response;
	char name[8];

	if (status == 0)
		return;
	response = json_pack("{s:s}", "description", http_status_text(status));
	if (status != 204)
		add_content(s, row, response);
	(void)snprintf(name, sizeof(name), "%d", status);
	put(s, all, name, response);
}

static json_t *operation(struct schemas *s, const struct http_route *r)
{
	const struct api_row *row = &api_rows[r->may];
	json_t *responses = json_pack("{s:{s:s}, s:{s:s}}", "429", "$ref",
				      "#/components/responses/TooManyRequests", "default", "$ref",
				      "#/components/responses/Error");
	json_t *o = json_pack("{s:s, s:s, s:o, s:o}", "operationId", row->name, "summary", r->doc,
			      "parameters", parameters(s, row->input), "responses", responses);

	add_response(s, row, row->status, responses);
	add_response(s, row, row->also, responses);
	if (r->method == HTTP_POST)
		put(s, o, "requestBody", request_body(s, r, row));
	return o;
}

static const char *verb(enum http_method m)
{
	return m == HTTP_GET ? "get" : m == HTTP_POST ? "post" : "delete";
}

static json_t *paths(struct schemas *s)
{
	json_t *all = json_object();
	size_t n;
	const struct http_route *routes = routes_of(LISTENER_ADMINISTRATION, &n);

	for (size_t i = 0; i < n; i++) {
		json_t *path = json_object_get(all, routes[i].path);

		if (!path) {
			path = json_object();
			put(s, all, routes[i].path, path);
		}
		put(s, path, verb(routes[i].method), operation(s, &routes[i]));
	}
	return all;
}

static json_t *components(struct schemas *s)
{
	json_t *error = json_pack("{s:{s:o}}", "application/json", "schema",
				  reference(s, &error_wire_table));
	json_t *responses =
		json_pack("{s:{s:s, s:O}, s:{s:s, s:{s:{s:s, s:{s:s}}}, s:o}}", "Error",
			  "description", "what went wrong", "content", error, "TooManyRequests",
			  "description", "asked too often", "headers", "Retry-After", "description",
			  "seconds until it is worth while again", "schema", "type", "integer",
			  "content", error);

	return json_pack("{s:{s:{s:s, s:s}}, s:o, s:o}", "securitySchemes", "loginCertificate",
			 "type", "mutualTLS", "description",
			 "a client certificate of the login issuer", "responses", responses,
			 "schemas", schemas_of(s));
}

int openapi_document(json_t **ret, struct error *err)
{
	struct schemas s = { .n = 0 };
	auto_json json_t *all = paths(&s);
	json_t *d = json_pack(
		"{s:s, s:{s:s, s:s, s:s, s:{s:s, s:s}}, s:[{s:s, s:{s:{s:s}}}], s:[{s:[]}], s:O, "
		"s:o}",
		"openapi", "3.1.0", "info", "title", "Muster administration", "version",
		MUSTER_VERSION, "description",
		"What a person may ask of the server. HEAD is answered wherever GET is. An "
		"instruction is signed before it is published here, by a key that the server does "
		"not have.",
		"license", "name", "Apache-2.0", "identifier", "Apache-2.0", "servers", "url",
		"https://{host}:8445", "variables", "host", "default", "mdm.example.com",
		"security", "loginCertificate", "paths", all, "components", components(&s));

	if (!d || s.broken) {
		json_decref(d);
		return error_set(err, ERROR_UNAVAILABLE, "no memory for the API's description");
	}
	*ret = d;
	return 0;
}

void api_openapi(struct http_exchange *x, const struct http_route *r)
{
	auto_http_reply struct http_reply reply = { .status = 200, .type = "application/json" };
	auto_json json_t *document = NULL;
	struct error err = ERROR_INIT;

	(void)api_caller(x); /* whose first request this may be */
	if (openapi_document(&document, &err) < 0 || jmap_dump(document, &reply.body, &err) < 0)
		api_error(x, &err);
	else
		http_exchange_answer(x, &reply);
}
