libfetcher_a_SOURCES += %D%/store.c %D%/store.h %D%/trash_names.c %D%/trash_names.h
