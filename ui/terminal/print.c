/* print.c - output for people: times, tables, and text of mail made harmless
 * Owns:     how wide and how deep things are printed.
 * Must not: let a control character of a mail reach the terminal.
 * Fails:    never; a failed write shows when the program ends.
 * Tests:    tests/ui/terminal/test_print.c */
#include "ui/terminal/print.h"
#include "filter/normalise.h"
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TEXT_LIMIT 2000
#define CELL_LIMIT 300
#define GAP 2

guint print_width(void)
{
  struct winsize size;
  if (!isatty(STDOUT_FILENO)) return 0;
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

static guint columns_of(gunichar c) { return g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1; }

guint print_columns(const char *text)
{
  guint columns = 0;
  for (; *text != '\0'; text = g_utf8_next_char(text)) columns += columns_of(g_utf8_get_char(text));
  return columns;
}

static char *format_time(gint64 seconds, const char *format)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(seconds);
  return time != NULL ? g_date_time_format(time, format) : g_strdup("unknown");
}

char *print_time(gint64 seconds)
{
  if (seconds == 0) return g_strdup("never");
  g_autoptr(GDateTime) now = g_date_time_new_now_local();
  g_autoptr(GDateTime) yesterday = g_date_time_add_days(now, -1);
  g_autofree char *today_text = g_date_time_format(now, "%F"), *yesterday_text = g_date_time_format(yesterday, "%F");
  g_autofree char *day = format_time(seconds, "%F");
  if (strcmp(day, today_text) == 0) return format_time(seconds, "%H:%M today");
  if (strcmp(day, yesterday_text) == 0) return format_time(seconds, "%H:%M yesterday");
  return format_time(seconds, "%-d %B %Y, %H:%M");
}

char *print_time_beside(gint64 seconds, gint64 other)
{
  g_autofree char *day = format_time(seconds, "%F"), *other_day = format_time(other, "%F");
  return seconds != 0 && strcmp(day, other_day) == 0 ? format_time(seconds, "%H:%M") : print_time(seconds);
}

char *print_day(gint64 seconds) { return seconds == 0 ? g_strdup("-") : format_time(seconds, "%F"); }

void print_field(const char *name, const char *text)
{
  if (text == NULL) return;
  g_autofree char *label = g_strdup_printf("  %-18s ", name);
  print_wrapped(label, text);
}

void print_wrapped(const char *first, const char *text)
{
  g_autofree char *safe = text_one_line(text, TEXT_LIMIT);
  guint width = print_width(), indent = print_columns(first), at = indent;
  if (width == 0) width = 80;
  fputs(first, stdout);
  g_auto(GStrv) words = g_strsplit(safe, " ", -1);
  for (char **word = words; *word != NULL; word++) {
    guint columns = print_columns(*word);
    if (at > indent && at + 1 + columns > width) {
      printf("\n%*s", (int)indent, "");
      at = indent;
    } else if (at > indent) {
      putchar(' ');
      at++;
    }
    fputs(*word, stdout);
    at += columns;
  }
  putchar('\n');
}

struct Table {
  const char *const *titles;
  const guint *least;
  guint columns;
  GPtrArray *cells; /* char*, one row after the other */
};

Table *table_new(const char *const *titles, const guint *least)
{
  Table *table = g_new0(Table, 1);
  *table = (Table){ titles, least, g_strv_length((char **)titles), g_ptr_array_new_with_free_func(g_free) };
  return table;
}

void table_add(Table *table, const char *const *cells)
{
  for (guint i = 0; i < table->columns; i++)
    g_ptr_array_add(table->cells, cells[i] != NULL ? text_one_line(cells[i], CELL_LIMIT) : g_strdup(""));
}

guint table_rows(const Table *table) { return table->cells->len / table->columns; }

/* Makes the widest column narrower by one, again and again, until the table fits or no column may become narrower. */
static void fit(const Table *table, guint *widths, guint width)
{
  guint total = (table->columns - 1) * GAP;
  for (guint i = 0; i < table->columns; i++) total += widths[i];
  for (; total > width; total--) {
    guint widest = table->columns;
    for (guint i = 0; i < table->columns; i++)
      if (table->least[i] > 0 && widths[i] > table->least[i]
          && (widest == table->columns || widths[i] > widths[widest]))
        widest = i;
    if (widest == table->columns) return;
    widths[widest]--;
  }
}

static void print_cell(const char *text, guint width, gboolean last)
{
  guint columns = print_columns(text), at = 0;
  gboolean cut = columns > width;
  for (const char *c = text; *c != '\0'; c = g_utf8_next_char(c)) {
    guint next = columns_of(g_utf8_get_char(c));
    if (cut && at + next > width - 1) break;
    fwrite(c, 1, (gsize)(g_utf8_next_char(c) - c), stdout);
    at += next;
  }
  if (cut) {
    fputs("…", stdout);
    at++;
  }
  if (last)
    putchar('\n');
  else
    printf("%*s", (int)(width - at + GAP), "");
}

void table_print(const Table *table, guint width)
{
  g_autofree guint *widths = g_new0(guint, table->columns);
  for (guint i = 0; i < table->columns; i++) widths[i] = print_columns(table->titles[i]);
  for (guint i = 0; i < table->cells->len; i++) {
    guint *column = &widths[i % table->columns];
    *column = MAX(*column, print_columns(table->cells->pdata[i]));
  }
  if (width > 0) fit(table, widths, width);
  for (guint i = 0; i < table->columns; i++) print_cell(table->titles[i], widths[i], i + 1 == table->columns);
  for (guint i = 0; i < table->cells->len; i++) {
    guint column = i % table->columns;
    print_cell(table->cells->pdata[i], widths[column], column + 1 == table->columns);
  }
}

void table_free(Table *table)
{
  if (table == NULL) return;
  g_ptr_array_unref(table->cells);
  g_free(table);
}
