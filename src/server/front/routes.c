/* SPDX-License-Identifier: Apache-2.0 */
#include "server/front/routes.h"

#include "base/limits.h"
#include "ipc/server_messages.h"
#include "server/front/api.h"

#define GET(p, h, m, d) \
	{ \
		.method = HTTP_GET, .path = (p), .handle = (h), .may = (m), .doc = (d) \
	}
#define DELETE(p, h, m, d) \
	{ \
		.method = HTTP_DELETE, .path = (p), .handle = (h), .may = (m), .doc = (d) \
	}
#define POST(p, t, n, h, m, d) \
	{ \
		.method = HTTP_POST, .path = (p), .body_max = (n), .type = (t), .handle = (h), \
		.may = (m), .doc = (d) \
	}

#define EST "/.well-known/est/"
/* base64 with line breaks is a third and a bit more. */
#define POST_CSR(p, h, m, d) POST(p, "application/pkcs10", LIMIT_CSR * 3 / 2, h, m, d)

static const struct http_route enrollment[] = {
	GET(EST "cacerts", est_cacerts, 0, "the issuers (RFC 7030 4.1)"),
	GET(EST "csrattrs", est_csrattrs, 0, "which key is wanted (RFC 7030 4.5)"),
	POST_CSR(EST "simpleenroll", est_simpleenroll, 0,
		 "a device's first certificate, by token and secret (RFC 7030 4.2.1)"),
	POST_CSR(EST "simplereenroll", est_simplereenroll, SERVER_REENROLL_IDENTITY,
		 "the next certificate, by the present one (RFC 7030 4.2.2)"),
	POST("/device/v1/renewals", "application/cms", LIMIT_DOCUMENT, device_renew, 0,
	     "the next certificate after expiry: the old key's CMS over a PKCS#10"),
	GET("/pki/{name}", public_pki, 0, "anchors and CRLs"),
};

static const struct http_route device[] = {
	POST_CSR(EST "evidence/simpleenroll", est_simplereenroll, SERVER_REENROLL_EVIDENCE,
		 "a certificate for the key that signs evidence"),
	POST_CSR(EST "simplereenroll", est_simplereenroll, SERVER_REENROLL_IDENTITY,
		 "the next certificate, by the present one (RFC 7030 4.2.2)"),
	POST("/device/v1/checkin", "application/json", LIMIT_IPC_BODY, device_checkin, 0,
	     "status, or its digest; answered with a head"),
	GET("/device/v1/instructions", device_instructions, 0,
	    "signed documents after a sequence number; held until there is one"),
	POST("/device/v1/records", "application/json", LIMIT_IPC_BLOB, device_records, 0,
	     "audit records and alerts"),
	GET("/pki/{name}", public_pki, 0, "anchors and CRLs"),
};

static const struct http_route administration[] = {
	GET("/api/v1/whoami", api_call, API_WHOAMI, "the caller's name, role and operations"),
	GET("/api/v1/version", api_call, API_VERSION, "server and enterprise"),
	GET("/api/v1/openapi.json", api_openapi, API_OPENAPI, "this API, as OpenAPI 3.1"),
	GET("/api/v1/tokens", api_call, API_TOKEN_LIST, "enrollment tokens"),
	POST("/api/v1/tokens", "application/json", LIMIT_IPC_BODY, api_call, API_TOKEN_CREATE,
	     "make an enrollment token"),
	DELETE("/api/v1/tokens/{id}", api_call, API_TOKEN_REVOKE, "revoke one"),
	GET("/api/v1/devices", api_call, API_DEVICE_LIST, "devices"),
	GET("/api/v1/devices/{id}", api_call, API_DEVICE_SHOW,
	    "one, with its settings, certificates and deliveries"),
	DELETE("/api/v1/devices/{id}", api_call, API_DEVICE_RETIRE, "retire one"),
	GET("/api/v1/records", api_call, API_RECORD_LIST, "audit records and alerts"),
	GET("/api/v1/instructions", api_call, API_INSTRUCTION_LIST, "published documents"),
	POST("/api/v1/instructions", "application/cms", LIMIT_DOCUMENT, api_publish, API_PUBLISH,
	     "publish a signed document (DER)"),
	GET("/api/v1/instructions/{id}", api_instruction, API_INSTRUCTION_SHOW,
	    "one, and how far it has come; held until all of it is there with ?wait=SECONDS"),
	GET("/api/v1/instructions/{id}/der", api_call, API_INSTRUCTION_DER, "its bytes"),
	DELETE("/api/v1/instructions/{id}", api_call, API_INSTRUCTION_CANCEL,
	       "call a command off, on every device that has not carried it out"),
	GET("/api/v1/pending", api_call, API_PENDING_LIST, "documents that lack signatures"),
	POST("/api/v1/pending", "application/cms", LIMIT_DOCUMENT, api_pending, API_PENDING_PUT,
	     "post one for others to sign (DER); with more signatures, in its own place"),
	GET("/api/v1/pending/{id}", api_call, API_PENDING_SHOW, "one"),
	GET("/api/v1/pending/{id}/der", api_call, API_PENDING_DER, "its bytes"),
	DELETE("/api/v1/pending/{id}", api_call, API_PENDING_REMOVE, "remove one"),
	POST("/api/v1/crl", "application/pkix-crl", LIMIT_CRL, api_crl, API_PUBLISH_CRL,
	     "publish a revocation list of the authority (DER)"),
	GET("/pki/{name}", public_pki, API_PKI, "anchors and CRLs"),
};

static const struct {
	const struct http_route *routes;
	size_t n;
} tables[] = {
	[LISTENER_DEVICE] = { device, ARRAY_SIZE(device) },
	[LISTENER_ENROLLMENT] = { enrollment, ARRAY_SIZE(enrollment) },
	[LISTENER_ADMINISTRATION] = { administration, ARRAY_SIZE(administration) },
};
_Static_assert(ARRAY_SIZE(tables) == LISTENER_MAX_, "every listener has its routes");

const struct http_route *routes_of(enum server_listener l, size_t *ret_n)
{
	*ret_n = tables[l].n;
	return tables[l].routes;
}
