libfetcher_a_SOURCES += %D%/account.c %D%/account.h %D%/config.c %D%/config.h %D%/load.c %D%/protocol.c %D%/protocol.h \
	%D%/reader.c %D%/reader.h %D%/refuse.c %D%/refuse.h %D%/tools.c %D%/words.c
