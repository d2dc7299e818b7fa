libfetcher_a_SOURCES += %D%/box.c %D%/box.h %D%/box_read.c %D%/box_read.h %D%/box_text.c %D%/box_text.h %D%/link.c \
	%D%/link.h %D%/link_list.c %D%/link_message.c %D%/link_sign_in.c %D%/link_talk.c %D%/private.h
