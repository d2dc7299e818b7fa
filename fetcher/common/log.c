/* log.c - where log lines go
 * Owns:     the process's GLib log writer, the names of the journal's fields.
 * Must not: be given what identifies a person or a message.
 * Fails:    never.
 * Tests:    tests/fetcher/common/test_log.c */
#define G_LOG_DOMAIN "backstop-fetcher"
#include "fetcher/common/log.h"
#include "fetcher/config/config.h"
#include "fetcher/store/store.h"
#include "ledger/ledger.h"
#include <stdio.h>
#include <string.h>

#define FIELD_ACCOUNT "BACKSTOP_ACCOUNT"
#define FIELD_FOLDER "BACKSTOP_FOLDER"
#define FIELD_UID "BACKSTOP_UID"
#define FIELD_CODE "BACKSTOP_CODE"

static const char *const store_codes[] = {
  [STORE_ERROR_MESSAGE] = "store-message", [STORE_ERROR_MAILBOX] = "store-mailbox", [STORE_ERROR_LINK] = "store-link",
  [STORE_ERROR_LATER] = "store-later",     [STORE_ERROR_AUTH] = "store-auth",       [STORE_ERROR_FATAL] = "store-fatal",
};
static const char *const ledger_codes[] = {
  [LEDGER_ERROR_OPEN] = "ledger-open",       [LEDGER_ERROR_NEWER] = "ledger-newer",
  [LEDGER_ERROR_DAMAGED] = "ledger-damaged", [LEDGER_ERROR_FULL] = "ledger-full",
  [LEDGER_ERROR_IO] = "ledger-io",           [LEDGER_ERROR_BUSY] = "ledger-busy",
  [LEDGER_ERROR_MISSING] = "ledger-missing", [LEDGER_ERROR_REFUSED] = "ledger-refused",
};
static const char *const config_codes[] = {
  [CONFIG_ERROR_MISSING] = "config-missing",
  [CONFIG_ERROR_EXPOSED] = "config-exposed",
  [CONFIG_ERROR_INVALID] = "config-invalid",
};
static const struct {
  GQuark (*domain)(void);
  const char *const *codes;
  int n;
} domains[] = {
  { store_error_quark, store_codes, G_N_ELEMENTS(store_codes) },
  { ledger_error_quark, ledger_codes, G_N_ELEMENTS(ledger_codes) },
  { config_error_quark, config_codes, G_N_ELEMENTS(config_codes) },
};

static const char *code_of(const GError *problem)
{
  for (gsize i = 0; i < G_N_ELEMENTS(domains); i++)
    if (domains[i].domain() == problem->domain && problem->code >= 0 && problem->code < domains[i].n)
      return domains[i].codes[problem->code];
  return "other";
}

static const char *field(const GLogField *fields, gsize n, const char *key)
{
  for (gsize i = 0; i < n; i++)
    if (g_str_equal(fields[i].key, key) && fields[i].length < 0) return fields[i].value;
  return NULL;
}

static void append_field(GString *line, const char *name, const char *value)
{
  if (value != NULL) g_string_append_printf(line, "%s %s", name, value);
}

static GLogWriterOutput write_line(GLogLevelFlags level, const GLogField *fields, gsize n, gpointer data)
{
  const char *account = field(fields, n, FIELD_ACCOUNT), *message = field(fields, n, "MESSAGE");
  if ((level & (G_LOG_LEVEL_DEBUG | G_LOG_LEVEL_INFO))
      && g_log_writer_default_would_drop(level, field(fields, n, "GLIB_DOMAIN")))
    return G_LOG_WRITER_HANDLED;
  if (g_log_writer_is_journald(fileno(stderr)) && g_log_writer_journald(level, fields, n, data) == G_LOG_WRITER_HANDLED)
    return G_LOG_WRITER_HANDLED;
  g_autoptr(GString) line = g_string_new(data);
  append_field(line, ": account", account);
  append_field(line, account != NULL ? ", folder" : ": folder", field(fields, n, FIELD_FOLDER));
  append_field(line, ", uid", field(fields, n, FIELD_UID));
  g_string_append_printf(line, ": %s\n", message != NULL ? message : "(no message)");
  fwrite(line->str, 1, line->len, stderr);
  return G_LOG_WRITER_HANDLED;
}

void log_install(const char *program) { g_log_set_writer_func(write_line, (gpointer)program, NULL); }

/* Replaces control characters: names of folders and words of errors come from servers, and a line must stay one line.
 * */
static char *tamed(const char *text)
{
  char *copy = g_strdup(text);
  for (char *c = copy; c != NULL && *c != '\0'; c++)
    if ((guchar)*c < ' ' || *c == 0x7f) *c = ' ';
  return copy;
}

static void log_text(GLogLevelFlags level, LogAbout about, const char *message)
{
  g_autofree char *text = tamed(message), *folder = tamed(about.folder);
  g_autofree char *uid = about.uid != 0 ? g_strdup_printf("%u", about.uid) : NULL;
  const char *priority = level & G_LOG_LEVEL_WARNING ? "4" : level & G_LOG_LEVEL_MESSAGE ? "5" : "6"; /* of syslog */
  const struct {
    const char *key, *value;
  } known[] = { { "MESSAGE", text },
                { "PRIORITY", priority },
                { "GLIB_DOMAIN", G_LOG_DOMAIN },
                { FIELD_ACCOUNT, about.account },
                { FIELD_FOLDER, folder },
                { FIELD_UID, uid },
                { FIELD_CODE, about.code } };
  GLogField fields[G_N_ELEMENTS(known)];
  gsize n = 0;
  for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
    if (known[i].value != NULL) fields[n++] = (GLogField){ known[i].key, known[i].value, -1 };
  g_log_structured_array(level, fields, n);
}

void log_about(GLogLevelFlags level, LogAbout about, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  log_text(level, about, text);
}

void log_problem(LogAbout about, const GError *problem)
{
  if (about.code == NULL) about.code = code_of(problem);
  log_text(G_LOG_LEVEL_WARNING, about, problem->message);
}

void log_account(GLogLevelFlags level, const char *account, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  log_text(level, (LogAbout){ .account = account }, text);
}
