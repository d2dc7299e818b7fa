libfetcher_a_SOURCES += %D%/batch.c %D%/batch.h %D%/clocks.c %D%/clocks.h %D%/folders.c %D%/folders.h %D%/pardon.c %D%/pardon.h %D%/pass.c \
	%D%/pass.h %D%/prized.c %D%/prized.h %D%/reconcile.c %D%/reconcile.h %D%/rivals.c %D%/rivals.h %D%/run.c %D%/run.h %D%/settle.c %D%/settle.h \
	%D%/sweep.c %D%/sweep.h %D%/sync.c %D%/sync.h %D%/uid_window.c %D%/uid_window.h %D%/watch.c %D%/watch.h %D%/wishes.c \
	%D%/wishes.h
