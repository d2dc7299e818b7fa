# The supervisor, which is to stay small: no libetpan, GnuTLS, GMime or GIO. tests/e2e/test_daemon.py looks.
bin_PROGRAMS += backstopd
backstopd_SOURCES = %D%/config_watch.c %D%/config_watch.h %D%/configuration.c \
	%D%/configuration.h %D%/main.c %D%/notify.c %D%/notify.h %D%/restart.c %D%/restart.h %D%/supervisor.c %D%/supervisor.h
backstopd_LDADD = libfetcher.a $(LEDGER_LIBS)
