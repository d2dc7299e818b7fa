/* own_list.h - what `allow` and `deny` share: adding to, taking from and printing a list of own entries. */
#pragma once
#include "ledger/newsender.h"
#include "ui/cli/command.h"

/* argv: nothing, or add, remove or list, with entries. all: print automatic entries, too. The exit status. */
int own_list_run(const Ui *ui, NewsenderList list, gboolean all, int argc, char **argv);
