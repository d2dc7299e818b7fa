FETCHER_DOOR_TESTS = %D%/test_door %D%/test_mail
check_PROGRAMS += $(FETCHER_DOOR_TESTS)
TESTS += $(FETCHER_DOOR_TESTS)
%C%_test_door_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_door_LDADD = libdoorrig.a $(FETCHER_LIBS) $(CMOCKA_LIBS)
%C%_test_mail_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_mail_LDADD = libdoorrig.a $(FETCHER_LIBS) $(CMOCKA_LIBS)
