/* memory.h - what the tray program remembers between two starts: the file "tray" in the data folder. */
#pragma once
#include "ledger/browse.h"

typedef struct {
  BrowseMark looked;   /* how far the owner has looked at the list */
  BrowseMark notified; /* how far digests have told of it */
  BrowseMark genuine;  /* how far genuine bounces were told of */
  gint64 waved;        /* Unix seconds of the last notice of a wave; alarmed: of an alarm */
  gint64 alarmed;
  int width, height; /* of the window; 0: not known */
} Memory;

/* Reads the file; zeros when it does not exist or cannot be read. */
void memory_load(Memory *memory, const char *dir);
/* Writes the file whole or not at all, 0600. A failure is ignored: it does no harm. */
void memory_save(const Memory *memory, const char *dir);
