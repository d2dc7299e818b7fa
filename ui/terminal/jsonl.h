/* jsonl.h - output for programs: JSON lines, each an object with "schema": 1. */
#pragma once
#include "filter/report.h"
#include <json-glib/json-glib.h>

/* Begins a line, which jsonl_end() ends. */
JsonBuilder *jsonl_begin(void);
/* Prints the line and frees it. */
void jsonl_end(JsonBuilder *line);

/* Members. A NULL text and a time of 0 are null; a list is always a list; a time is ISO 8601 in UTC. */
void jsonl_text(JsonBuilder *line, const char *name, const char *text);
void jsonl_number(JsonBuilder *line, const char *name, gint64 number);
void jsonl_boolean(JsonBuilder *line, const char *name, gboolean value);
void jsonl_time(JsonBuilder *line, const char *name, gint64 seconds);
void jsonl_list(JsonBuilder *line, const char *name, const GPtrArray *texts);
/* "evidence": a list of {code, text, args}. */
void jsonl_evidence(JsonBuilder *line, const GPtrArray *evidence);
