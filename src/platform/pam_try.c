/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/pam_try.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>

#include "base/file.h"

enum { TRY_TIMEOUT_MS = 20 * 1000, SAID_MAX = 4096 };

/* What a try says to its parent: the code in the first line, then the modules' lines. */
struct talk {
	const struct pam_try *t;
	struct buf said;
};

static int answer(struct talk *talk, const struct pam_message *m, struct pam_response *r)
{
	struct error err = ERROR_INIT;
	const char *text = NULL;

	switch (m->msg_style) {
	case PAM_PROMPT_ECHO_OFF: text = talk->t->secret ? talk->t->secret : ""; break;
	case PAM_PROMPT_ECHO_ON: text = talk->t->user; break;
	default:
		if (talk->said.len < SAID_MAX)
			return buf_printf(&talk->said, &err, "%s\n", m->msg);
	}
	r->resp = text ? strdup(text) : NULL;
	return text && !r->resp ? -1 : 0;
}

static int converse(int n, const struct pam_message **m, struct pam_response **ret, void *userdata)
{
	struct pam_response *r = calloc((size_t)n, sizeof(*r));

	if (!r)
		return PAM_BUF_ERR;
	for (int i = 0; i < n; i++) {
		if (answer(userdata, m[i], &r[i]) < 0) {
			free(r);
			return PAM_CONV_ERR;
		}
	}
	*ret = r;
	return PAM_SUCCESS;
}

static void no_delay(int code, unsigned microseconds, void *userdata)
{
	(void)code;
	(void)microseconds;
	(void)userdata;
}

static int run(pam_handle_t *h, enum pam_phase phase)
{
	switch (phase) {
	case PAM_TRY_AUTHENTICATE: return pam_authenticate(h, 0);
	case PAM_TRY_ACCOUNT: return pam_acct_mgmt(h, 0);
	case PAM_TRY_PASSWORD: return pam_chauthtok(h, 0);
	}
	return PAM_SYSTEM_ERR;
}

static int try_here(struct talk *talk)
{
	const struct pam_try *t = talk->t;
	struct pam_conv conv = { converse, talk };
	void (*delay)(int, unsigned, void *) = no_delay;
	pam_handle_t *h = NULL;
	int code = pam_start_confdir(t->service, t->user, &conv, t->confdir, &h);

	if (code != PAM_SUCCESS)
		return code;
	(void)pam_set_item(h, PAM_FAIL_DELAY, *(const void **)&delay);
	if (t->tty)
		(void)pam_set_item(h, PAM_TTY, t->tty);
	if (t->rhost)
		(void)pam_set_item(h, PAM_RHOST, t->rhost);
	code = run(h, t->phase);
	(void)pam_end(h, code);
	return code;
}

static void child(const struct pam_try *t, int out)
{
	struct talk talk = { .t = t };
	struct error err = ERROR_INIT;
	char code[16];

	(void)snprintf(code, sizeof(code), "%d\n", try_here(&talk));
	if (file_write_fd(out, code, strlen(code), &err) < 0 ||
	    file_write_fd(out, talk.said.data, talk.said.len, &err) < 0)
		_exit(1);
	_exit(0);
}

/* All that the child says, until it ends. */
static int listen_to(int fd, struct buf *out, struct error *err)
{
	for (;;) {
		struct pollfd pfd = { .fd = fd, .events = POLLIN };
		int r = poll(&pfd, 1, TRY_TIMEOUT_MS);
		char bytes[1024];
		ssize_t n;

		if (r == 0)
			return error_set(err, ERROR_TIMEOUT, "PAM does not answer");
		if (r < 0)
			continue;
		n = read(fd, bytes, sizeof(bytes));
		if (n == 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return error_errno(err, errno, "PAM");
		if (n > 0 && buf_append(out, bytes, (size_t)n, err) < 0)
			return -1;
	}
}

int pam_try(const struct pam_try *t, int *code, struct buf *said, struct error *err)
{
	auto_close int from = -1, to = -1;
	auto_buf struct buf answer_text = BUF_INIT;
	int pair[2], failed;
	char *end;
	pid_t pid;

	if (pipe2(pair, O_CLOEXEC) < 0)
		return error_errno(err, errno, "pipe");
	from = pair[0];
	to = pair[1];
	pid = fork();
	if (pid < 0)
		return error_errno(err, errno, "fork");
	if (pid == 0)
		child(t, to);
	close(STEAL_FD(to));
	failed = listen_to(from, &answer_text, err);
	if (failed < 0)
		(void)kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (failed < 0)
		return -1;
	end = answer_text.len ? strchr((char *)answer_text.data, '\n') : NULL;
	if (!end)
		return error_set(err, ERROR_UNAVAILABLE, "a try at PAM service %s died",
				 t->service);
	if (buf_puts(said, end + 1, err) < 0)
		return -1;
	*code = (int)strtol((char *)answer_text.data, NULL, 10);
	return 0;
}

/* ---- lines of PAM files ---- */

static bool word(const char **at, const char *end, const char *want)
{
	const char *s = *at;
	size_t n = 0;

	while (s < end && (*s == ' ' || *s == '\t'))
		s++;
	if (s < end && *s == '[')
		while (s + n < end && s[n] != ']')
			n++;
	while (s + n < end && s[n] != ' ' && s[n] != '\t')
		n++;
	*at = s + n;
	return !want || (n == strlen(want) && strncasecmp(s, want, n) == 0);
}

bool pam_line_matches(const char *line, size_t len, const void *userdata)
{
	const struct pam_line *want = userdata;
	const char *end = line + len;

	if (len && line[0] == '-') /* "-auth …": silent where the module is missing */
		line++;
	return word(&line, end, want->type) && word(&line, end, NULL) &&
	       word(&line, end, want->module);
}

const char *pam_line_control(const char *line, size_t *len)
{
	const char *at = line, *end = line + strlen(line);
	const char *control;

	(void)word(&at, end, NULL);
	control = at + strspn(at, " \t");
	(void)word(&at, end, NULL);
	*len = at > control ? (size_t)(at - control) : 0;
	return control;
}
