/* backstop_resolver.c - asks the domain name system, by libunbound
 * Owns:     the only questions that Backstop sends to a name server.
 * Must not: ask what it was not told to; read or write files once it has its servers and keys.
 * Fails:    a question by "failed"; the program by its exit status and one line on the standard error.
 * Tests:    tests/fetcher/resolver/test_resolver.py */
#include "fetcher/resolver/resolver.h"
#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <linux/landlock.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <unbound.h>
#include <unistd.h>

#define ROOT_KEYS "/usr/share/dns/root.key"
#define MEMORY_MOST ((rlim_t)256 << 20)
#define FILES_MOST 128
#define CLASS_INTERNET 1

static const struct {
  const char *name;
  int number;
} types[] = { { "A", 1 }, { "PTR", 12 }, { "MX", 15 }, { "TXT", 16 }, { "AAAA", 28 } };

typedef struct {
  struct ub_ctx *context;
  guint asked, answered;
  char line[RESOLVER_QUESTION_LONGEST]; /* of the input, so far */
  gsize length;
  gboolean ended; /* the input */
} Resolver;

/* What the callback of a question needs. */
typedef struct {
  Resolver *resolver;
  guint64 number;
} Question;

static int complain(int status, const char *text, const char *detail)
{
  fprintf(stderr, RESOLVER_PROGRAM ": %s%s%s\n", text, detail != NULL ? ": " : "", detail != NULL ? detail : "");
  return status;
}

static void write_all(const char *bytes, gsize length)
{
  while (length > 0) {
    ssize_t n = write(STDOUT_FILENO, bytes, length);
    if (n < 0 && errno != EINTR) _exit(EX_IOERR);
    if (n > 0) bytes += n, length -= (gsize)n;
  }
}

/* A name as it stands in an answer: labels with their length before them. FALSE: it is not whole, or has other
 * characters than names of hosts. */
static gboolean add_name(GString *line, const guint8 *data, gsize length)
{
  gsize at = 0, start = line->len;
  while (at < length && data[at] != 0) {
    gsize end = at + 1 + data[at];
    if (data[at] > 63 || end >= length) return FALSE;
    if (line->len > start) g_string_append_c(line, '.');
    for (at++; at < end; at++) {
      char c = g_ascii_tolower((char)data[at]);
      if (!g_ascii_isalnum(c) && c != '-' && c != '_') return FALSE;
      g_string_append_c(line, c);
    }
  }
  if (line->len == start) g_string_append_c(line, '.'); /* the root: of an MX, that there is no mail */
  return at + 1 == length;
}

/* Strings with their length before each, which are one text (RFC 7208, 3.3; RFC 6376, 3.6.2.2). */
static gboolean add_text(GString *line, const guint8 *data, gsize length)
{
  for (gsize at = 0; at < length;) {
    gsize end = at + 1 + data[at];
    if (end > length) return FALSE;
    for (at++; at < end; at++) {
      if (!g_ascii_isprint(data[at])) return FALSE;
      g_string_append_c(line, (char)data[at]);
    }
  }
  return TRUE;
}

static gboolean add_address(GString *line, int family, const guint8 *data, gsize length)
{
  char text[INET6_ADDRSTRLEN];
  if (length != (family == AF_INET ? 4u : 16u) || inet_ntop(family, data, text, sizeof text) == NULL) return FALSE;
  g_string_append(line, text);
  return TRUE;
}

static gboolean add_exchange(GString *line, const guint8 *data, gsize length)
{
  if (length < 3) return FALSE;
  g_string_append_printf(line, "%u ", data[0] * 256u + data[1]);
  return add_name(line, data + 2, length - 2);
}

static gboolean add_value(GString *line, int type, const guint8 *data, gsize length)
{
  switch (type) {
  case 1: return add_address(line, AF_INET, data, length);
  case 12: return add_name(line, data, length);
  case 15: return add_exchange(line, data, length);
  case 16: return add_text(line, data, length);
  case 28: return add_address(line, AF_INET6, data, length);
  default: return FALSE;
  }
}

/* The values, each behind a tab; those that cannot be told are left out. *n: how many there are. */
static void add_values(GString *line, const struct ub_result *result, guint *n)
{
  for (guint i = 0; result->data[i] != NULL && line->len < RESOLVER_ANSWER_LONGEST; i++) {
    gsize before = line->len;
    g_string_append_c(line, '\t');
    if (result->len[i] >= 0 && add_value(line, result->qtype, (const guint8 *)result->data[i], (gsize)result->len[i]))
      ++*n;
    else
      g_string_truncate(line, before);
  }
}

static void answer(guint64 number, const char *state, int seconds, gboolean secure, const char *values)
{
  g_autofree char *line = g_strdup_printf("%" G_GUINT64_FORMAT "\t%s\t%d\t%s%s\n", number, state, MAX(seconds, 0),
                                          secure ? "secure" : "plain", values);
  write_all(line, strlen(line));
}

static void take(void *data, int problem, struct ub_result *result)
{
  g_autofree Question *question = data;
  g_autoptr(GString) values = g_string_new(NULL);
  guint n = 0;
  question->resolver->answered++;
  gboolean sound = problem == 0 && result != NULL && !result->bogus;
  if (sound && result->havedata) add_values(values, result, &n);
  if (sound && result->havedata && n > 0 && values->len < RESOLVER_ANSWER_LONGEST - 64)
    answer(question->number, "found", result->ttl, result->secure != 0, values->str);
  else if (sound && !result->havedata && (result->nxdomain || result->rcode == 0))
    answer(question->number, "none", result->ttl, result->secure != 0, "");
  else
    answer(question->number, "failed", 0, FALSE, "");
  ub_resolve_free(result);
}

/* The number of the type; -1 for one that is not asked. */
static int type_of(const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
    if (strcmp(types[i].name, name) == 0) return types[i].number;
  return -1;
}

/* FALSE: this line is no question. */
static gboolean ask(Resolver *resolver, const char *line)
{
  g_auto(GStrv) fields = g_strsplit(line, "\t", 4);
  guint64 number = 0;
  if (g_strv_length(fields) != 3 || type_of(fields[1]) < 0 || strlen(fields[2]) == 0 || strlen(fields[2]) > 253
      || !g_ascii_string_to_unsigned(fields[0], 10, 0, G_MAXUINT32, &number, NULL)
      || ++resolver->asked > RESOLVER_QUESTIONS_MOST)
    return FALSE;
  Question *question = g_new0(Question, 1);
  *question = (Question){ resolver, number };
  if (ub_resolve_async(resolver->context, fields[2], type_of(fields[1]), CLASS_INTERNET, question, take, NULL) == 0)
    return TRUE;
  g_free(question);
  answer(number, "failed", 0, FALSE, "");
  resolver->answered++;
  return TRUE;
}

/* Takes what is there of the input. FALSE: a line is too long, or no question. */
static gboolean hear(Resolver *resolver)
{
  ssize_t n = read(STDIN_FILENO, resolver->line + resolver->length, sizeof resolver->line - resolver->length);
  if (n < 0 && errno == EINTR) return TRUE;
  if (n <= 0) {
    resolver->ended = TRUE;
    return n == 0 && resolver->length == 0;
  }
  resolver->length += (gsize)n;
  char *end = NULL;
  while ((end = memchr(resolver->line, '\n', resolver->length)) != NULL) {
    *end = '\0';
    gsize used = (gsize)(end - resolver->line) + 1;
    if (strlen(resolver->line) + 1 != used || !ask(resolver, resolver->line)) return FALSE;
    resolver->length -= used;
    memmove(resolver->line, resolver->line + used, resolver->length);
  }
  return resolver->length < sizeof resolver->line;
}

static int serve(Resolver *resolver)
{
  while (!resolver->ended || resolver->answered < resolver->asked) {
    struct pollfd fds[] = { { .fd = ub_fd(resolver->context), .events = POLLIN },
                            { .fd = resolver->ended ? -1 : STDIN_FILENO, .events = POLLIN } };
    if (poll(fds, G_N_ELEMENTS(fds), -1) < 0 && errno != EINTR) return EX_OSERR;
    if (fds[1].revents != 0 && !hear(resolver)) return complain(EX_DATAERR, "this line is no question", NULL);
    if (fds[0].revents != 0 && ub_process(resolver->context) != 0)
      return complain(EX_SOFTWARE, "libunbound has failed", NULL);
  }
  return EX_OK;
}

/* The root's keys, a line each; a file that is not there means that DNSSEC is not looked at. */
static int take_keys(struct ub_ctx *context)
{
  g_autofree char *text = NULL;
  if (!g_file_get_contents(ROOT_KEYS, &text, NULL, NULL)) return 0;
  g_auto(GStrv) lines = g_strsplit(text, "\n", 100);
  int problem = 0;
  for (char **line = lines; *line != NULL && problem == 0; line++)
    if (**line != '\0' && **line != ';') problem = ub_ctx_add_ta(context, *line);
  return problem;
}

static int take_servers(struct ub_ctx *context, int n, char **servers)
{
  int problem = n == 0 ? ub_ctx_resolvconf(context, NULL) : 0;
  for (int i = 0; i < n && problem == 0; i++) problem = ub_ctx_set_fwd(context, servers[i]);
  return problem;
}

/* Private networks and those of examples are the name servers' business, as are names on this computer: the first
 * server is often one on loopback. */
static const char *const settings[][2] = {
  { "do-not-query-localhost:", "no" }, { "unblock-lan-zones:", "yes" }, { "msg-cache-size:", "1m" },
  { "rrset-cache-size:", "2m" },       { "key-cache-size:", "1m" },     { "neg-cache-size:", "256k" },
};

static int prepare(struct ub_ctx *context, gboolean dnssec, int n, char **servers)
{
  int problem = 0;
  for (gsize i = 0; i < G_N_ELEMENTS(settings) && problem == 0; i++)
    problem = ub_ctx_set_option(context, settings[i][0], settings[i][1]);
  if (problem == 0) problem = take_servers(context, n, servers);
  if (problem == 0 && dnssec) problem = take_keys(context);
  if (problem == 0) problem = ub_ctx_debuglevel(context, 0);
  return problem == 0 ? ub_ctx_async(context, 1) : problem;
}

static void limit(int what, rlim_t most)
{
  struct rlimit value = { most, RLIM_INFINITY };
  getrlimit(what, &value);
  value.rlim_cur = value.rlim_max = MIN(most, value.rlim_max);
  setrlimit(what, &value);
}

/* Ends with its parent and after its time; nobody reads its memory, alive or dead. */
static void confine(void)
{
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_DUMPABLE, 0);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_NOFILE, FILES_MOST);
#ifndef BACKSTOP_ASAN
  limit(RLIMIT_AS, MEMORY_MOST);
#endif
  alarm(RESOLVER_SECONDS);
}

/* From here on no file can be opened or written. A kernel without Landlock lets it go on: the limit on written files
 * holds there, too. */
static void give_up_files(void)
{
  struct landlock_ruleset_attr all = { .handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1 };
  int rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0);
  limit(RLIMIT_FSIZE, 0);
  if (rules < 0) return;
  syscall(SYS_landlock_restrict_self, rules, 0);
  close(rules);
}

int main(int argc, char **argv)
{
  gboolean dnssec = argc < 2 || strcmp(argv[1], "--no-dnssec") != 0;
  int first = dnssec ? 1 : 2;
  confine();
  if (getppid() == 1) return EX_TEMPFAIL;
  Resolver resolver = { .context = ub_ctx_create() };
  if (resolver.context == NULL) return complain(EX_OSERR, "libunbound cannot be started", NULL);
  int problem = prepare(resolver.context, dnssec, MAX(argc - first, 0), argv + first);
  if (problem != 0) return complain(EX_CONFIG, "the name servers cannot be used", ub_strerror(problem));
  give_up_files();
  /* What is still asked when it ends is of no use to anybody: no tidying. */
  return serve(&resolver);
}
