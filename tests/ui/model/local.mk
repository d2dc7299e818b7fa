UI_MODEL_TESTS = %D%/test_hold %D%/test_models %D%/test_settings %D%/test_shown
check_PROGRAMS += $(UI_MODEL_TESTS)
TESTS += $(UI_MODEL_TESTS)
%C%_test_hold_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_hold_LDADD = librigs.a $(MODEL_LIBS) $(CMOCKA_LIBS)
%C%_test_models_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_models_LDADD = librigs.a $(MODEL_LIBS) $(CMOCKA_LIBS)
%C%_test_settings_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_settings_LDADD = librigs.a $(MODEL_LIBS) $(CMOCKA_LIBS)
%C%_test_shown_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_shown_LDADD = librigs.a $(MODEL_LIBS) $(CMOCKA_LIBS)
# Tells test_same_everywhere.py what the window shows.
check_PROGRAMS += %D%/window_says
%C%_window_says_LDADD = $(MODEL_LIBS)
TESTS += %D%/test_same_everywhere.py
EXTRA_DIST += %D%/test_same_everywhere.py
