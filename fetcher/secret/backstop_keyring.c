/* backstop_keyring.c - the desktop's keyring, by libsecret: looks up, stores and clears one password
 * Owns:     the schema of our passwords in the keyring.
 * Must not: take a password from argv or the environment, or show one to anybody but its standard output.
 * Fails:    by exit status (keyring.h) and one line on the standard error.
 * Tests:    tests/e2e/test_password.py */
#include "fetcher/secret/keyring.h"
#include <errno.h>
#include <libsecret/secret.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static const SecretSchema schema = { "org.backstop.Password",
                                     SECRET_SCHEMA_NONE,
                                     { { "application", SECRET_SCHEMA_ATTRIBUTE_STRING },
                                       { "account", SECRET_SCHEMA_ATTRIBUTE_STRING },
                                       { "host", SECRET_SCHEMA_ATTRIBUTE_STRING },
                                       { "user", SECRET_SCHEMA_ATTRIBUTE_STRING },
                                       { NULL, 0 } } };

static int complain(int status, const char *text, const char *detail)
{
  fprintf(stderr, KEYRING_PROGRAM ": %s%s%s\n", text, detail != NULL ? ": " : "", detail != NULL ? detail : "");
  return status;
}

static int locked(void) { return complain(KEYRING_LOCKED, "the keyring is locked", NULL); }

/* Frees the error. */
static int complain_of(GError *error)
{
  g_autoptr(GError) problem = error;
  if (g_error_matches(problem, SECRET_ERROR, SECRET_ERROR_IS_LOCKED)) return locked();
  return complain(KEYRING_ABSENT, "no keyring can be reached", problem->message);
}

static int none(void) { return complain(KEYRING_NONE, "the keyring holds no such password", NULL); }

static gboolean write_all(const char *bytes, gsize length)
{
  while (length > 0) {
    ssize_t n = write(STDOUT_FILENO, bytes, length);
    if (n < 0 && errno != EINTR) return FALSE;
    if (n > 0) bytes += n, length -= (gsize)n;
  }
  return TRUE;
}

/* Unlocks the keyring if need be, where there is somebody to ask. */
static int lookup(const char *account, GHashTable *attributes)
{
  GError *problem = NULL;
  SecretSearchFlags flags = SECRET_SEARCH_UNLOCK | SECRET_SEARCH_LOAD_SECRETS;
  GList *found = secret_password_searchv_sync(&schema, attributes, flags, NULL, &problem);
  if (problem != NULL) return complain_of(problem);
  if (found == NULL) return none();
  SecretValue *value = secret_retrievable_retrieve_secret_sync(found->data, NULL, &problem);
  g_list_free_full(found, g_object_unref);
  if (problem != NULL) return complain_of(problem);
  if (value == NULL) return locked();
  gsize length = 0;
  const char *bytes = secret_value_get(value, &length);
  gboolean written = write_all(bytes, length) && write_all("\n", 1);
  secret_value_unref(value);
  return written ? EX_OK : complain(EX_IOERR, "the standard output cannot be written", NULL);
}

/* The first line of the standard input, in libsecret's own memory. NULL: it will not do. */
static SecretValue *read_value(void)
{
  char text[KEYRING_LIMIT + 1];
  gsize length = 0;
  ssize_t n = 1;
  while (n != 0 && length < sizeof text && memchr(text, '\n', length) == NULL) {
    n = read(STDIN_FILENO, text + length, sizeof text - length);
    if (n < 0 && errno != EINTR) break;
    if (n > 0) length += (gsize)n;
  }
  const char *end = memchr(text, '\n', length);
  if (end != NULL) length = (gsize)(end - text);
  gboolean fits = n >= 0 && length > 0 && length <= KEYRING_LIMIT && memchr(text, '\0', length) == NULL
                  && memchr(text, '\r', length) == NULL;
  SecretValue *value = fits ? secret_value_new(text, (gssize)length, "text/plain") : NULL;
  explicit_bzero(text, sizeof text);
  return value;
}

static int store(const char *account, GHashTable *attributes)
{
  GError *problem = NULL;
  g_autofree char *label = g_strdup_printf("Backstop: account %s", account);
  SecretValue *value = read_value();
  if (value == NULL)
    return complain(KEYRING_UNFIT, "a password has 1 to 4096 bytes, and no carriage return or NUL", NULL);
  secret_password_storev_binary_sync(&schema, attributes, SECRET_COLLECTION_DEFAULT, label, value, NULL, &problem);
  secret_value_unref(value);
  return problem != NULL ? complain_of(problem) : EX_OK;
}

/* libsecret skips locked items without an error. */
static int clear(const char *account, GHashTable *attributes)
{
  GError *problem = NULL;
  GList *found = secret_password_searchv_sync(&schema, attributes, SECRET_SEARCH_UNLOCK, NULL, &problem);
  if (problem != NULL) return complain_of(problem);
  if (found == NULL) return none();
  g_list_free_full(found, g_object_unref);
  gboolean cleared = secret_password_clearv_sync(&schema, attributes, NULL, &problem);
  if (problem != NULL) return complain_of(problem);
  return cleared ? EX_OK : locked();
}

static const struct {
  const char *name;
  int (*run)(const char *account, GHashTable *attributes);
} actions[] = { { "lookup", lookup }, { "store", store }, { "clear", clear } };

/* Drops messages of libraries: this program tells of a failure itself, in one line. */
static GLogWriterOutput say_nothing(GLogLevelFlags level, const GLogField *fields, gsize n, gpointer data)
{
  return G_LOG_WRITER_HANDLED;
}

#ifdef BACKSTOP_ASAN
/* libsecret's file loses 28 bytes when it is written; we end at once, and nobody may look into us to count them. */
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void) { return 1; }
#endif

int main(int argc, char **argv)
{
  const struct rlimit no_core = { 0, 0 };
  setrlimit(RLIMIT_CORE, &no_core);
  prctl(PR_SET_DUMPABLE, 0);
  setlocale(LC_ALL, "");
  g_log_set_writer_func(say_nothing, NULL, NULL);
  for (gsize i = 0; argc == 5 && i < G_N_ELEMENTS(actions); i++) {
    if (strcmp(argv[1], actions[i].name) != 0) continue;
    g_autoptr(GHashTable) attributes = secret_attributes_build(&schema, "application", "backstop", "account", argv[2],
                                                               "host", argv[3], "user", argv[4], NULL);
    return actions[i].run(argv[2], attributes);
  }
  return complain(EX_USAGE, "is started by backstop and backstopd", NULL);
}
