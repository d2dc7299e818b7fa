/* labels.h - what reports call header fields when they tell of the original in words ("Betreff: ..."). */
#pragma once
#include "filter/fields.h"

/* Once per process, before the other. */
void labels_init(void);
/* The header field that a label in some language stands for ("Subject"); static, NULL for an unknown label. */
const char *label_field(Span label);
