noinst_LIBRARIES += libfetcher.a
libfetcher_a_CPPFLAGS = $(AM_CPPFLAGS) $(GNUTLS_CFLAGS) $(GMIME_CFLAGS)
libfetcher_a_SOURCES = \
	fetcher/config.h fetcher/secret.h fetcher/store.h fetcher/imap.h fetcher/stream.h fetcher/folder_name.h fetcher/local.h fetcher/exit.h \
	fetcher/exit.c fetcher/folder_name.c \
	fetcher/config.c fetcher/secret.c fetcher/local.c fetcher/store.c
FETCHER_LIBS = libfetcher.a $(LEDGER_LIBS) $(ETPAN_LIBS) $(GNUTLS_LIBS)
