UI_TERMINAL_TESTS = %D%/test_print
check_PROGRAMS += $(UI_TERMINAL_TESTS)
TESTS += $(UI_TERMINAL_TESTS)
%C%_test_print_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_print_LDADD = libterminal.a $(FILTER_LIBS) $(CMOCKA_LIBS)
