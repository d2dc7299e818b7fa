/* memory.h - what the tray program remembers between two starts: the file "tray" in the data folder. */
#pragma once
#include <glib.h>

typedef struct {
  gint64 looked;   /* entries up to this id were there when the window was last looked at */
  gint64 notified; /* and up to this one when a digest was last sent */
  gint64 genuine;  /* the same of notifications about genuine bounces */
  gint64 waved;    /* Unix seconds of the last notice of a wave, and of an alarm */
  gint64 alarmed;
  int width, height; /* of the window; 0: not known */
} Memory;

/* Zeros when there is none yet, or it cannot be read. */
void memory_load(Memory *memory, const char *dir);
/* Written whole or not at all, 0600; a failure is no harm. */
void memory_save(const Memory *memory, const char *dir);
