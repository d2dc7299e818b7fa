/* tokens.h - id-shaped words anywhere in a report: a match that needs no knowledge of formats. */
#pragma once
#include "filter/fields.h"
#include "filter/report.h"

#define TOKENS_MOST 64

/* Adds the id-shaped tokens of text that are not in any of the known lists (NULL-terminated array of GPtrArray*). */
void tokens_collect(Span text, GPtrArray *tokens, GPtrArray *const *known);
