noinst_LIBRARIES += libfilter.a
libfilter_a_CPPFLAGS = $(AM_CPPFLAGS) $(GMIME_CFLAGS)
libfilter_a_SOURCES = \
	filter/filter.h filter/report.h filter/facts.h filter/names.h \
	filter/names.c
FILTER_LIBS = libfilter.a $(GMIME_LIBS) $(GLIB_LIBS)
