noinst_LIBRARIES += libfetcher.a
libfetcher_a_CPPFLAGS = $(AM_CPPFLAGS) $(GNUTLS_CFLAGS) $(GMIME_CFLAGS)
libfetcher_a_SOURCES = \
	fetcher/config.h fetcher/secret.h fetcher/store.h fetcher/imap.h fetcher/stream.h fetcher/folder_name.h fetcher/local.h fetcher/exit.h \
	fetcher/exit.c fetcher/folder_name.c \
	fetcher/sign_in.h fetcher/sign_in.c fetcher/keyring.h fetcher/program.h fetcher/program.c \
	fetcher/config.c fetcher/config_private.h fetcher/config_account.c fetcher/secret.c fetcher/local.c fetcher/local_message.c fetcher/store.c \
	fetcher/guard.h fetcher/tls.h fetcher/imap_private.h \
	fetcher/guard.c fetcher/tls.c fetcher/stream.c \
	fetcher/imap.c fetcher/imap_command.c fetcher/imap_folder.c fetcher/imap_fetch.c fetcher/imap_move.c \
	fetcher/imap_mark.c fetcher/imap_idle.c \
	fetcher/words.h fetcher/words.c
FETCHER_LIBS = libfetcher.a $(LEDGER_LIBS) $(ETPAN_LIBS) $(GNUTLS_LIBS)

# Folders that have no numbers of their own: POP3, Maildir, mbox.
libfetcher_a_SOURCES += \
	fetcher/open.h fetcher/open.c \
	fetcher/box_store.h fetcher/box_store_private.h fetcher/box_store.c fetcher/box_store_move.c fetcher/shelf.h fetcher/shelf.c \
	fetcher/box.h fetcher/box.c fetcher/disk_box.c fetcher/program_box.c fetcher/maildir_private.h fetcher/maildir_box.c fetcher/maildir_put.c \
	fetcher/mbox_lines.h fetcher/mbox_lines.c \
	fetcher/mbox_private.h fetcher/mbox_message.c fetcher/mbox_scan.c fetcher/mbox_lock.c fetcher/mbox_write.c \
	fetcher/mbox_rewrite.c fetcher/mbox_late.c fetcher/mbox_box.c \
	fetcher/pop3_link.h fetcher/pop3_link_private.h fetcher/pop3_link.c fetcher/pop3_link_talk.c \
	fetcher/pop3_link_sign_in.c fetcher/pop3_link_list.c fetcher/pop3_link_message.c \
	fetcher/pop3_text.h fetcher/pop3_text.c fetcher/pop3_read.h fetcher/pop3_read.c \
	fetcher/pop3_box.h fetcher/pop3_box.c \
	fetcher/door.h fetcher/door_private.h fetcher/door.c fetcher/door_wire.c fetcher/door_session.c fetcher/door_sign_in.c \
	fetcher/door_relay.c

# The pipeline: one pass over one account, and the processes that make it.
libfetcher_a_SOURCES += \
	fetcher/run.h fetcher/run.c \
	fetcher/uid_window.h fetcher/uid_window.c \
	fetcher/folders.h fetcher/folders.c \
	fetcher/clocks.h fetcher/clocks.c fetcher/sync.h fetcher/sync.c \
	fetcher/batch.h fetcher/batch.c \
	fetcher/settle.h fetcher/settle.c \
	fetcher/rivals.h fetcher/rivals.c \
	fetcher/watch.h fetcher/watch.c \
	fetcher/grant.h fetcher/grant.c \
	fetcher/reconcile.h fetcher/reconcile.c \
	fetcher/sweep.h fetcher/sweep.c \
	fetcher/pass.h fetcher/pass.c

# The supervisor, which is to stay small: no libetpan, GnuTLS, GMime or GIO. tests/e2e/test_daemon.py looks.
bin_PROGRAMS += backstopd
backstopd_SOURCES = \
	fetcher/backstopd.c \
	fetcher/log.h fetcher/log.c \
	fetcher/notify.h fetcher/notify.c fetcher/supervisor.h fetcher/supervisor.c
backstopd_LDADD = libfetcher.a $(LEDGER_LIBS)

# The worker, which the supervisor starts.
pkglibexec_PROGRAMS += backstop-worker
backstop_worker_SOURCES = \
	fetcher/backstop_worker.c \
	fetcher/log.h fetcher/log.c fetcher/supervisor.h \
	fetcher/session.h fetcher/session.c fetcher/doorman.h fetcher/doorman.c fetcher/worker.h fetcher/worker.c
backstop_worker_LDADD = $(FETCHER_LIBS)

# The only one that libsecret is in.
if KEYRING
pkglibexec_PROGRAMS += backstop-keyring
backstop_keyring_CPPFLAGS = $(AM_CPPFLAGS) $(SECRET_CFLAGS)
backstop_keyring_SOURCES = fetcher/keyring.h fetcher/backstop_keyring.c
backstop_keyring_LDADD = $(SECRET_LIBS)
endif
