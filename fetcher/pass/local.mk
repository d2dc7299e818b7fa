libfetcher_a_SOURCES += %D%/batch.c %D%/batch.h %D%/brake.c %D%/brake.h %D%/candidate.c %D%/candidate.h \
	%D%/carry.c %D%/carry.h %D%/folders.c %D%/folders.h %D%/heal.c %D%/heal.h %D%/locate.c %D%/locate.h \
	%D%/look_up.c %D%/look_up.h %D%/signer_keys.c %D%/signer_keys.h %D%/other_accounts.c \
	%D%/other_accounts.h %D%/pardon.c \
	%D%/pardon.h %D%/pass.c %D%/pass.h %D%/prized.c \
	%D%/prized.h %D%/reconcile.c %D%/reconcile.h %D%/rivals.c %D%/rivals.h %D%/run.c %D%/run.h %D%/seen_before.c \
	%D%/seen_before.h %D%/settle.c %D%/settle.h %D%/sweep.c %D%/sweep.h %D%/sync.c %D%/sync.h %D%/watch.c \
	%D%/watch.h %D%/wishes.c %D%/wishes.h %D%/insiders.c %D%/insiders.h %D%/learn_words.c %D%/learn_words.h \
	%D%/sample.c %D%/sample.h
