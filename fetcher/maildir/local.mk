libfetcher_a_SOURCES += %D%/maildir.c %D%/maildir.h %D%/names.c %D%/private.h %D%/put.c
