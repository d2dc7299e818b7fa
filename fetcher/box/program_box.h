/* program_box.h - a program that takes mail, as a box (box.h). */
#pragma once
#include "fetcher/box/box.h"

/* command is run by /bin/sh, and reads one message from its standard input. Exit status 0 within a minute means that it
 * has taken the message. It keeps nothing: list() finds no message. */
Box *program_box_new(const char *name, const char *command);
