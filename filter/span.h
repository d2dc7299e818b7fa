/* span.h - a stretch of bytes. */
#pragma once
#include <glib.h>

/* A stretch of bytes that belongs to somebody else. */
typedef struct {
  const char *start;
  gsize length;
} Span;
