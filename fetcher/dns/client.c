/* client.c - asks backstop-resolver
 * Owns:     the process and its pipes, what is believed of its answers, and how long it is waited for.
 * Must not: speak DNS; believe an answer to what was not asked.
 * Fails:    G_IO_ERROR, one sentence; all that it means is that something is not known.
 * Tests:    tests/fetcher/dns/test_client.c */
#include "fetcher/dns/client.h"
#include "fetcher/resolver/resolver.h"
#include <errno.h>
#include <glib-unix.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define BYTES_MOST ((gsize)4 << 20) /* that it may say in one run */

struct DnsClient {
  char *program;
  char **servers; /* NULL: the system's */
  gboolean dnssec;
  GPid pid; /* 0: it does not run */
  int in, out;
  guint asked;     /* in this run */
  gsize heard;     /* bytes, in this run */
  GString *text;   /* heard, and not a whole line yet */
  gboolean failed; /* it is not asked again for now */
};

/* One call of dns_client_ask(). */
typedef struct {
  DnsClient *client;
  const GPtrArray *questions;
  guint first; /* the number of the first of them in this run */
  GPtrArray *answers;
  guint8 *answered; /* a flag for each question */
  guint open;
} Round;

DnsClient *dns_client_new(const char *program, char *const *servers, gboolean dnssec)
{
  DnsClient *client = g_new0(DnsClient, 1);
  client->program = g_strdup(program);
  client->servers = g_strdupv((char **)servers);
  client->dnssec = dnssec;
  client->in = client->out = -1;
  client->text = g_string_new(NULL);
  return client;
}

static void end(DnsClient *client)
{
  if (client->pid != 0) {
    kill(client->pid, SIGKILL);
    while (waitpid(client->pid, NULL, 0) < 0 && errno == EINTR) continue;
  }
  if (client->in >= 0) close(client->in);
  if (client->out >= 0) close(client->out);
  client->pid = 0;
  client->in = client->out = -1;
}

void dns_client_rest(DnsClient *client)
{
  end(client);
  client->failed = FALSE;
}

void dns_client_free(DnsClient *client)
{
  if (client == NULL) return;
  end(client);
  g_string_free(client->text, TRUE);
  g_strfreev(client->servers);
  g_free(client->program);
  g_free(client);
}

static gboolean fail(GError **error, const char *why)
{
  g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "Names are not looked up: %s.", why);
  return FALSE;
}

/* In the child: no signal of ours is blocked there, and no limit on memory is meant for it that it does not set. */
static void prepare_child(gpointer data)
{
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  signal(SIGPIPE, SIG_DFL);
}

static gboolean start(DnsClient *client, GError **error)
{
  g_autoptr(GPtrArray) argv = g_ptr_array_new();
  char *no_environment[] = { NULL };
  g_autoptr(GError) problem = NULL;
  if (client->program == NULL) return fail(error, "this Backstop was built without backstop-resolver");
  g_ptr_array_add(argv, client->program);
  if (!client->dnssec) g_ptr_array_add(argv, (gpointer) "--no-dnssec");
  for (char **server = client->servers; server != NULL && *server != NULL; server++) g_ptr_array_add(argv, *server);
  g_ptr_array_add(argv, NULL);
  if (!g_spawn_async_with_pipes("/", (char **)argv->pdata, no_environment,
                                G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL, prepare_child, NULL,
                                &client->pid, &client->in, &client->out, NULL, &problem)) {
    client->pid = 0;
    return fail(error, "backstop-resolver cannot be started");
  }
  g_unix_set_fd_nonblocking(client->in, TRUE, NULL);
  g_unix_set_fd_nonblocking(client->out, TRUE, NULL);
  client->asked = 0;
  client->heard = 0;
  g_string_truncate(client->text, 0);
  return TRUE;
}

/* Reads one field that is a number. */
static gboolean read_number(const char *field, guint64 most, guint64 *number)
{
  return g_ascii_string_to_unsigned(field, 10, 0, most, number, NULL);
}

/* Takes the values; FALSE: one is none of its type, or there are too many for the state. */
static gboolean take_values(DnsAnswer *answer, char *const *values)
{
  guint n = g_strv_length((char **)values);
  if (answer->state == DNS_FOUND ? n == 0 : n > 0) return FALSE;
  for (guint i = 0; i < n; i++) {
    if (!dns_value_is_good(answer->question.type, values[i])) return FALSE;
    if (i < DNS_VALUES_MOST) g_ptr_array_add(answer->values, g_strdup(values[i]));
  }
  /* More than can be kept: half of them would be half a truth. */
  if (n > DNS_VALUES_MOST) {
    answer->state = DNS_FAILED;
    g_ptr_array_set_size(answer->values, 0);
  }
  return TRUE;
}

/* NUMBER STATE SECONDS PROOF VALUE... FALSE: it is no answer to an open question. */
static gboolean take_line(Round *round, const char *line)
{
  g_auto(GStrv) fields = g_strsplit(line, "\t", -1);
  guint64 number = 0, seconds = 0;
  DnsState state = DNS_FAILED;
  if (g_strv_length(fields) < 4 || !read_number(fields[0], G_MAXUINT32, &number) || number < round->first
      || number - round->first >= round->questions->len || round->answered[number - round->first]
      || !dns_state_parse(fields[1], &state) || !read_number(fields[2], G_MAXINT32, &seconds)
      || (strcmp(fields[3], "secure") != 0 && strcmp(fields[3], "plain") != 0))
    return FALSE;
  const DnsQuestion *question = round->questions->pdata[number - round->first];
  g_autoptr(DnsAnswer) answer = dns_answer_new(question->type, question->name, state);
  answer->ttl = (guint)seconds;
  answer->secure = strcmp(fields[3], "secure") == 0;
  if (!take_values(answer, fields + 4)) return FALSE;
  round->answered[number - round->first] = 1;
  round->open--;
  g_ptr_array_add(round->answers, g_steal_pointer(&answer));
  return TRUE;
}

/* Takes the whole lines of what was heard. */
static gboolean take_lines(Round *round)
{
  GString *text = round->client->text;
  char *from = text->str, *line_end = NULL;
  while ((line_end = memchr(from, '\n', text->len - (gsize)(from - text->str))) != NULL) {
    *line_end = '\0';
    if (strlen(from) != (gsize)(line_end - from) || !take_line(round, from)) return FALSE;
    from = line_end + 1;
  }
  g_string_erase(text, 0, from - text->str);
  return text->len <= RESOLVER_ANSWER_LONGEST;
}

/* NULL: more may come. Else why no more comes, in a sentence. */
static const char *hear(Round *round)
{
  DnsClient *client = round->client;
  char bytes[16384];
  ssize_t n = read(client->out, bytes, sizeof bytes);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return NULL;
  if (n <= 0) return "backstop-resolver has ended before it answered";
  client->heard += (gsize)n;
  g_string_append_len(client->text, bytes, n);
  if (client->heard <= BYTES_MOST && take_lines(round)) return NULL;
  g_ptr_array_set_size(round->answers, 0);
  return "backstop-resolver has said what it was not asked";
}

static const char *say(DnsClient *client, GString *lines)
{
  ssize_t n = write(client->in, lines->str, lines->len);
  if (n < 0 && errno != EINTR && errno != EAGAIN) return "backstop-resolver does not listen";
  if (n > 0) g_string_erase(lines, 0, n);
  return NULL;
}

/* Writes and reads until all is answered. NULL: it is; else why not. */
static const char *talk(Round *round, GString *lines, gint64 deadline)
{
  DnsClient *client = round->client;
  const char *problem = NULL;
  while (round->open > 0 && problem == NULL) {
    struct pollfd fds[] = { { .fd = client->out, .events = POLLIN },
                            { .fd = lines->len > 0 ? client->in : -1, .events = POLLOUT } };
    gint64 left = deadline - g_get_monotonic_time();
    if (left <= 0) return "the name servers do not answer in time";
    if (poll(fds, G_N_ELEMENTS(fds), (int)MIN(left / 1000 + 1, G_MAXINT)) < 0 && errno != EINTR)
      return g_strerror(errno);
    if (fds[0].revents != 0) problem = hear(round);
    if (problem == NULL && round->open > 0 && fds[1].revents != 0) problem = say(client, lines);
  }
  return problem;
}

static GString *lines_of(const Round *round)
{
  GString *lines = g_string_new(NULL);
  for (guint i = 0; i < round->questions->len; i++) {
    const DnsQuestion *question = round->questions->pdata[i];
    g_string_append_printf(lines, "%u\t%s\t%s\n", round->first + i, dns_type_name(question->type), question->name);
  }
  return lines;
}

gboolean dns_client_ask(DnsClient *client, const GPtrArray *questions, gint64 deadline, GPtrArray *answers,
                        GError **error)
{
  if (questions->len == 0) return TRUE;
  if (client->failed) return fail(error, "backstop-resolver has failed before");
  if (client->pid == 0 && !start(client, error)) {
    client->failed = TRUE;
    return FALSE;
  }
  if (questions->len > RESOLVER_QUESTIONS_MOST - client->asked) return fail(error, "too many names are asked for");
  g_autofree guint8 *answered = g_new0(guint8, questions->len);
  g_autoptr(GPtrArray) taken = g_ptr_array_new_with_free_func((GDestroyNotify)dns_answer_free);
  Round round = { client, questions, client->asked, taken, answered, questions->len };
  g_autoptr(GString) lines = lines_of(&round);
  client->asked += questions->len;
  const char *problem = talk(&round, lines, deadline);
  g_ptr_array_extend_and_steal(answers, g_steal_pointer(&taken));
  if (problem == NULL) return TRUE;
  end(client);
  client->failed = TRUE;
  return fail(error, problem);
}
