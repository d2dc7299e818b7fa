# What the command line says and asks: complaints, sentences and tables for people, JSON lines for programs.
noinst_LIBRARIES += libterminal.a
libterminal_a_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS)
libterminal_a_SOURCES = %D%/ask_secret.c %D%/ask_secret.h %D%/entry_words.c %D%/entry_words.h %D%/jsonl.c %D%/jsonl.h \
	%D%/mark_lines.c %D%/mark_lines.h \
	%D%/print.c %D%/print.h %D%/progress.c %D%/progress.h %D%/selection.c %D%/selection.h %D%/trust_lines.c \
	%D%/trust_lines.h %D%/ui.c %D%/ui.h
