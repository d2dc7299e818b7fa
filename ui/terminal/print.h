/* print.h - output for people: times, tables, and text of mail made harmless. */
#pragma once
#include <glib.h>

/* The width of the terminal on standard output, in columns; 0: it is no terminal. */
guint print_width(void);
/* How many columns a text takes. */
guint print_columns(const char *text);

/* A time of day, local: "12:04 today", "12:04 yesterday", "3 March 2019, 12:04"; "never" for 0. The caller frees. */
char *print_time(gint64 seconds);
/* The same beside another time: "12:04" when both are on one day. The caller frees. */
char *print_time_beside(gint64 seconds, gint64 other);
/* The local day: "2019-03-03"; "-" for 0. The caller frees. */
char *print_day(gint64 seconds);

/* "  name:     text", the text made harmless; nothing when it is NULL. */
void print_field(const char *name, const char *text);
/* A sentence, made harmless, wrapped at the terminal's width (at 80 when there is none), each line after the first
 * indented as deep as `first` is wide. */
void print_wrapped(const char *first, const char *text);

/* A table: rows are gathered, then printed with the columns as wide as they must be, or as the terminal lets them. */
typedef struct Table Table;
/* titles: NULL-terminated, borrowed. least: for each column the smallest width it may be cut to; 0: it is never cut. */
Table *table_new(const char *const *titles, const guint *least);
/* One text for each column; copied and made harmless. NULL: empty. */
void table_add(Table *table, const char *const *cells);
guint table_rows(const Table *table);
void table_print(const Table *table, guint width);
void table_free(Table *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Table, table_free)
