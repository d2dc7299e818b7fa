# see Makefile.am
check_PROGRAMS += tests/test_local tests/test_secret
TESTS += tests/test_local tests/test_secret
tests_test_local_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_test_local_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)
tests_test_secret_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_test_secret_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)
