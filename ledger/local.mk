noinst_LIBRARIES += libledger.a
libledger_a_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
libledger_a_SOURCES = \
	ledger/ledger.h ledger/account.h ledger/configure.h ledger/folder.h ledger/pass.h ledger/sent.h ledger/facts.h ledger/journal.h ledger/wish.h ledger/newsender.h ledger/stats.h ledger/number.h \
	ledger/db.h ledger/error.h ledger/private.h ledger/ask.h \
	ledger/ledger.c ledger/db.c ledger/schema.c ledger/lock.c ledger/account.c ledger/configure.c ledger/folder.c ledger/pass.c ledger/sent.c ledger/sent_batch.c ledger/coverage.c ledger/gap.c ledger/facts.c ledger/facts_fit.c ledger/facts_owner.c ledger/facts_people.c ledger/names.c \
	ledger/newsender.c ledger/entry.c ledger/journal.c ledger/journal_read.c ledger/wish.c ledger/stats.c ledger/number.c
LEDGER_LIBS = libledger.a $(FILTER_LIBS) $(SQLITE_LIBS)

# What a window asks, and the owner's pause.
libledger_a_SOURCES += ledger/browse.h ledger/browse.c ledger/pause.c

# What is known of sent mail is tested, and a wrong verdict mends itself.
libledger_a_SOURCES += ledger/received.h ledger/heal.h ledger/complete.h ledger/unlisted.h ledger/answers.h ledger/kept.h \
	ledger/sent_news.h ledger/sent_shape.h \
	ledger/received.c ledger/answers.c ledger/sent_shape.c ledger/sent_news.c ledger/silence.c ledger/complete.c \
	ledger/unlisted.c ledger/kept.c ledger/heal.c ledger/schema_step_5.c
