# Tests of POP3, Maildir and mbox: the boxes, the store that is made of them, and the door.
BOX_TESTS = tests/test_pop3_sign_in tests/test_pop3_link tests/test_pop3_box tests/test_mbox_box tests/test_mbox_change tests/test_mbox_lock \
	tests/test_maildir_box tests/test_box_store tests/test_door tests/test_door_mail
check_PROGRAMS += $(BOX_TESTS)
TESTS += $(BOX_TESTS)

POP3_SOURCES = tests/pop3_peer.h tests/pop3_peer.c $(PEER_SOURCES)

tests_test_pop3_sign_in_SOURCES = tests/test_pop3_sign_in.c $(POP3_SOURCES)
tests_test_pop3_sign_in_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(GNUTLS_CFLAGS)
tests_test_pop3_sign_in_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)

tests_test_pop3_link_SOURCES = tests/test_pop3_link.c $(POP3_SOURCES)
tests_test_pop3_link_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(GNUTLS_CFLAGS)
tests_test_pop3_link_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)

tests_test_pop3_box_SOURCES = tests/test_pop3_box.c $(POP3_SOURCES)
tests_test_pop3_box_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(GNUTLS_CFLAGS)
tests_test_pop3_box_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)

MBOX_SOURCES = tests/mbox_rig.h tests/mbox_rig.c

tests_test_mbox_box_SOURCES = tests/test_mbox_box.c $(MBOX_SOURCES)
tests_test_mbox_box_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_test_mbox_box_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)

tests_test_mbox_change_SOURCES = tests/test_mbox_change.c $(MBOX_SOURCES)
tests_test_mbox_change_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_test_mbox_change_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)

tests_test_mbox_lock_SOURCES = tests/test_mbox_lock.c $(MBOX_SOURCES)
tests_test_mbox_lock_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_test_mbox_lock_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)

tests_test_maildir_box_SOURCES = tests/test_maildir_box.c $(MBOX_SOURCES)
tests_test_maildir_box_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_test_maildir_box_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)

tests_test_box_store_SOURCES = tests/test_box_store.c $(MBOX_SOURCES)
tests_test_box_store_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_test_box_store_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)

# The POP3 server on loopback, before a mailbox in memory.
DOOR_SOURCES = tests/door_rig.h tests/door_rig.c tests/fake_pop3_link.h tests/fake_pop3_link.c

tests_test_door_SOURCES = tests/test_door.c $(DOOR_SOURCES)
tests_test_door_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_test_door_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)

tests_test_door_mail_SOURCES = tests/test_door_mail.c $(DOOR_SOURCES)
tests_test_door_mail_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_test_door_mail_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)
