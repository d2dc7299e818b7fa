# Words that the command line and the window both use.
noinst_LIBRARIES += libwords.a
libwords_a_SOURCES = %D%/hand_words.c %D%/hand_words.h %D%/trust_words.c %D%/trust_words.h %D%/words.c %D%/words.h
