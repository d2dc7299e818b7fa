libfetcher_a_SOURCES += %D%/answer.c %D%/door.h %D%/listen.c %D%/maildrop.c %D%/peer.c %D%/private.h %D%/session.c \
	%D%/sign_in.c %D%/waiting.c %D%/wire.c
