# What the domain name system tells.
FILTER_DNS_TESTS = %D%/test_dns %D%/test_links %D%/test_outermost %D%/test_spf %D%/test_zones
check_PROGRAMS += $(FILTER_DNS_TESTS)
TESTS += $(FILTER_DNS_TESTS)
%C%_test_outermost_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_outermost_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
%C%_test_dns_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_dns_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
%C%_test_links_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_links_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
%C%_test_spf_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_spf_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
%C%_test_zones_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_zones_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)

# Real mail is scored where a corpus lies beside the tree (see score_corpus.c).
FILTER_TESTS = %D%/score_corpus %D%/test_candidate %D%/test_chain %D%/test_dkim %D%/test_dkim_report \
	%D%/test_forged %D%/test_hand %D%/test_hostile %D%/test_judge %D%/test_judge_hand %D%/test_judge_signed \
	%D%/test_marks %D%/test_normalise %D%/test_notice %D%/test_parts %D%/test_read %D%/test_read_ids %D%/test_samples \
	%D%/test_sentences %D%/test_text %D%/test_verdict
check_PROGRAMS += $(FILTER_TESTS)
TESTS += $(FILTER_TESTS)
%C%_score_corpus_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_score_corpus_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
%C%_test_candidate_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_candidate_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
%C%_test_dkim_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_dkim_LDADD = librigs.a $(FILTER_LIBS) $(CMOCKA_LIBS)
%C%_test_dkim_report_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_dkim_report_LDADD = librigs.a $(FILTER_LIBS) $(CMOCKA_LIBS)
%C%_test_judge_signed_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_judge_signed_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
%C%_test_forged_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_forged_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
%C%_test_notice_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_notice_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
%C%_test_hostile_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_hostile_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
%C%_test_judge_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_judge_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
%C%_test_normalise_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_normalise_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
%C%_test_parts_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_parts_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
%C%_test_read_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_read_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
%C%_test_samples_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_samples_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
%C%_test_sentences_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_sentences_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
%C%_test_text_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_text_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
if COVERAGE
%C%_test_hostile_CPPFLAGS += -DBACKSTOP_COVERAGE
endif
# Hand-written mail: what every sample is (test_samples.c), and the mailbox of demo.sh and the end-to-end tests.
EXTRA_DIST += %D%/dkim_mail.h %D%/dkim_vectors.h %D%/made_report.h %D%/read_text.h \
	%D%/sample_bounces.h %D%/sample_lookalikes.h \
	tests/samples tests/demo-mailbox
%C%_test_verdict_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_verdict_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
%C%_test_read_ids_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_read_ids_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
%C%_test_chain_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_chain_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
%C%_test_hand_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_hand_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
%C%_test_marks_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_marks_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
# What python3-dkim signs, and whether it verifies what is signed here.
check_PROGRAMS += %D%/dkim_tool
%C%_dkim_tool_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_dkim_tool_LDADD = librigs.a $(FILTER_LIBS)
TESTS += %D%/test_dkim_oracle.py
EXTRA_DIST += %D%/test_dkim_oracle.py
%C%_test_judge_hand_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_judge_hand_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
# Words, and the second line.
FILTER_WORD_TESTS = %D%/test_keywords %D%/test_wording %D%/test_second_line %D%/test_original_text
check_PROGRAMS += $(FILTER_WORD_TESTS)
TESTS += $(FILTER_WORD_TESTS)
%C%_test_keywords_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_keywords_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
%C%_test_wording_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_wording_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
%C%_test_second_line_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_second_line_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
%C%_test_original_text_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_original_text_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
