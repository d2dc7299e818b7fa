libfetcher_a_SOURCES += %D%/command.c %D%/fetch.c %D%/folder.c %D%/hear.c %D%/idle.c %D%/imap.c %D%/imap.h \
	%D%/mark.c %D%/move.c %D%/namespace.c %D%/open.c %D%/private.h %D%/reader.c %D%/reader.h %D%/reply.c %D%/reply.h \
	%D%/rows.c %D%/rows.h %D%/sign_in.c %D%/tokens.c %D%/tokens.h %D%/utf7.c %D%/utf7.h
