/* folder.h - the ledger of a bench, in a folder of TMPDIR. */
#pragma once

/* Removes the files of the ledger in dir, then dir if nothing else lies there. */
void bench_remove_ledger(const char *dir);
