# The worker, which the supervisor starts.
pkglibexec_PROGRAMS += backstop-worker
backstop_worker_SOURCES = %D%/doorman.c %D%/doorman.h %D%/main.c %D%/session.c %D%/session.h %D%/worker.c %D%/worker.h
backstop_worker_LDADD = $(FETCHER_LIBS)
libfetcher_a_SOURCES += %D%/open_store.h %D%/open_store.c %D%/protocols.h %D%/protocols.c
