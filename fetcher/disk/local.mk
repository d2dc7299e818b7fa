libfetcher_a_SOURCES += %D%/disk_box.c %D%/disk_box.h %D%/find_message.c %D%/find_message.h %D%/find_trash.c \
	%D%/find_trash.h %D%/mail_files.c %D%/mail_files.h %D%/safe_folder.c %D%/safe_folder.h
