# Words that the command line and the window both use.
noinst_LIBRARIES += libwords.a
libwords_a_SOURCES = %D%/trust_words.c %D%/trust_words.h %D%/words.c %D%/words.h
