FETCHER_DISK_TESTS = %D%/test_find_trash %D%/test_mail_files
check_PROGRAMS += $(FETCHER_DISK_TESTS)
TESTS += $(FETCHER_DISK_TESTS)
%C%_test_mail_files_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_mail_files_LDADD = librigs.a $(FETCHER_LIBS) $(CMOCKA_LIBS)
%C%_test_find_trash_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_find_trash_LDADD = librigs.a $(FETCHER_LIBS) $(CMOCKA_LIBS)
