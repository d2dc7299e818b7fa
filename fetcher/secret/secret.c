/* secret.c - an account's password or token
 * Owns:     the run of password-command and of backstop-keyring, and the wiping of what it printed.
 * Must not: log, store or copy a secret, or hand one to another program.
 * Fails:    STORE_ERROR_AUTH, naming the account and the remedy.
 * Tests:    tests/fetcher/secret/test_secret.c */
#include "fetcher/secret/secret.h"
#include "fetcher/common/program.h"
#include "fetcher/secret/keyring.h"
#include "fetcher/store/store.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECRET_LIMIT 4096
#define COMMAND_SECONDS 60

/* The bytes that a command or file has given so far. The buffer becomes the secret: it is never copied. */
typedef struct {
  char *text; /* SECRET_LIMIT + 2 bytes, so that a line which is too long shows */
  gsize length;
} Secret;

G_STATIC_ASSERT(SECRET_LIMIT == KEYRING_LIMIT);

static void secret_wipe(Secret *secret)
{
  if (secret->text == NULL) return;
  explicit_bzero(secret->text, SECRET_LIMIT + 2);
  g_free(secret->text);
  secret->text = NULL;
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Secret, secret_wipe)

void secret_free(char *secret)
{
  if (secret == NULL) return;
  explicit_bzero(secret, strlen(secret));
  g_free(secret);
}

/* Reads what is there now. When the buffer is full, reads on and drops the rest, so that the writer is not killed by a
 * closed pipe and its exit status still tells something. 1: more may come, 0: end, -1: errno. */
static int secret_fill(Secret *secret, int fd)
{
  char rest[512];
  gsize room = SECRET_LIMIT + 1 - secret->length;
  ssize_t got = read(fd, room > 0 ? secret->text + secret->length : rest, room > 0 ? room : sizeof rest);
  explicit_bzero(rest, sizeof rest);
  if (got < 0) return errno == EINTR || errno == EAGAIN ? 1 : -1;
  if (room > 0) secret->length += (gsize)got;
  return got > 0;
}

/* Cuts the buffer down to its first line, and returns it. NULL: *problem says what is wrong with the line. */
static char *secret_take(Secret *secret, const char **problem)
{
  char *end = memchr(secret->text, '\n', secret->length);
  gsize length = end != NULL ? (gsize)(end - secret->text) : secret->length;
  if (length == 0)
    *problem = "gives nothing on its first line";
  else if (length > SECRET_LIMIT)
    *problem = "gives more than 4096 bytes on one line";
  else if (memchr(secret->text, '\r', length) != NULL || memchr(secret->text, '\0', length) != NULL)
    *problem = "gives a carriage return or NUL byte in its first line";
  if (*problem != NULL) return NULL;
  explicit_bzero(secret->text + length, SECRET_LIMIT + 2 - length);
  return g_steal_pointer(&secret->text);
}

/* In the child, before the command: a group of its own, so that all it starts can be ended with it; no signal of ours
 * blocked; no limit on memory that is meant for us. */
static void child_setup(gpointer data)
{
  sigset_t none;
  struct rlimit memory;
  if (getrlimit(RLIMIT_AS, &memory) == 0) {
    memory.rlim_cur = memory.rlim_max;
    setrlimit(RLIMIT_AS, &memory);
  }
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  setpgid(0, 0);
}

/* A program whose first line of output is a secret, and what became of its run. */
typedef struct {
  char **argv;
  char **environment;
  GSpawnFlags flags;
  guint seconds;
  const char *problem; /* what is wrong with it, after its name in a sentence */
  char *detail;        /* more of that, or NULL; to be freed */
  int status;          /* its exit status, if it ended by itself */
} Source;

/* Reads until the command has ended and its output is in. A program it left behind (an agent, say) may hold the pipe
 * open for ever, so the end of the command counts, not that of the pipe. FALSE: the deadline passed, or errno. */
static gboolean command_read(Secret *secret, int out, int process, gint64 deadline)
{
  gboolean open = TRUE;
  for (;;) {
    struct pollfd polls[] = { { .fd = process, .events = POLLIN }, { .fd = open ? out : -1, .events = POLLIN } };
    gint64 left = (deadline - g_get_monotonic_time()) / 1000;
    if (left <= 0) return FALSE;
    if (poll(polls, G_N_ELEMENTS(polls), (int)left) < 0 && errno != EINTR) return FALSE;
    if (polls[1].revents != 0) {
      int more = secret_fill(secret, out);
      if (more < 0) return FALSE;
      open = more != 0;
    } else if (polls[0].revents != 0) {
      return TRUE;
    }
  }
}

/* NULL: source->problem says why. */
static char *run_for_secret(Source *source)
{
  g_autoptr(GError) error = NULL;
  g_auto(Secret) secret = { g_malloc0(SECRET_LIMIT + 2), 0 };
  GPid pid = 0;
  int out = -1, status = 0;
  if (!g_spawn_async_with_pipes(NULL, source->argv, source->environment, source->flags | G_SPAWN_DO_NOT_REAP_CHILD,
                                child_setup, NULL, &pid, NULL, &out, NULL, &error)) {
    source->problem = "cannot be started";
    source->detail = g_strdup(error->message);
    return NULL;
  }
  gint64 deadline = g_get_monotonic_time() + (gint64)source->seconds * G_USEC_PER_SEC;
  int process = pidfd_open(pid, 0);
  gboolean ended = process >= 0 && command_read(&secret, out, process, deadline);
  if (!ended) kill(-pid, SIGKILL);
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  if (process >= 0) close(process);
  close(out);
  if (!ended)
    source->problem = "did not end in time";
  else if (WIFSIGNALED(status))
    source->problem = "was killed";
  else if (WEXITSTATUS(status) != 0) {
    source->problem = "failed";
    source->status = WEXITSTATUS(status);
    source->detail = g_strdup_printf("exit status %d", source->status);
  } else
    return secret_take(&secret, &source->problem);
  return NULL;
}

char *secret_from_command(const char *command, SecretWish wish, guint seconds, GError **error)
{
  char *shell[] = { (char *)"/bin/sh", (char *)"-c", (char *)command, NULL };
  g_auto(GStrv) words = NULL;
  if (strpbrk(command, "|&;<>()$`*?[]{}!~#=\n") == NULL) g_shell_parse_argv(command, NULL, &words, NULL);
  char **environment = g_get_environ();
  environment = wish == SECRET_AFTER_REFUSAL ? g_environ_setenv(environment, "BACKSTOP_REFUSED", "1", TRUE)
                                             : g_environ_unsetenv(environment, "BACKSTOP_REFUSED");
  g_auto(GStrv) variables = environment;
  Source source = { words != NULL ? words : shell, variables, G_SPAWN_SEARCH_PATH, seconds };
  char *secret = run_for_secret(&source);
  g_autofree char *detail = source.detail;
  if (secret == NULL)
    g_set_error(error, STORE_ERROR, STORE_ERROR_AUTH,
                "password-command %s%s%s; run it in a terminal and see what it prints", source.problem,
                detail != NULL ? ": " : "", detail != NULL ? detail : "");
  return secret;
}

static const char *keyring_problem(const Source *source)
{
  switch (source->status) {
  case KEYRING_NONE: return "the keyring has no password of this account";
  case KEYRING_LOCKED: return "the keyring is locked: unlock it";
  case KEYRING_ABSENT: return "no keyring can be reached";
  default: return NULL;
  }
}

char *secret_from_keyring(const char *program, const AccountConfig *account, guint seconds, GError **error)
{
  char *argv[] = { (char *)program, (char *)"lookup", account->name, account->host, account->user, NULL };
  Source source = { argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, seconds };
  char *secret = program != NULL ? run_for_secret(&source) : NULL;
  g_autofree char *other = g_strdup_printf("the keyring's program %s", source.problem);
  const char *problem = program == NULL ? "this Backstop was built without the keyring" : keyring_problem(&source);
  /* The keyring may start later than this program: LINK, so that it is tried again. */
  gboolean door = account->door_of != NULL,
           later = program != NULL && secret == NULL && source.status == KEYRING_ABSENT;
  if (secret == NULL)
    g_set_error(error, STORE_ERROR, later ? STORE_ERROR_LINK : STORE_ERROR_AUTH,
                "no password: %s; run backstop password %s%s, or add %spassword-command to the configuration, or "
                "LoadCredential=%s to the unit",
                problem != NULL ? problem : other, door ? "--door " : "", door ? account->door_of : account->name,
                door ? "door-" : "", account->name);
  g_free(source.detail);
  return secret;
}

/* NULL without error when there is no such file. */
static char *secret_from_file(const char *account, const char *folder, GError **error)
{
  g_auto(Secret) secret = { g_malloc0(SECRET_LIMIT + 2), 0 };
  g_autofree char *path = g_build_filename(folder, account, NULL);
  const char *problem = NULL;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 && errno == ENOENT) return NULL;
  int more = fd < 0 ? -1 : 1;
  while (more > 0 && secret.length <= SECRET_LIMIT) more = secret_fill(&secret, fd);
  int number = errno;
  if (fd >= 0) close(fd);
  char *taken = more < 0 ? NULL : secret_take(&secret, &problem);
  if (taken == NULL)
    g_set_error(error, STORE_ERROR, STORE_ERROR_AUTH, "the credential %s %s", path,
                more < 0 ? g_strerror(number) : problem);
  return taken;
}

char *secret_get(const AccountConfig *account, SecretWish wish, GError **error)
{
  if (account->password_command != NULL)
    return secret_from_command(account->password_command, wish, COMMAND_SECONDS, error);
  const char *folder = g_getenv("CREDENTIALS_DIRECTORY");
  g_autoptr(GError) problem = NULL;
  char *secret = folder != NULL ? secret_from_file(account->name, folder, &problem) : NULL;
  if (problem != NULL) {
    g_propagate_error(error, g_steal_pointer(&problem));
    return NULL;
  }
  if (secret != NULL) return secret;
  g_autofree char *program = program_find(KEYRING_PROGRAM);
  return secret_from_keyring(program, account, COMMAND_SECONDS, error);
}
