# The command line. Everything but main() is a library, for tests too.
bin_PROGRAMS += backstop
noinst_LIBRARIES += libcli.a
libcli_a_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS)
libcli_a_SOURCES = %D%/cmd_allow.c %D%/cmd_check.c %D%/cmd_delete.c %D%/cmd_deny.c %D%/cmd_explain.c %D%/cmd_list.c \
	%D%/cmd_once.c %D%/cmd_password.c %D%/cmd_record.c %D%/cmd_restore.c %D%/cmd_show.c %D%/cmd_status.c %D%/cmd_sweep.c \
	%D%/check_dns.c %D%/check_dns.h %D%/cmd_undo.c %D%/cmd_backup.c %D%/coming_back.c %D%/coming_back.h %D%/command.h \
	%D%/mail_arguments.c %D%/mail_arguments.h \
	%D%/own_list.c %D%/own_list.h %D%/passing.c %D%/passing.h %D%/wish_and_wait.c %D%/wish_and_wait.h
CLI_LIBS = libcli.a libterminal.a libwords.a libfetcher.a $(LEDGER_LIBS) $(JSON_LIBS) $(GLIB_LIBS)
backstop_SOURCES = %D%/main.c
backstop_LDADD = $(CLI_LIBS)
