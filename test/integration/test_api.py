# SPDX-License-Identifier: Apache-2.0
"""The administration API against its own description: every route that /api/v1/openapi.json lists is called on a running
server, and every answer is one that it promises, with a body that validates against the schema that it names."""
import json
import pathlib
import uuid

import jsonschema
import pytest

from testbed import process
from testbed.documents import Documents
from testbed.stock import enroll
from testbed.system import HOST

TREE = pathlib.Path(__file__).resolve().parents[2]
DESCRIPTION = json.loads((TREE / "docs/openapi.json").read_text())
OPERATIONS = {(path, method): operation for path, methods in DESCRIPTION["paths"].items() for method, operation in methods.items()}


class Api:
	"""curl with a person's login certificate."""

	def __init__(self, system):
		self.system, self.tree = system, system.operator.tree
		self.out = system.directory / "api"
		self.out.mkdir()

	def call(self, method, path, *words, data=None, kind=None):
		"""The status, the fields of the head in small letters, and the body."""
		(self.out / "body").unlink(missing_ok=True)
		words = [*words, "-I"] if method == "head" else [*words, "-X", method.upper()]
		if data is not None:
			(self.out / "request").write_bytes(data)
			words += ["--data-binary", f"@{self.out}/request", "-H", f"Content-Type: {kind}"]
		done = process.run([*self.system.network.enter(), "curl", "-sS", "--cacert", self.tree / "server.crt", "--cert",
				    self.tree / "login.crt", "--key", self.tree / "login.key", "-D", self.out / "head", "-o", self.out / "body",
				    "-w", "%{http_code}", *words, f"https://{HOST}:8445{path}"])
		rows = (line.split(": ", 1) for line in (self.out / "head").read_text().splitlines() if ": " in line)
		return int(done.stdout), {k.lower(): v for k, v in rows}, (self.out / "body").read_bytes() if (self.out / "body").exists() else b""


def resolve(part):
	"""A part of the description, or what it refers to."""
	while "$ref" in part:
		found = DESCRIPTION
		for key in part["$ref"].removeprefix("#/").split("/"):
			found = found[key]
		part = found
	return part


def check(operation, status, head, body):
	"""The answer is one that the operation promises."""
	response = resolve(operation["responses"].get(str(status), operation["responses"]["default"]))
	content = response.get("content", {})
	kind = head.get("content-type")
	assert kind in content if content else kind is None and not body, (status, kind, content)
	for name in response.get("headers", {}):
		assert name.lower() in head
	if "schema" in content.get(kind, {}):
		schema = dict(resolve(content[kind]["schema"]), components=DESCRIPTION["components"])
		jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(json.loads(body))


@pytest.fixture(scope="module")
def api(system):
	return Api(system)


@pytest.fixture(scope="module")
def things(system, api):
	"""What there is to ask for, by the beginning of a route: a device that never comes, a token, a document on its way to it,
	one that lacks a signature."""
	enroll(system, "kiosk-1")
	system.operator.muster("device", "assign", "kiosk-1", "--stream", "default")
	row = system.operator.json("device", "list")["devices"][0]
	documents = Documents(system.operator, system.directory / "documents", (row["id"], row["enrollment"]))
	made = {}
	for path, content in (("/api/v1/instructions", documents.trust(destructive=2)), ("/api/v1/instructions", documents.policy(2)),
			      ("/api/v1/pending", documents.command("unenroll", {}))):
		answer = api.call("post", path, data=documents.sign(content), kind="application/cms")
		assert answer[0] == 201, answer
		check(OPERATIONS[path, "post"], *answer)
		made[path + "/{id}"] = content["id"]
	return {**made, "documents": documents, "/api/v1/devices/{id}": row["id"],
		"/api/v1/tokens/{id}": json.loads(system.payload())["token"], "/pki/{name}": "server.crt"}


def target(path, things):
	names = [value for pattern, value in things.items() if path.startswith(pattern)]
	return path.replace("{id}", *names).replace("{name}", *names) if names else path


def test_the_document_of_the_tree_is_the_servers(api):
	status, head, body = api.call("get", "/api/v1/openapi.json")
	assert status == 200 and head["content-type"] == "application/json"
	assert json.loads(body) == DESCRIPTION


def test_the_document_says_what_it_means(things):
	for name, schema in DESCRIPTION["components"]["schemas"].items():
		jsonschema.Draft202012Validator.check_schema(schema)
		assert schema["description"], name
	ids = [operation["operationId"] for operation in OPERATIONS.values()]
	assert len(set(ids)) == len(ids) >= 15
	for (path, _), operation in OPERATIONS.items():
		stated = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
		assert stated == {word[1:-1] for word in path.split("/") if word.startswith("{")}, path


QUERY = {"device": "kiosk-1", "type": "policy", "after": "1", "since": "2026-01-01T00:00:00Z", "limit": "1", "wait": "0",
	 "state": "delivered"}


@pytest.mark.parametrize("path", [path for path, method in OPERATIONS if method == "get"])
def test_what_is_read_is_as_described(api, things, path):
	operation = OPERATIONS[path, "get"]
	answer = api.call("get", target(path, things))
	assert answer[0] == 200
	check(operation, *answer)
	for parameter in (p for p in operation["parameters"] if p["in"] == "query"):
		answer = api.call("get", f"{target(path, things)}?{parameter['name']}={QUERY[parameter['name']]}")
		assert answer[0] == 200, (parameter, answer)
		check(operation, *answer)


@pytest.mark.parametrize("path", [path for path, method in OPERATIONS if method == "get"])
def test_head_is_answered_as_get_is(api, things, path):
	status, head, body = api.call("get", target(path, things))
	quiet, same, nothing = api.call("head", target(path, things))
	assert (quiet, nothing.split(b"\r\n\r\n", 1)[1:]) == (status, [b""])
	assert same["content-type"] == head["content-type"] and int(same["content-length"]) > 0
	if path != "/api/v1/records": # where a login has become one more
		assert int(same["content-length"]) == len(body)


@pytest.mark.parametrize("path, method", [o for o in OPERATIONS if "{" in o[0]])
def test_what_is_not_there_is_an_error_as_described(api, path, method):
	answer = api.call(method, path.replace("{id}", str(uuid.uuid4())).replace("{name}", "none.crt"))
	assert answer[0] == 404
	check(OPERATIONS[path, method], *answer)


@pytest.mark.parametrize("path", DESCRIPTION["paths"])
def test_a_method_that_is_not_described_is_not_there(api, things, path):
	described = {m.upper() for m in DESCRIPTION["paths"][path]}
	status, head, _ = api.call("put", target(path, things))
	assert status == 405
	assert set(head["allow"].split(", ")) == described | ({"HEAD"} if "GET" in described else set())


def test_a_token_is_made_and_revoked(api):
	create = OPERATIONS["/api/v1/tokens", "post"]
	spec = resolve(create["requestBody"]["content"]["application/json"]["schema"])
	request = {"note": "of a test", "lifetimeS": 60, "count": 2, "models": ["M1"], "ownership": "personal"}
	jsonschema.Draft202012Validator(spec).validate(request)
	answer = api.call("post", "/api/v1/tokens", data=json.dumps(request).encode(), kind="application/json")
	assert answer[0] == 201
	check(create, *answer)
	row = next(t for t in json.loads(api.call("get", "/api/v1/tokens")[2])["tokens"] if t["note"] == "of a test")
	assert row["count"] == 2 and row["ownership"] == "personal"
	answer = api.call("delete", f"/api/v1/tokens/{row['id']}")
	assert answer[0] == 204
	check(OPERATIONS["/api/v1/tokens/{id}", "delete"], *answer)
	for bad in (dict(request, count=0), dict(request, colour="red")):
		with pytest.raises(jsonschema.ValidationError):
			jsonschema.Draft202012Validator(spec).validate(bad)
		answer = api.call("post", "/api/v1/tokens", data=json.dumps(bad).encode(), kind="application/json")
		assert answer[0] == 400
		check(create, *answer)


def test_a_document_is_published_once(system, api, things):
	publish = OPERATIONS["/api/v1/instructions", "post"]
	documents = Documents(system.operator, system.directory / "more-documents")
	der = documents.sign(documents.policy(3))
	for want in (201, 200):
		answer = api.call("post", "/api/v1/instructions", data=der, kind="application/cms")
		assert answer[0] == want and want in [int(s) for s in publish["responses"] if s.isdigit()]
		check(publish, *answer)
	answer = api.call("post", "/api/v1/instructions", data=documents.sign(documents.policy(4), documents.online), kind="application/cms")
	assert answer[0] == 422 and json.loads(answer[2])["error"]["reason"] == "signer-online"
	check(publish, *answer)


def test_what_was_posted_is_taken_back(system, api, things):
	documents = things["documents"]
	for place, name, want in (("pending", "unenroll", 204), ("instructions", "lock", 200)):
		content = documents.command(name, {})
		answer = api.call("post", f"/api/v1/{place}", data=documents.sign(content), kind="application/cms")
		assert answer[0] == 201, answer
		answer = api.call("delete", f"/api/v1/{place}/{content['id']}")
		assert answer[0] == want
		check(OPERATIONS[f"/api/v1/{place}/{{id}}", "delete"], *answer)
	assert system.records(event="pending-removed")


def test_a_revocation_list_is_published(system, api):
	system.operator.muster("trust", "crl")
	crl = (system.operator.tree / "channel/authority.crl").read_bytes()
	for body, want in ((crl, 204), (crl[:-1], 422)):
		answer = api.call("post", "/api/v1/crl", data=body, kind="application/pkix-crl")
		assert answer[0] == want, answer
		check(OPERATIONS["/api/v1/crl", "post"], *answer)


def test_a_wait_that_ends_is_answered_with_nothing(api, things):
	show = OPERATIONS["/api/v1/instructions/{id}", "get"]
	for query, want in (("wait=1&state=proven", 204), ("wait=1&state=asleep", 400), ("wait=901", 400)):
		answer = api.call("get", f"{target('/api/v1/instructions/{id}', things)}?{query}")
		assert answer[0] == want, answer
		check(show, *answer)


def test_a_device_is_retired(system, api):
	enroll(system, "kiosk-2")
	row = next(d for d in system.operator.json("device", "list")["devices"] if d["hostname"] == "kiosk-2")
	answer = api.call("delete", f"/api/v1/devices/{row['id']}")
	assert answer[0] == 204
	check(OPERATIONS["/api/v1/devices/{id}", "delete"], *answer)
	answer = api.call("get", f"/api/v1/devices/{row['id']}")
	assert json.loads(answer[2])["device"]["state"] == "retired"
	check(OPERATIONS["/api/v1/devices/{id}", "get"], *answer)
