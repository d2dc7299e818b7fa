libfetcher_a_SOURCES += %D%/clocks.c %D%/clocks.h %D%/exit.c %D%/exit.h %D%/log.c %D%/log.h %D%/program.c \
	%D%/program.h
