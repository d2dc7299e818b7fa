libfetcher_a_SOURCES += %D%/command.c %D%/fetch.c %D%/folder.c %D%/idle.c %D%/imap.c %D%/imap.h %D%/mark.c \
	%D%/move.c %D%/namespace.c %D%/private.h %D%/sign_in.c %D%/utf7.c %D%/utf7.h
