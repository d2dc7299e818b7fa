/* dns.c - answers of the domain name system, kept for a while
 * Owns:     table dns; how long an answer is believed, and how many are kept.
 * Must not: ask.
 * Fails:    LEDGER_ERROR; all answers of one call are stored, or none.
 * Tests:    tests/ledger/test_dns.c */
#include "ledger/dns.h"
#include "ledger/private.h"

/* Facts ask by the time when their batch was scanned, which may be some time before an answer was stored. */
#define SCANNED_BEFORE 3600

/* Fills in the values, a line each. FALSE: one is not good, or there are too many. */
static gboolean take_values(DnsAnswer *answer, const char *lines)
{
  g_auto(GStrv) values = g_strsplit(lines, "\n", DNS_VALUES_MOST + 1);
  if (g_strv_length(values) > DNS_VALUES_MOST) return FALSE;
  for (char **value = values; *value != NULL; value++) {
    if (!dns_value_is_good(answer->question.type, *value)) return FALSE;
    g_ptr_array_add(answer->values, g_strdup(*value));
  }
  return TRUE;
}

/* A row that this program cannot have written tells nothing. */
static DnsAnswer *answer_of_row(const Rows *rows, DnsType type, const char *name, gint64 now)
{
  DnsState state = DNS_FAILED;
  if (!dns_state_parse(row_text(rows, 0), &state)) return NULL;
  g_autoptr(DnsAnswer) answer = dns_answer_new(type, name, state);
  answer->secure = row_int(rows, 1) != 0;
  answer->ttl = (guint)(row_int(rows, 3) - now);
  if (state == DNS_FOUND && !take_values(answer, row_text(rows, 2))) return NULL;
  return g_steal_pointer(&answer);
}

gboolean dns_get(Ledger *ledger, DnsType type, const char *name, gint64 now, DnsAnswer **answer, GError **error)
{
  g_auto(Rows) rows = { 0 };
  *answer = NULL;
  /* A clock that was ahead when the answer was stored must not keep the answer for ever. */
  if (!rows_open(
          &rows, ledger, error,
          "SELECT state, secure, answers, until FROM dns WHERE name = ? AND type = ? AND until > ? AND until <= ?",
          "ssii", name, dns_type_name(type), now, now + DNS_LONGEST + SCANNED_BEFORE))
    return FALSE;
  if (rows_next(&rows, error)) *answer = answer_of_row(&rows, type, name, now);
  return !rows.failed;
}

static gboolean is_sound(const DnsAnswer *answer)
{
  if (answer->state != DNS_FOUND) return answer->values->len == 0;
  if (answer->values->len == 0 || answer->values->len > DNS_VALUES_MOST) return FALSE;
  for (guint i = 0; i < answer->values->len; i++)
    if (!dns_value_is_good(answer->question.type, answer->values->pdata[i])) return FALSE;
  return TRUE;
}

static char *lines_of(const GPtrArray *values)
{
  g_autoptr(GString) lines = g_string_new(NULL);
  for (guint i = 0; i < values->len; i++)
    g_string_append_printf(lines, "%s%s", i == 0 ? "" : "\n", (const char *)values->pdata[i]);
  return g_string_free(g_steal_pointer(&lines), FALSE);
}

static gboolean put_one(Ledger *ledger, const DnsAnswer *answer, gint64 now, GError **error)
{
  gboolean sound = is_sound(answer);
  g_autofree char *lines = sound ? lines_of(answer->values) : g_strdup("");
  gint64 holds =
      sound && answer->state != DNS_FAILED ? CLAMP((gint64)answer->ttl, DNS_SHORTEST, DNS_LONGEST) : DNS_SHORTEST;
  return db_run(ledger, error,
                "INSERT OR REPLACE INTO dns(name, type, state, secure, answers, until) VALUES(?, ?, ?, ?, ?, ?)",
                "sssdsi", answer->question.name, dns_type_name(answer->question.type),
                dns_state_name(sound ? answer->state : DNS_FAILED), sound && answer->secure, lines, now + holds);
}

static gboolean put_all(Ledger *ledger, const GPtrArray *answers, gint64 now, GError **error)
{
  for (guint i = 0; i < answers->len; i++)
    if (!put_one(ledger, answers->pdata[i], now, error)) return FALSE;
  return db_run(ledger, error, "DELETE FROM dns WHERE until <= ? OR until > ?", "ii", now,
                now + DNS_LONGEST + SCANNED_BEFORE)
         && db_run(ledger, error,
                   "DELETE FROM dns WHERE until < (SELECT until FROM dns ORDER BY until DESC LIMIT 1 OFFSET ?)", "d",
                   DNS_ANSWERS_MOST - 1);
}

gboolean dns_put(Ledger *ledger, const GPtrArray *answers, gint64 now, GError **error)
{
  if (answers->len == 0) return TRUE;
  if (!db_begin_lightly(ledger, error)) return FALSE;
  return db_end_lightly(ledger, put_all(ledger, answers, now, error), error);
}
