/* ledger/ledger.c */
#include "ledger/ledger.h"
