libfetcher_a_SOURCES += %D%/alone.c %D%/attributes.c %D%/change.c %D%/claim.c %D%/claim.h %D%/file.c %D%/in_place.c \
	%D%/late.c %D%/lines.c %D%/lines.h %D%/lock.c %D%/mbox.c %D%/mbox.h %D%/message.c %D%/private.h %D%/rewrite.c \
	%D%/scan.c %D%/separator.c %D%/separator.h %D%/write.c
