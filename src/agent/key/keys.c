/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/key/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/limits.h"
#include "crypto/csr.h"

static const char *const file_names[] = {
	[AGENT_KEY_CHANNEL] = "channel.key",
	[AGENT_KEY_EVIDENCE] = "evidence.key",
};

void keys_done(struct keys *k)
{
	for (size_t i = 0; i < ARRAY_SIZE(k->loaded); i++) {
		if (k->loaded[i])
			key_free(k->loaded[i]);
		k->loaded[i] = NULL;
	}
}

static int path_of(const struct keys *k, int which, char path[PATH_MAX], struct error *err)
{
	return path_format(path, PATH_MAX, err, "%s/%s", k->dir, file_names[which]);
}

static int load(struct keys *k, int which, struct error *err)
{
	char path[PATH_MAX];

	if (k->loaded[which])
		return 0;
	if (path_of(k, which, path, err) < 0)
		return -1;
	return key_load(path, &k->loaded[which], err);
}

/* Made once: asking again after a lost answer gives the same key. */
static int make(struct keys *k, int which, struct error *err)
{
	auto_key struct key *key = NULL;
	struct error missing = ERROR_INIT;
	char path[PATH_MAX];

	if (load(k, which, &missing) == 0)
		return 0;
	if (missing.code != ERROR_NOT_FOUND) {
		*err = missing;
		return -1;
	}
	if (path_of(k, which, path, err) < 0 || key_generate(KEY_P256, &key, err) < 0 ||
	    key_save(key, path, err) < 0)
		return -1;
	k->loaded[which] = STEAL(key);
	return 0;
}

/* Overwritten before it is removed, since removing alone leaves the blocks as they are. */
static int overwrite(const char *path, struct error *err)
{
	static const char zeros[LIMIT_KEY_FILE];
	auto_close int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, errno, "%s", path);
	if (st.st_size > (off_t)sizeof(zeros))
		return error_set(err, ERROR_LIMIT, "%s is no key file", path);
	if (file_write_fd(fd, zeros, (size_t)st.st_size, err) < 0)
		return -1;
	if (fsync(fd) < 0 || unlink(path) < 0)
		return error_errno(err, errno, "%s", path);
	return 0;
}

static int destroy(struct keys *k, int which, struct error *err)
{
	char path[PATH_MAX];

	if (k->loaded[which])
		key_free(k->loaded[which]);
	k->loaded[which] = NULL;
	return path_of(k, which, path, err) < 0 ? -1 : overwrite(path, err);
}

static int answer_public(struct keys *k, const struct ipc_message *m, struct buf *out,
			 struct error *err)
{
	int which = ((const struct agent_key_select *)m->body)->key;
	int r = m->type == AGENT_KEY_MAKE ? make(k, which, err) : load(k, which, err);
	const struct buf *spki;

	if (r < 0)
		return -1;
	spki = key_spki(k->loaded[which]);
	return buf_append(out, spki->data, spki->len, err);
}

static int answer_sign(struct keys *k, const struct ipc_message *m, struct buf *out,
		       struct error *err)
{
	int which = ((const struct agent_key_select *)m->body)->key;

	if (load(k, which, err) < 0)
		return -1;
	return key_sign_digest(k->loaded[which], m->blob.data, m->blob.len, out, err);
}

static int answer_request(struct keys *k, const struct ipc_message *m, struct buf *out,
			  struct error *err)
{
	const struct agent_key_request *rq = m->body;

	if (load(k, rq->key, err) < 0)
		return -1;
	return csr_make(k->loaded[rq->key], rq->subject, out, err);
}

static int answer_destroy(struct keys *k, const struct ipc_message *m, struct buf *out,
			  struct error *err)
{
	return destroy(k, ((const struct agent_key_select *)m->body)->key, err);
}

/* Which requests there are, and whether net may make them (of the channel key). */
static const struct {
	int (*answer)(struct keys *k, const struct ipc_message *m, struct buf *out,
		      struct error *err);
	unsigned reply;
	bool net;
} requests[] = {
	[AGENT_KEY_MAKE] = { answer_public, AGENT_KEY_PUBLIC, false },
	[AGENT_KEY_SHOW] = { answer_public, AGENT_KEY_PUBLIC, true },
	[AGENT_KEY_SIGN] = { answer_sign, AGENT_KEY_SIGNED, true },
	[AGENT_KEY_REQUEST] = { answer_request, AGENT_KEY_REQUESTED, false },
	[AGENT_KEY_DESTROY] = { answer_destroy, AGENT_KEY_DESTROYED, false },
};

static int check(enum keys_client client, const struct ipc_message *m, struct error *err)
{
	if (m->type >= ARRAY_SIZE(requests) || !requests[m->type].answer)
		return error_set(err, ERROR_INVALID, "no such request");
	/* Both kinds of body begin with the key. */
	if (client == KEYS_NET &&
	    (!requests[m->type].net || *(const int *)m->body != AGENT_KEY_CHANNEL))
		return error_set(err, ERROR_DENIED, "not for net");
	return 0;
}

int keys_answer(struct keys *k, enum keys_client client, const struct ipc_message *m, int fd,
		struct error *err)
{
	auto_buf struct buf out = BUF_INIT;
	struct error failed = ERROR_INIT;
	struct ipc_send reply = { .id = m->id };
	struct agent_failed why = { 0 };

	if (check(client, m, &failed) == 0 && requests[m->type].answer(k, m, &out, &failed) == 0) {
		reply.type = requests[m->type].reply;
		reply.blob = out.data;
		reply.blob_len = out.len;
		return ipc_write(fd, &agent_key_protocol, &reply, err);
	}
	why.code = (char *)error_name(failed.code);
	why.message = failed.msg;
	reply.type = AGENT_KEY_FAILED;
	reply.body = &why;
	return ipc_write(fd, &agent_key_protocol, &reply, err);
}
