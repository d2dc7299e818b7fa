/* fetcher/folder_name.c */
#include "fetcher/folder_name.h"
