noinst_LIBRARIES += libfilter.a
libfilter_a_CPPFLAGS = $(AM_CPPFLAGS) $(GMIME_CFLAGS) $(NETTLE_CFLAGS) $(PCRE2_CFLAGS)
libfilter_a_SOURCES = \
	filter/filter.h filter/report.h filter/facts.h filter/normalise.h \
	filter/fields.h filter/gather.h filter/head.h filter/labels.h filter/notice.h filter/parts.h filter/phrases.h \
	filter/reason.h filter/recipients.h filter/returned.h filter/span.h filter/status.h filter/tell.h filter/text.h \
	filter/tokens.h \
	filter/normalise.c filter/report.c filter/facts.c \
	filter/fields.c filter/encoded_words.c filter/text.c filter/parts.c filter/phrases.c filter/phrase_table.c \
	filter/head.c filter/status.c filter/labels.c filter/returned.c filter/recipients.c filter/tokens.c \
	filter/gather.c filter/notice.c filter/read.c filter/tell.c filter/judge.c filter/reason.c filter/sent_message.c \
	filter/received_message.c filter/chain.h filter/chain.c filter/hand.h filter/hand.c
FILTER_LIBS = libfilter.a $(GMIME_LIBS) $(NETTLE_LIBS) $(PCRE2_LIBS) $(GLIB_LIBS) -lm

# Questions to the domain name system; words; the second line.
libfilter_a_SOURCES += filter/dns.h filter/dns.c filter/spf.h filter/spf.c filter/zones.h filter/zones.c \
	filter/links.h filter/links.c filter/outermost.h filter/outermost.c filter/tools.h filter/tools.c \
	filter/judge_tools.c filter/judge_words.c filter/judge_second.c filter/keywords.h filter/keywords.c \
	filter/wording.h filter/wording.c filter/fold.h filter/fold.c

# The judges, and the sentences of what they find.
libfilter_a_SOURCES += filter/case.h filter/case.c filter/judge_answers.c filter/judge_about.c filter/judge_hand.c \
	filter/judge_shows.c filter/judge_marks.c filter/judge_signed.c filter/sentences.c

# Marks of the owner's own hand, and signatures.
libfilter_a_SOURCES += filter/marks.h filter/marks.c filter/dkim.h filter/dkim.c filter/dkim_read.c filter/dkim_tags.h \
	filter/dkim_tags.c
