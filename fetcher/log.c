/* log.c - where log lines go.
 * Owns:     the process's GLib log writer.
 * Must not: be given what identifies a person or a message.
 * Fails:    never.
 * Tests:    tests/e2e/test_faults.py */
#define G_LOG_DOMAIN "backstop-fetcher"
#include "fetcher/log.h"
#include <stdio.h>
#include <string.h>

#define FIELD_ACCOUNT "BACKSTOP_ACCOUNT"

static const char *field(const GLogField *fields, gsize n, const char *key)
{
  for (gsize i = 0; i < n; i++)
    if (g_str_equal(fields[i].key, key) && fields[i].length < 0) return fields[i].value;
  return NULL;
}

static GLogWriterOutput write_line(GLogLevelFlags level, const GLogField *fields, gsize n, gpointer data)
{
  const char *account = field(fields, n, FIELD_ACCOUNT), *message = field(fields, n, "MESSAGE");
  if ((level & (G_LOG_LEVEL_DEBUG | G_LOG_LEVEL_INFO))
      && g_log_writer_default_would_drop(level, field(fields, n, "GLIB_DOMAIN")))
    return G_LOG_WRITER_HANDLED;
  if (g_log_writer_is_journald(fileno(stderr))) return g_log_writer_journald(level, fields, n, data);
  g_autoptr(GString) line = g_string_new(data);
  if (account != NULL) g_string_append_printf(line, ": account %s", account);
  g_string_append_printf(line, ": %s\n", message != NULL ? message : "(no message)");
  fwrite(line->str, 1, line->len, stderr);
  return G_LOG_WRITER_HANDLED;
}

void log_install(const char *program) { g_log_set_writer_func(write_line, (gpointer)program, NULL); }

void log_account(GLogLevelFlags level, const char *account, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  if (account != NULL)
    g_log_structured(G_LOG_DOMAIN, level, FIELD_ACCOUNT, account, "MESSAGE", "%s", text);
  else
    g_log_structured(G_LOG_DOMAIN, level, "MESSAGE", "%s", text);
}
