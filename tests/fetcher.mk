FETCHER_TESTS = tests/test_guard tests/test_folder_name tests/test_stream tests/test_imap tests/test_imap_mail \
	tests/test_imap_folder tests/test_imap_idle tests/test_imap_mark
check_PROGRAMS += $(FETCHER_TESTS)
TESTS += $(FETCHER_TESTS)

tests_test_guard_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_test_guard_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)

tests_test_folder_name_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_test_folder_name_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)

PEER_SOURCES = tests/peer.h tests/peer.c tests/certs.h tests/certs.c

tests_test_stream_SOURCES = tests/test_stream.c $(PEER_SOURCES)
tests_test_stream_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(GNUTLS_CFLAGS)
tests_test_stream_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)

tests_test_imap_SOURCES = tests/test_imap.c $(PEER_SOURCES)
tests_test_imap_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(GNUTLS_CFLAGS)
tests_test_imap_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)

SESSION_SOURCES = tests/imap_session.h tests/imap_session.c $(PEER_SOURCES)

tests_test_imap_mail_SOURCES = tests/test_imap_mail.c $(SESSION_SOURCES)
tests_test_imap_mail_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(GNUTLS_CFLAGS)
tests_test_imap_mail_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)

tests_test_imap_idle_SOURCES = tests/test_imap_idle.c $(SESSION_SOURCES)
tests_test_imap_idle_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(GNUTLS_CFLAGS)
tests_test_imap_idle_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)

tests_test_imap_mark_SOURCES = tests/test_imap_mark.c $(SESSION_SOURCES)
tests_test_imap_mark_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(GNUTLS_CFLAGS)
tests_test_imap_mark_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)

tests_test_imap_folder_SOURCES = tests/test_imap_folder.c $(SESSION_SOURCES)
tests_test_imap_folder_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(GNUTLS_CFLAGS)
tests_test_imap_folder_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)
