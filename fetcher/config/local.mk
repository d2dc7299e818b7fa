libfetcher_a_SOURCES += %D%/account.c %D%/config.c %D%/config.h %D%/private.h
