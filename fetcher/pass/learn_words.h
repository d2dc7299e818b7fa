/* learn_words.h - in a pass: words are learned from what the owner restored, deleted and sent. */
#pragma once
#include "fetcher/pass/run.h"

/* Does nothing where the owner has not asked for it. What is left after a few hundred messages is learned by the next
 * passes. */
gboolean learn_words(Run *run, GError **error);
