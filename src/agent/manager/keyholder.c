/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/manager/keyholder.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "agent/manager/child.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"

enum {
	ANSWER_TIMEOUT_S = 10,
	AGAIN_US = 1000 * 1000, /* before a key process that failed is started again */
};

/* Two channels; of each, the key process's end is kept here too, so that it can be started anew. */
struct keyholder {
	sd_event *loop;
	const char *libexec;
	struct keyholder_store store;
	int ours;     /* the manager's end */
	int net;      /* net's end */
	int key_ours; /* the key process's end towards the manager */
	int key_net;  /* … and towards net */
	pid_t pid;    /* 0: it does not run */
	uint32_t next_id;
	sd_event_source *wake, *exit, *again;
};

static int on_again(sd_event_source *s, uint64_t usec, void *userdata)
{
	struct keyholder *k = userdata;

	(void)sd_event_source_set_enabled(k->wake, SD_EVENT_ON);
	return 0;
}

static int on_child_exit(sd_event_source *s, const siginfo_t *si, void *userdata)
{
	struct keyholder *k = userdata;
	bool well = si->si_code == CLD_EXITED && si->si_status == 0;

	k->pid = 0;
	k->exit = sd_event_source_disable_unref(k->exit);
	if (well)
		return sd_event_source_set_enabled(k->wake, SD_EVENT_ON);
	log_warning("key: ended with %d", si->si_status);
	(void)sd_event_source_set_time_relative(k->again, AGAIN_US);
	return sd_event_source_set_enabled(k->again, SD_EVENT_ONESHOT);
}

/* What the drivers of a store usually open, where agent.conf does not say it. */
static const struct {
	const char *scheme, *paths[4];
} usual[] = {
	{ "tpm2:", { "/dev/tpmrm0" } },
	{ "pkcs11:", { "/etc/pkcs11", "/usr/share/p11-kit", "/run/pcscd" } },
};

static const struct proc_profile *profile_of(const struct keyholder *k)
{
	const struct strings *named = k->store.access;

	if (!k->store.uri || strcmp(k->store.uri, "file") == 0)
		return agent_profile(AGENT_KEY, 0);
	if (named && named->n)
		return agent_key_profile((const char *const *)named->items, named->n);
	for (size_t i = 0; i < ARRAY_SIZE(usual); i++) {
		size_t n = 0;

		while (n < ARRAY_SIZE(usual[i].paths) && usual[i].paths[n])
			n++;
		if (strncmp(k->store.uri, usual[i].scheme, strlen(usual[i].scheme)) == 0)
			return agent_key_profile(usual[i].paths, n);
	}
	return agent_profile(AGENT_KEY, 0);
}

static int start(struct keyholder *k, struct error *err)
{
	char path[LIMIT_URL];
	const char *const argv[] = { agent_process_program(AGENT_KEY), AGENT_KEYS, k->store.uri,
				     NULL };
	const int fds[] = { k->key_ours, k->key_net };

	if (k->pid)
		return 0;
	if (path_format(path, sizeof(path), err, "%s/%s", k->libexec, argv[0]) < 0 ||
	    proc_spawn(profile_of(k),
		       &(struct proc_command){ .path = path, .argv = argv, .fds = fds, .n_fds = 2 },
		       &k->pid, err) < 0)
		return -1;
	(void)sd_event_source_set_enabled(k->wake, SD_EVENT_OFF);
	if (sd_event_add_child(k->loop, &k->exit, k->pid, WEXITED, on_child_exit, k) < 0)
		return error_oom(err);
	return 0;
}

static int on_wake(sd_event_source *s, int fd, uint32_t revents, void *userdata)
{
	struct keyholder *k = userdata;
	struct error err = ERROR_INIT;

	if (start(k, &err) == 0)
		return 0;
	log_error("%s", err.msg);
	(void)sd_event_source_set_enabled(k->wake, SD_EVENT_OFF);
	(void)sd_event_source_set_time_relative(k->again, AGAIN_US);
	return sd_event_source_set_enabled(k->again, SD_EVENT_ONESHOT);
}

/* Whatever it was doing, it is not doing it any more. */
static void stop(struct keyholder *k)
{
	k->exit = sd_event_source_disable_unref(k->exit);
	if (k->pid > 0) {
		(void)kill(k->pid, SIGKILL);
		while (waitpid(k->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	k->pid = 0;
	(void)sd_event_source_set_enabled(k->wake, SD_EVENT_ON);
}

static int open_ours(struct keyholder *k, struct error *err)
{
	const struct timeval patience = { .tv_sec = ANSWER_TIMEOUT_S };
	int fds[2];

	if (child_socketpair(fds, err) < 0)
		return -1;
	closep(&k->ours);
	closep(&k->key_ours);
	k->ours = fds[0];
	k->key_ours = fds[1];
	(void)setsockopt(k->ours, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	(void)setsockopt(k->ours, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	return 0;
}

static int call(struct keyholder *k, const struct ipc_send *s, struct ipc_message *m,
		struct error *err)
{
	struct ipc_send mine = *s;

	if (++k->next_id == 0)
		k->next_id = 1;
	mine.id = k->next_id;
	if (start(k, err) < 0)
		return -1;
	return ipc_call(k->ours, &agent_key_protocol, &mine, m, err);
}

static int ask(struct keyholder *k, const struct ipc_send *s, enum agent_key_type answer,
	       struct ipc_message *m, struct error *err)
{
	struct error first = ERROR_INIT;

	if (call(k, s, m, &first) < 0) {
		/* An answer that comes late would be taken for the next one's: a fresh process on a
		 * fresh channel has none. */
		log_warning("key: %s; started again", first.msg);
		stop(k);
		if (open_ours(k, err) < 0 || call(k, s, m, err) < 0)
			return error_wrap(err, "key");
	}
	if (m->type == AGENT_KEY_FAILED) {
		const struct agent_failed *f = m->body;
		enum error_code code = error_find(f->code);

		return error_set(err, code ? code : ERROR_INTERNAL, "key: %s",
				 f->message ? f->message : "");
	}
	if (m->type != (unsigned)answer)
		return error_set(err, ERROR_INVALID, "key: an unexpected answer");
	return 0;
}

int keyholder_ask(struct keyholder *k, const struct ipc_send *s, enum agent_key_type answer,
		  struct buf *out, struct error *err)
{
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;

	if (ask(k, s, answer, &m, err) < 0)
		return -1;
	return out ? buf_append(out, m.blob.data, m.blob.len, err) : 0;
}

int keyholder_rate(struct keyholder *k, enum agent_key which, struct keyholder_level *ret,
		   struct error *err)
{
	const struct agent_key_select of = { .key = (int)which };
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	const struct agent_key_rated *rated;

	if (ask(k, &(struct ipc_send){ .type = AGENT_KEY_RATE, .body = &of }, AGENT_KEY_RATED, &m,
		err) < 0)
		return -1;
	rated = m.body;
	ret->level = rated->level;
	(void)snprintf(ret->reason, sizeof(ret->reason), "%s", rated->reason);
	return 0;
}

int keyholder_destroy(struct keyholder *k, struct error *err)
{
	for (int key = AGENT_KEY_CHANNEL; key < AGENT_KEY_MAX_; key++) {
		const struct agent_key_select which = { .key = key };

		if (keyholder_ask(k,
				  &(struct ipc_send){ .type = AGENT_KEY_DESTROY, .body = &which },
				  AGENT_KEY_DESTROYED, NULL, err) < 0)
			return -1;
	}
	return 0;
}

struct keyholder *keyholder_free(struct keyholder *k)
{
	if (!k)
		return NULL;
	sd_event_source_disable_unref(k->wake);
	sd_event_source_disable_unref(k->exit);
	sd_event_source_disable_unref(k->again);
	if (k->pid > 0)
		(void)kill(k->pid, SIGKILL);
	closep(&k->ours);
	closep(&k->net);
	closep(&k->key_ours);
	closep(&k->key_net);
	sd_event_unref(k->loop);
	free(k);
	return NULL;
}

int keyholder_net_fd(struct keyholder *k, int *ret, struct error *err)
{
	int fds[2], r;

	if (child_socketpair(fds, err) < 0)
		return -1;
	stop(k); /* it has the other end of the last one */
	r = sd_event_source_set_io_fd(k->wake, fds[1]);
	closep(&k->net);
	closep(&k->key_net);
	k->net = fds[0];
	k->key_net = fds[1];
	if (r < 0)
		return error_errno(err, -r, "key: event loop");
	*ret = k->net;
	return 0;
}

static int open_net(struct keyholder *k, struct error *err)
{
	int fds[2];

	if (child_socketpair(fds, err) < 0)
		return -1;
	k->net = fds[0];
	k->key_net = fds[1];
	return 0;
}

int keyholder_new(sd_event *loop, const char *libexec, const struct keyholder_store *store,
		  struct keyholder **ret, struct error *err)
{
	CLEANUP(keyholder_freep) struct keyholder *k = calloc(1, sizeof(*k));

	if (!k)
		return error_oom(err);
	*k = (struct keyholder){ .loop = sd_event_ref(loop),
				 .libexec = libexec,
				 .store = store ? *store : (struct keyholder_store){ 0 },
				 .ours = -1,
				 .net = -1,
				 .key_ours = -1,
				 .key_net = -1 };
	if (open_ours(k, err) < 0 || open_net(k, err) < 0)
		return -1;
	/* Only net's requests need to be watched for: the manager's own start the process. */
	if (sd_event_add_io(loop, &k->wake, k->key_net, EPOLLIN, on_wake, k) < 0 ||
	    sd_event_add_time_relative(loop, &k->again, CLOCK_BOOTTIME, 0, 0, on_again, k) < 0 ||
	    sd_event_source_set_enabled(k->again, SD_EVENT_OFF) < 0)
		return error_oom(err);
	*ret = STEAL(k);
	return 0;
}
