/* filter/names.c */
#include "filter/names.h"
