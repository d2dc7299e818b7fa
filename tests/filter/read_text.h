/* read_text.h - small reports written as text, and what is read of them, for tests. */
#pragma once
#include "filter/filter.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
// cmocka wants the headers above first
#include <cmocka.h>

#define DAEMON                                                                                                         \
  "From: MAILER-DAEMON@mx.test\nTo: me@b.test\nSubject: failure notice\nReturn-Path: <>\nMessage-ID: "                 \
  "<own.1@mx.test>\n"
#define TEXT DAEMON "\nI'm afraid I wasn't able to deliver your message.\n"
#define DSN                                                                                                            \
  DAEMON "Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\nContent-Type: "              \
         "message/delivery-status\n\n"

static inline char *joined(GPtrArray *list)
{
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < list->len; i++)
    g_string_append_printf(text, "%s%s", i > 0 ? " " : "", (const char *)list->pdata[i]);
  return g_string_free(text, FALSE);
}

static inline Report *read_text(const char *text)
{
  g_autoptr(GBytes) message = g_bytes_new(text, strlen(text));
  return filter_read(message);
}

typedef struct {
  const char *message, *want;
} Row;

static inline void assert_text(guint row, const char *got, const char *want)
{
  if (g_strcmp0(got, want) != 0)
    fail_msg("row %u: got \"%s\", want \"%s\"", row, got != NULL ? got : "NULL", want != NULL ? want : "NULL");
}
