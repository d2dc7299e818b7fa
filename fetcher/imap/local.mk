libfetcher_a_SOURCES += %D%/command.c %D%/fetch.c %D%/folder.c %D%/folder_name.c %D%/folder_name.h %D%/idle.c \
	%D%/imap.c %D%/imap.h %D%/mark.c %D%/move.c %D%/private.h
