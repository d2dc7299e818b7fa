libfetcher_a_SOURCES += %D%/keyring.h %D%/secret.c %D%/secret.h

# The only program that libsecret is in.
if KEYRING
pkglibexec_PROGRAMS += backstop-keyring
backstop_keyring_CPPFLAGS = $(AM_CPPFLAGS) $(SECRET_CFLAGS)
backstop_keyring_SOURCES = %D%/keyring.h %D%/backstop_keyring.c
backstop_keyring_LDADD = $(SECRET_LIBS)
endif
