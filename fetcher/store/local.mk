libfetcher_a_SOURCES += %D%/sent_folders.c %D%/sent_folders.h %D%/sent_names.c %D%/sent_names.h %D%/store.c \
	%D%/store.h %D%/trash_names.c %D%/trash_names.h %D%/uid_window.c %D%/uid_window.h %D%/usual_names.c \
	%D%/usual_names.h
