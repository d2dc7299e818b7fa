libfetcher_a_SOURCES += %D%/server_words.c %D%/server_words.h %D%/stream.c %D%/stream.h %D%/tls.c %D%/tls.h
