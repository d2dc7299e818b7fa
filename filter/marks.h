/* marks.h - what an original bears that may be a mark of the owner's own hand (rule 7 of doc/design/verdicts.md). Anybody
 * can write all of it. */
#pragma once
#include "filter/fields.h"
#include "filter/report.h"

#define MARK_ADDRESSES_MOST 8
#define MARK_ANSWERED_MOST 32
#define MARK_SIGNERS_MOST 8

/* Adds what one field of a returned header tells: author, answered, resenders, signers, automatic and scheduled. */
void marks_read(Original *original, const Field *field);
/* The same of the original's text as it came back, header and body: an invitation stands in a part of its own. */
void marks_read_text(Original *original, Span text);
