FETCHER_BOX_TESTS = %D%/test_box_store %D%/test_sent_boxes
check_PROGRAMS += $(FETCHER_BOX_TESTS)
TESTS += $(FETCHER_BOX_TESTS)
%C%_test_box_store_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_box_store_LDADD = librigs.a $(FETCHER_LIBS) $(CMOCKA_LIBS)
%C%_test_sent_boxes_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_sent_boxes_LDADD = librigs.a $(FETCHER_LIBS) $(CMOCKA_LIBS)
