noinst_LIBRARIES += libledger.a
libledger_a_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
libledger_a_SOURCES = %D%/account.c %D%/account.h %D%/answers.c %D%/answers.h %D%/ask.c %D%/ask.h %D%/backup.c \
	%D%/backup.h %D%/brake.c %D%/brake.h %D%/browse.c %D%/browse.h %D%/command.c %D%/command.h %D%/complete.c \
	%D%/complete.h %D%/configure.c %D%/configure.h %D%/coverage.c %D%/covered.c %D%/covered.h %D%/db.c \
	%D%/db.h %D%/entry.c %D%/error.h %D%/facts.c %D%/facts.h %D%/facts_fit.c %D%/facts_owner.c \
	%D%/facts_people.c %D%/folder.c %D%/folder.h %D%/forget.c %D%/forget.h %D%/gap.c %D%/hash.c %D%/hash.h \
	%D%/heal.c %D%/heal.h %D%/heal_queue.c %D%/journal.c %D%/journal.h %D%/journal_end.c %D%/journal_read.c \
	%D%/kept.c %D%/kept.h %D%/ledger.c %D%/ledger.h %D%/lock.c %D%/names.c %D%/newsender.c %D%/newsender.h \
	%D%/number.c %D%/number.h %D%/pass.c %D%/pass.h %D%/pause.c %D%/private.h %D%/received.c %D%/received.h \
	%D%/schema.c %D%/schema_signer.c %D%/schema_trust.c %D%/sent.c %D%/sent.h %D%/sent_batch.c %D%/sent_find.c \
	%D%/sent_news.c %D%/sent_news.h %D%/sent_shape.c %D%/sent_shape.h %D%/shorten.c %D%/silence.c %D%/spare.c \
	%D%/spare.h %D%/stats.c %D%/stats.h %D%/trash.c %D%/trash.h %D%/unlisted.c %D%/unlisted.h %D%/unread.c \
	%D%/unread.h %D%/wish.c %D%/wish.h %D%/running.c %D%/running.h %D%/facts_marks.c %D%/id_mark.c \
	%D%/id_mark.h %D%/marks.h %D%/never_used.c %D%/never_used.h %D%/own.c %D%/own.h %D%/relay.c \
	%D%/schema_marks.c %D%/facts_signed.c %D%/signer.c %D%/signer.h %D%/signer_copy.c %D%/signer_key.c \
	%D%/signer_learned.c %D%/insider.c %D%/insider.h %D%/learn.c %D%/learn.h %D%/own_server.c %D%/own_server.h \
	%D%/schema_hand.c %D%/facts_hand.c %D%/schema_domain.c %D%/sent_domain.c
# Words.
libledger_a_SOURCES += %D%/words.c %D%/words.h %D%/facts_words.c %D%/schema_words.c
# What was learned from the domain name system.
libledger_a_SOURCES += %D%/dns.c %D%/dns.h %D%/facts_tools.c %D%/schema_dns.c
LEDGER_LIBS = libledger.a $(FILTER_LIBS) $(SQLITE_LIBS)
