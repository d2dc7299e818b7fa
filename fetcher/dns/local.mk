libfetcher_a_SOURCES += %D%/client.c %D%/client.h %D%/look_up.c %D%/look_up.h
