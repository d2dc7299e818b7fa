# Everything that the programs of fetcher/ share; each room adds its files.
noinst_LIBRARIES += libfetcher.a
libfetcher_a_CPPFLAGS = $(AM_CPPFLAGS) $(GNUTLS_CFLAGS) $(GMIME_CFLAGS)
libfetcher_a_SOURCES =
FETCHER_LIBS = libfetcher.a $(LEDGER_LIBS) $(ETPAN_LIBS) $(GNUTLS_LIBS)
