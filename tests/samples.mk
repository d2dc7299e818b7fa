# Hand-written mail: what every sample is (test_samples.c), and the mailbox of demo.sh and the end-to-end tests.
EXTRA_DIST += tests/samples tests/demo-mailbox
check_PROGRAMS += tests/test_samples
TESTS += tests/test_samples
tests_test_samples_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_test_samples_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
