# What several tests share: servers, clients and stores in memory, and folders of their own.
TEST_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(GNUTLS_CFLAGS) $(SQLITE_CFLAGS) $(GMIME_CFLAGS)
check_LIBRARIES += librigs.a
librigs_a_CPPFLAGS = $(TEST_CPPFLAGS)
librigs_a_SOURCES = %D%/box_rig.c %D%/box_rig.h %D%/certs.c %D%/certs.h %D%/dkim_rig.c %D%/dkim_rig.h \
	%D%/facts_rig.c %D%/facts_rig.h %D%/fake_mail.c %D%/fake_mail.h %D%/fake_store.c %D%/fake_store.h \
	%D%/imap_session.c %D%/imap_session.h \
	%D%/ledger_rig.c %D%/ledger_rig.h %D%/mbox_rig.c %D%/mbox_rig.h %D%/old_ledger.h %D%/peer.c %D%/peer.h \
	%D%/heal_rig.c %D%/heal_rig.h %D%/pop3_peer.c %D%/pop3_peer.h %D%/pop3_session.c %D%/pop3_session.h \
	%D%/signed_rig.c %D%/signed_rig.h \
	%D%/trust_rig.c %D%/trust_rig.h

# The POP3 server on loopback, before a mailbox in memory that stands in for pop3/link.c.
check_LIBRARIES += libdoorrig.a
libdoorrig_a_CPPFLAGS = $(TEST_CPPFLAGS)
libdoorrig_a_SOURCES = %D%/door_rig.h %D%/door_rig.c %D%/fake_pop3_link.h %D%/fake_pop3_link.c
