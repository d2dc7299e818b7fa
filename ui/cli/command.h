/* command.h - the subcommands of `backstop`. */
#pragma once
#include "ui/terminal/ui.h"

/* A row in the table of subcommands. */
typedef struct {
  const char *name;
  const char *arguments;                           /* "ID...", for the usage line */
  const char *summary;                             /* one line */
  const char *description;                         /* below the summary in --help; NULL */
  const GOptionEntry *options;                     /* NULL-terminated, or NULL */
  const GOptionEntry *also;                        /* more of them, shared with other subcommands; NULL */
  int minimum, maximum;                            /* how many arguments; maximum -1: any number */
  int (*run)(const Ui *ui, int argc, char **argv); /* argv: the arguments alone; returns the exit status */
} Command;

extern const Command cmd_once, cmd_status, cmd_list, cmd_show, cmd_explain, cmd_restore, cmd_delete, cmd_allow,
    cmd_deny, cmd_undo, cmd_check, cmd_record, cmd_sweep, cmd_password, cmd_backup;
