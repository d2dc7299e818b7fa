# The only program that libunbound is in, and the only one that speaks DNS.
if RESOLVER
pkglibexec_PROGRAMS += backstop-resolver
backstop_resolver_SOURCES = %D%/resolver.h %D%/backstop_resolver.c
backstop_resolver_LDADD = $(UNBOUND_LIBS) $(GLIB_LIBS)
endif
