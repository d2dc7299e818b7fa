libfetcher_a_SOURCES += %D%/maildir.c %D%/private.h %D%/put.c
