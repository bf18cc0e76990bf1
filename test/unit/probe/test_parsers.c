/* SPDX-License-Identifier: Apache-2.0 */
/* The readers of what the kernel and the system's files say. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "probe/accounts.h"
#include "probe/elf.h"
#include "probe/keyring.h"
#include "probe/mounts.h"
#include "probe/secrets.h"
#include "probe/ssh.h"
#include "probe/updates.h"
#include "probe/world.h"

static const struct {
	const char *line, *address;
	unsigned port;
	bool loopback;
} sockets[] = {
	{ "   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0       "
	  " 0 "
	  "17 1 0000 100 0 0 10 0",
	  "0.0.0.0", 22, false },
	{ "   1: 0100007F:0277 00000000:0000 0A 00000000:00000000 00:00000000 00000000   104       "
	  " 0 "
	  "18 1 0000 100 0 0 10 0",
	  "127.0.0.1", 631, true },
	{ "   2: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A "
	  "00000000:00000000 00:00000000 00000000     0        0 19 1 0000 100 0 0 10 0",
	  "::1", 8080, true },
	{ "   3: 0000000000000000FFFF00000100007F:1F90 00000000000000000000000000000000:0000 0A "
	  "00000000:00000000 00:00000000 00000000     0        0 19 1 0000 100 0 0 10 0",
	  "127.0.0.1", 8080, true },
};

static void test_sockets(void)
{
	static const char *const bad[] = { "", "x", "  0: 000:0016 0:0 0A",
					   "   0: 00000000:0016 00000000:0000 0A 00000000" };
	struct error err = ERROR_INIT;
	struct listener l;

	for (size_t i = 0; i < ARRAY_SIZE(sockets); i++) {
		CHECK_OK(listener_parse(sockets[i].line, &l, &err), err);
		CHECK_STR(l.address, sockets[i].address);
		CHECK(l.port == sockets[i].port && l.loopback == sockets[i].loopback);
		CHECK(l.inode == 17 + (i > 2 ? 2 : i) && l.state == 10);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK_ERROR(listener_parse(bad[i], &l, &err), err, ERROR_INVALID);
}

static void test_processes(void)
{
	char good[] = "Name:\tsshd\nUid:\t0\t33\t0\t0\nCapEff:\t00000000000000ff\nCapBnd:\t"
		      "00000000000001ff\nVmSize:\t  100 kB\nNoNewPrivs:\t1\nSeccomp:\t2\n"
		      "Seccomp_filters:\t3\n";
	char thread[] = "Name:\tkthreadd\nUid:\t0 0 0 0\nCapEff:\t0\nCapBnd:\t0\n";
	char cut[] = "Name:\tx\nUid:\t0 0 0 0\n";
	char group[] = "0::/system.slice/ssh.service\n";
	char person[] = "0::/user.slice/user-1000.slice/session-1.scope\n";
	struct process x = { 0 };
	struct error err = ERROR_INIT;
	bool user;

	CHECK_OK(process_parse(good, &x, &user, &err), err);
	CHECK(user && x.uid == 0 && x.euid == 33 && x.cap_effective == 0xff &&
	      x.cap_bounding == 0x1ff && x.no_new_privileges && x.filters == 3);
	CHECK_STR(x.name, "sshd");
	process_unit(group, &x);
	CHECK_STR(x.unit, "ssh.service");
	CHECK(x.system);
	process_unit(person, &x);
	CHECK_STR(x.unit, "session-1.scope");
	CHECK(!x.system);
	CHECK_OK(process_parse(thread, &x, &user, &err), err);
	CHECK(!user);
	CHECK_ERROR(process_parse(cut, &x, &user, &err), err, ERROR_INVALID);
}

static void test_accounts(void)
{
	char good[] = "alice:x:1000:1000:Alice:/home/alice:/bin/bash", cut[] = "alice:x:1000",
	     odd[] = "alice:x:1000x:0:::/bin/sh",
	     shadow[] = "alice:$6$x$y:19000:0:99999:7:::", nothing[] = "", day[] = "alice:x:never";
	struct account a;
	struct secret s;

	CHECK(account_parse(good, &a));
	CHECK_STR(a.name, "alice");
	CHECK_STR(a.shell, "/bin/bash");
	CHECK(a.uid == 1000);
	CHECK(!account_parse(cut, &a) && !account_parse(odd, &a));
	CHECK(secret_parse(shadow, &s) && s.changed == 19000);
	CHECK_STR(s.hash, "$6$x$y");
	CHECK(!secret_parse(nothing, &s) && !secret_parse(day, &s));
}

/* Made by crypt(3) with cheap salts. */
static const struct {
	const char *hash, *scheme;
	bool common, empty;
} hashes[] = {
	{ "$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/", "md5crypt", true, false }, /* password */
	{ "!", NULL, false, false },
	{ "*", NULL, false, false },
	{ "ab4rNohTlj35Q", "des", false, false },
};

static void test_hashes(void)
{
	struct error err = ERROR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(hashes); i++) {
		const char *scheme = hash_scheme(hashes[i].hash);
		bool common, empty, known;

		CHECK((scheme != NULL) == (hashes[i].scheme != NULL));
		if (!scheme)
			continue;
		CHECK_STR(scheme, hashes[i].scheme);
		CHECK_OK(hash_is_common("bob", hashes[i].hash, &common, &empty, &known, &err), err);
		CHECK(known && common == hashes[i].common && empty == hashes[i].empty);
	}
}

static void test_sshd(void)
{
	char bad[] =
		"port 22\npasswordauthentication yes\npermitemptypasswords yes\npermitrootlogin "
		"yes\nkbdinteractiveauthentication no\n";
	char keys[] = "passwordauthentication no\nkbdinteractiveauthentication no\npermitrootlogin "
		      "yes\npermitemptypasswords yes\npersourcepenalties crash:90 noauth:1\n";
	char other[] = "sshd: no hostkeys available -- exiting.\n";
	struct error err = ERROR_INIT;
	struct sshd s;

	CHECK_OK(sshd_parse(bad, &s, &err), err);
	CHECK(s.installed && s.passwords && s.empty_passwords && s.root_password && !s.penalties);
	CHECK_OK(sshd_parse(keys, &s, &err), err);
	CHECK(!s.passwords && !s.empty_passwords && !s.root_password && s.penalties);
	CHECK_ERROR(sshd_parse(other, &s, &err), err, ERROR_INVALID);
}

static void test_mounts(void)
{
	char good[] = "36 35 98:0 /mnt1 /a\\040b rw,noatime master:1 - ext4 /dev/root rw,errors=x";
	char cut[] = "36 35 98:0 /mnt1 /mnt2 rw";
	char value[20];
	struct mount m;

	CHECK(mount_parse(good, &m));
	CHECK_STR(m.path, "/a b");
	CHECK_STR(m.source, "/dev/root");
	CHECK(m.major == 98 && mount_has(m.options, "noatime") && !mount_has(m.options, "no"));
	CHECK(mount_option(m.super, "errors", value, sizeof(value)));
	CHECK_STR(value, "x");
	CHECK(!mount_parse(cut, &m));
}

static const struct {
	const char *path, *text, *kind;
} secrets[] = {
	{ "/etc/x.key", "-----BEGIN PRIVATE KEY-----\nAAAA\n", "private key" },
	{ "/etc/x.pem", "text\n-----BEGIN EC PRIVATE KEY-----\nAAAA\n", "private key" },
	{ "/etc/x.key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n", NULL },
	{ "/etc/x.key", "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n", NULL },
	{ "/root/.ssh/id",
	  "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAA\n",
	  "private key" },
	{ "/root/.ssh/id",
	  "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAACmFlczI1\n", NULL },
	{ "/etc/x.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n", NULL },
	{ "/etc/NetworkManager/system-connections/home.nmconnection", "[wifi]\npsk=secret\n",
	  "pre-shared key" },
	{ "/etc/other.conf", "psk=secret\n", NULL },
	{ "/home/a/.netrc", "machine x login y password z\n", "password" },
};

static void test_secrets(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(secrets); i++) {
		const char *at, *kind = secret_in(secrets[i].path, secrets[i].text, &at);

		CHECK((kind != NULL) == (secrets[i].kind != NULL));
		if (kind && secrets[i].kind)
			CHECK_STR(kind, secrets[i].kind);
	}
}

static void test_sources(void)
{
	CHECK(source_is_unsigned("deb [trusted=yes] http://x y main"));
	CHECK(source_is_unsigned("deb [arch=amd64 allow-insecure=yes] http://x y main"));
	CHECK(source_is_unsigned("Trusted: yes"));
	CHECK(!source_is_unsigned("# deb [trusted=yes] http://x y main"));
	CHECK(!source_is_unsigned(
		"deb [signed-by=/usr/share/keyrings/x.gpg] http://trusted y main"));
	CHECK(!source_is_unsigned("deb [trusted=no] http://x y main"));
	CHECK(!source_is_unsigned("Trusted: no"));
}

/* A public-key packet of version 4 with the head of a number of so many bits. */
static size_t make_ring(uint8_t *ring, uint8_t algorithm, unsigned bits)
{
	const uint8_t head[] = { 0x98,	       8, 4, 0, 0, 0, 0, algorithm, (uint8_t)(bits >> 8),
				 (uint8_t)bits };

	memcpy(ring, head, sizeof(head));
	return sizeof(head);
}

static void test_keyrings(void)
{
	struct error err = ERROR_INIT;
	uint8_t ring[16];
	char weak[60];
	size_t len = make_ring(ring, 1, 4096);

	CHECK_OK(keyring_weak(&BUF_VIEW(ring, len), weak, sizeof(weak), &err), err);
	CHECK_STR(weak, "");
	(void)make_ring(ring, 1, 1024);
	CHECK_OK(keyring_weak(&BUF_VIEW(ring, len), weak, sizeof(weak), &err), err);
	CHECK_STR(weak, "RSA with 1024 bits");
	(void)make_ring(ring, 17, 1024);
	CHECK_OK(keyring_weak(&BUF_VIEW(ring, len), weak, sizeof(weak), &err), err);
	CHECK_STR(weak, "DSA with 1024 bits");
	for (size_t cut = 0; cut < len; cut++)
		CHECK_ERROR(keyring_weak(&BUF_VIEW(ring, cut), weak, sizeof(weak), &err), err,
			    ERROR_INVALID);
}

static void test_programs(void)
{
	auto_close int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	auto_close int cut = memfd_create("cut", MFD_CLOEXEC),
		       none = memfd_create("none", MFD_CLOEXEC);
	struct error err = ERROR_INIT;
	char head[100];
	struct elf e;

	CHECK_OK(elf_read(self, &e, &err), err);
	CHECK(e.pie && e.relro && !e.stack_executes);
	CHECK(pread(self, head, sizeof(head), 0) == sizeof(head) &&
	      write(cut, head, sizeof(head)) == sizeof(head));
	CHECK_ERROR(elf_read(cut, &e, &err), err, ERROR_INVALID);
	CHECK(write(none, "#!/bin/sh\n#      \n", 17) == 17);
	CHECK_ERROR(elf_read(none, &e, &err), err, ERROR_INVALID);
}

static const struct check_case cases[] = {
	{ "5.6-1: lines of the kernel's tables of sockets", test_sockets },
	{ "5.6-7: what the kernel says of a process", test_processes },
	{ "5.1-1: lines of passwd and shadow", test_accounts },
	{ "5.1-1: hashes of passwords that everybody knows", test_hashes },
	{ "5.1-5: how sshd says that it is set", test_sshd },
	{ "5.4-1: mounts, with blanks in their names", test_mounts },
	{ "5.4-1: secrets are told by their content; encrypted ones are none", test_secrets },
	{ "5.3-10: sources whose signature is not demanded", test_sources },
	{ "5.3-7: keyrings with weak keys; a cut one is refused", test_keyrings },
	{ "5.6-8: how a program was hardened; what is no program is refused", test_programs },
};
CHECK_MAIN(cases)
