# The pipeline of fetcher/, on a mail server in memory.
check_PROGRAMS += tests/test_uid_window tests/test_pass tests/test_settle tests/test_reconcile tests/test_sweep
TESTS += tests/test_uid_window tests/test_pass tests/test_settle tests/test_reconcile tests/test_sweep
tests_test_uid_window_SOURCES = tests/test_uid_window.c
tests_test_uid_window_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_test_uid_window_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)
tests_test_pass_SOURCES = tests/test_pass.c tests/fake_store.c tests/fake_store.h tests/fake_mail.c tests/fake_mail.h
tests_test_pass_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_test_pass_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)
tests_test_settle_SOURCES = tests/test_settle.c tests/fake_store.c tests/fake_store.h tests/fake_mail.c tests/fake_mail.h
tests_test_settle_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_test_settle_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)
tests_test_reconcile_SOURCES = tests/test_reconcile.c tests/fake_store.c tests/fake_store.h tests/fake_mail.c tests/fake_mail.h
tests_test_reconcile_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_test_reconcile_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)
tests_test_sweep_SOURCES = tests/test_sweep.c tests/fake_store.c tests/fake_store.h tests/fake_mail.c tests/fake_mail.h
tests_test_sweep_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_test_sweep_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)
