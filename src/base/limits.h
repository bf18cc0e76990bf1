/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Everything that a peer can grow has its limit here, with the reason. Bytes unless named. */

/* Documents: a policy with a hundred trust anchors and Wi-Fi profiles is under 300 KB. */
#define LIMIT_DOCUMENT (512u * 1024)
#define LIMIT_DOCUMENT_CONTENT (384u * 1024) /* the JSON in it */
#define LIMIT_SIGNERS 16u		     /* signatures on one document */
#define LIMIT_DOCUMENT_CERTS 32u	     /* certificates embedded in one document */
#define LIMIT_DOCUMENT_CRLS 16u
#define LIMIT_CRL (256u * 1024)
#define LIMIT_CERT (16u * 1024)

/* JSON: jansson recurses; our deepest document has eight levels. */
#define LIMIT_JSON_DEPTH 32

/* Trust: persons and roles of one enterprise. */
#define LIMIT_TRUST_SIGNERS 64
#define LIMIT_TRUST_ANCHORS 4
#define LIMIT_TRUST_TARGETS 100000

/* A document's own lists. */
#define LIMIT_DESTRUCTIVE_LIFE_S (24 * 3600) /* seconds: nothing destructive waits in a drawer */
#define LIMIT_TARGETS 1000		     /* devices named by one command */
#define LIMIT_GROUPS 32			     /* groups of one device */
#define LIMIT_SETTINGS 64		     /* settings of one policy */
#define LIMIT_HEAD_STREAMS 64		     /* streams named by one head */
#define LIMIT_HEAD_CANCELLED 256
#define LIMIT_HEAD_LIFE_S (24 * 3600) /* seconds between a head's time and its notAfter */
/* Seconds past the device's own clock that a head moves trusted time: TLS, which is judged by that
 * clock, would not have come about with one that is further behind. */
#define LIMIT_HEAD_AHEAD_S (2 * 86400)
#define LIMIT_HEAD_ISSUERS 16
#define LIMIT_ENROLLMENT 4096 /* a payload; a QR code holds under 3 KB */
#define LIMIT_NAME 128	      /* names of things, in characters */
#define LIMIT_TEXT 2000	      /* texts for people: banners, messages, resolutions */
#define LIMIT_URL 256

/* Records: one request of the device carries at most this many. */
#define LIMIT_RECORDS 200
#define LIMIT_RECORD 8192
#define LIMIT_SIGNATURE 256 /* bytes: DER ECDSA on P-521 is 139 */

/* Channels between our own processes: header + body + blob. */
#define LIMIT_IPC_BODY (512u * 1024)
#define LIMIT_IPC_BLOB (4u * 1024 * 1024)
#define LIMIT_IPC_QUEUE (16u * 1024 * 1024) /* unsent bytes before the peer counts as stuck */

/* HTTP. A head of ours is under 1 KB; curl and browsers stay under 4 KB. */
#define LIMIT_HTTP_HEAD (16u * 1024)
#define LIMIT_HTTP_LINE 4096u
#define LIMIT_HTTP_FIELDS 48
#define LIMIT_HTTP_PARAMS 4		    /* {names} in one route's path */
#define LIMIT_HTTP_REPLY (8u * 1024 * 1024) /* a body that a client of ours accepts */
#define LIMIT_HTTP_AHEAD (64u * 1024)	    /* read behind a request that is not answered yet */
#define LIMIT_HTTP_IN_FLIGHT 16		    /* requests of one client without a reply */
#define LIMIT_HTTP_CONNECTIONS 20000u	    /* of one listener of one front: 24 KB each */
/* Seconds: what a peer may take. A handshake crosses a bad mobile network in five. */
#define LIMIT_HTTP_HANDSHAKE_S 15
#define LIMIT_HTTP_HEAD_S 20   /* from a request's first byte to its head's last */
#define LIMIT_HTTP_BODY_S 60   /* from there to the body's last */
#define LIMIT_HTTP_IDLE_S 120  /* between requests */
#define LIMIT_HTTP_ANSWER_S 60 /* our own processes' work on a request */
#define LIMIT_HTTP_WRITE_S 30  /* without the peer taking a byte */
#define LIMIT_HTTP_HOLD_S 900  /* the longest wait of a held request */
#define LIMIT_HTTP_LINGER_S 2  /* after our last word, so that a reset does not outrun it */
#define LIMIT_HTTP_RETRY_S 1   /* with a 429: every bucket gains at least one in it */
#define LIMIT_HTTP_CALL_S 30   /* the CLI: connecting, and a reply */

/* TLS sessions that may be resumed, of a machine: 130 MB where every place is used. A session with
 * its certificate is 1 KB; one is resumed once, and within this time. */
#define LIMIT_CACHE_ENTRIES 65536u
#define LIMIT_CACHE_ENTRY 1920u
#define LIMIT_TLS_SESSION_S (24u * 3600)

/* Files that people write: configuration and policies. A hand-written policy has a few hundred
 * values. */
#define LIMIT_CONF (1024u * 1024)
#define LIMIT_CONF_NODES 20000u /* values in one file */

/* Between the server's processes, and the server's own lists. */
#define LIMIT_INSTRUCTIONS 64 /* documents in one answer to a device; it asks again */
#define LIMIT_PENDING 100     /* documents that wait for signatures */
#define LIMIT_ROSTER 20000    /* devices that one signer knows */
#define LIMIT_ROSTER_FILE (16u * 1024 * 1024)
#define LIMIT_PKI_ITEMS 32	     /* files below /pki/ */
#define LIMIT_REFUSALS 1000u	     /* of strangers, an hour, each a record; then counted */
#define LIMIT_RECORD_GAP 1000000000u /* records lost at once: no trail misses more */
#define LIMIT_WAKE 1000		     /* devices named by one wake-up; more: everyone */
#define LIMIT_PAGE 200		     /* rows of one page of a list */
#define LIMIT_CRL_ENTRIES 4000	     /* certificates on one CRL: fits LIMIT_CRL and a frame */
#define LIMIT_TOKEN_COUNT 100000     /* devices that one token may enroll */
#define LIMIT_TOKEN_VALUES 1000	     /* hardware ids or models that one token names */
#define LIMIT_TOKEN_LIFETIME_S (90u * 86400)
#define LIMIT_TOKEN_LIFETIME_DEFAULT_S 86400u
#define LIMIT_TOUCH_S 30    /* a device's last contact is written at most this often */
#define LIMIT_PENDING_S 600 /* a claimed enrollment whose certificate never came */
#define LIMIT_RENEWAL_GRACE_S (30u * 86400) /* after a device certificate's expiry */
#define LIMIT_CONNECTED_S 1800 /* without a word for longer, a device counts as not connected */
#define LIMIT_ONLINE_LIFETIME_S 86400u /* of a command that the online signer signs */

/* What the channel tree's keys make. */
#define LIMIT_DEVICE_CERT_S (365u * 86400) /* life of a device's certificate */
#define LIMIT_CRL_S (7u * 86400)	   /* life of a CRL, and how often a new one is made: */
#define LIMIT_CHANNEL_CRL_S (31 * 86400)   /* what a device believes of that life */
#define LIMIT_CRL_PERIOD_S 86400u	   /* a life of at least four periods */
#define LIMIT_HEAD_S 86400u		   /* life of a head */
#define LIMIT_STAPLE_S 86400u		   /* of a stapled response, asked for four times in it */
#define LIMIT_BACKDATE_S 300u		   /* clocks of devices that are this late still agree */

/* X.509: our chains have one or two authorities; the system's bundle of roots has about 150. */
#define LIMIT_CHAIN_DEPTH 4 /* authorities between the end certificate and the anchor */
/* One judgement, whatever a peer sends: cross-signed authorities of good peers need a tenth. */
#define LIMIT_CHAIN_SIGNATURES 96 /* verified while chains are sought */
#define LIMIT_CHAIN_STEPS 65536u  /* pairs of certificates looked at: two full lists, 64 times */
#define LIMIT_CHAIN_TRIES 16u	  /* whole chains judged */
#define LIMIT_CERTS 512u	  /* in one list */
#define LIMIT_CRLS 64u		  /* in one list */
#define LIMIT_OCSP (24u * 1024)	  /* public responses are under 3 KB, a big delegate included */
#define LIMIT_OCSPS 64u		  /* in one list */
#define LIMIT_OCSP_SINGLES 16u	  /* answers in one response, questions in one query */
#define LIMIT_OCSP_CERTS 4u	  /* in one response: the delegate, and what a server adds */
#define LIMIT_OCSP_QUERY (4u * 1024)
#define LIMIT_OCSP_NONCE 128u		 /* octets: RFC 9654 */
#define LIMIT_OCSP_SERIAL 20u		 /* octets: RFC 5280 4.1.2.2 */
#define LIMIT_OCSP_AGE_S (10 * 86400)	 /* good is good for this long, whatever nextUpdate says */
#define LIMIT_OCSP_SIGNER_S (31 * 86400) /* life of a delegate: nobody can revoke it */
#define LIMIT_SUFFIXES (1024u * 1024)	 /* the public suffix list: 240 KiB in 2023 */
#define LIMIT_CERT_FILE (1024u * 1024)	 /* a PEM bundle */
#define LIMIT_CSR (8u * 1024)		 /* a request with an RSA key of 8192 bits is 2.5 KB */
#define LIMIT_PROGRAM (64u << 20)	 /* one of our executables */
#define LIMIT_MANIFEST (64u * 1024)	 /* of executables, signed */
#define LIMIT_MANIFEST_FILES 100u
#define LIMIT_STATUS_KEYS 8u		  /* a device's own keys */
#define LIMIT_KEY_FILE (16u * 1024)	  /* a PEM private key */
#define LIMIT_KEY_URI 1024u		  /* characters: names of a token and a key, two paths */
#define LIMIT_KEY_STORE_PATHS 12u	  /* what the driver of a server's key store opens */
#define LIMIT_KEY_LABEL 255u		  /* bytes of a key's label or id in a token */
#define LIMIT_PIN 256u			  /* bytes of a pin-source file */
#define LIMIT_TOKEN_SLOTS 64u		  /* tokens of all modules at once */
#define LIMIT_TPM_BLOB 1024u		  /* one half of a wrapped P-256 key is under 200 bytes */
#define LIMIT_CERT_NAMES 64u		  /* subjectAltNames of a kind that are kept */
#define LIMIT_NAME_TEXT 256		  /* bytes of a distinguished name shown to people */
#define LIMIT_TLS_PEER_CERTS (48u * 1024) /* all that a peer sends in its Certificate message */

/* Arguments of functions.def. Rules that nobody could meet are no policy. */
#define LIMIT_PASSWORD_LENGTH 64 /* a minimum above this is a lock-out by another name */
#define LIMIT_PASSWORD_CLASS 16
#define LIMIT_ONC_NETWORKS 32
#define LIMIT_ONC_CAS 4
#define LIMIT_ANCHORS 32
#define LIMIT_SERVICES 64
#define LIMIT_UNIT_NAME 200    /* systemd allows 255, with its own suffixes */
#define LIMIT_ACCESS_NAMES 128 /* users, and groups, of localAccountAccess */
#define LIMIT_STATUS_TEXT 600  /* one line of a setting's status */

/* The device's own processes. */
#define LIMIT_UNDO_OBJECT 512	       /* "file:" and a path */
#define LIMIT_UNDO (2u * 1024 * 1024)  /* one record: a whole file, base64 in JSON */
#define LIMIT_UNDO_RECORDS 4096	       /* of one run: every file, unit and connection touched */
#define LIMIT_STATE_LINE 2000	       /* wanted, read back: one line for people */
#define LIMIT_AGENT_CHAIN (64u * 1024) /* PEM of a certificate's issuers */
#define LIMIT_PAYLOAD 4096	       /* an enrollment payload fits a QR code (2953 bytes) */
#define LIMIT_SECRET 256
#define LIMIT_QUEUE 20000 /* records that wait for the server: weeks of a busy device, 10 MB */
/* Instructions that wait in the agent's manager: twice what one answer of the server may hold,
 * since some may wait for a trust document that comes later. */
#define LIMIT_INTAKE 128
#define LIMIT_INTAKE_BYTES (16u * 1024 * 1024) /* twice LIMIT_HTTP_REPLY */
#define LIMIT_INTAKE_HELD 32		       /* that wait for such a trust document */
#define LIMIT_ORDERS 16			       /* commands that wait for their time */
#define LIMIT_CONTROL_CLIENTS 16	       /* at the control socket at once; of those: */
#define LIMIT_CONTROL_ROOT 4		       /* kept for root */
#define LIMIT_CONTROL_PER_USER 2	       /* of one user */
#define LIMIT_CONTROL_IDLE_S 10		       /* a user's connection that asks nothing */
#define LIMIT_CONTROL_DENIED_S 60	       /* one record of a user's attempts in this time */

/* The server's own processes. */
#define LIMIT_SERVER_RETRY_MS 100 /* before a failed process is started anew; doubles to 13 s */
#define LIMIT_SERVER_ALONE_MS \
	1000 /* front and key without core: longer than a new one takes to come */
#define LIMIT_SERVER_PROVEN_S 30 /* a process that was ready this long may fail anew */
#define LIMIT_SERVER_STOP_S 10	 /* to end in order, before it is killed */
#define LIMIT_SERVER_AUDIT_RATE \
	20 /* refusals that one front reports a second: the rest is logged */

/* The platform's drivers. */
#define LIMIT_PLATFORM_FILE (1024u * 1024) /* a file of the device that a setting changes */
#define LIMIT_RUN_OUTPUT (256u * 1024)	   /* kept of what a program of the distribution says */

/* Catalogues: EN 303 645 has 78 provisions, the largest profile of ours some 300. */
#define LIMIT_CATALOG_CONTROLS 1000
#define LIMIT_CATALOG_CASES 16 /* of one control */
#define LIMIT_CATALOG_UNITS 32 /* of one case */
#define LIMIT_CATALOG_IDS 256  /* in one list of references */

/* Facts: a laptop has 400 services and 3,000 packages. */
#define LIMIT_FACTS 512
#define LIMIT_FACT_ITEMS 8192
#define LIMIT_EVIDENCE (4u * 1024 * 1024)
#define LIMIT_PROBE_S 10 /* seconds: a program that a probe asks */
