/* test_config.c - the configuration file: every key, every refusal
 * Owns:     a file under /tmp, removed at the end.
 * Must not: read the configuration of whoever runs it.
 * Fails:    by TAP.
 * Tests:    fetcher/config/config.c */
#include "fetcher/config/config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
// cmocka wants the headers above first
#include <cmocka.h>
#include <glib/gstdio.h>

static char *folder, *file;

static Config *load(const char *text, gssize length, GError **error)
{
  assert_true(g_file_set_contents(file, text, length, NULL));
  assert_int_equal(g_chmod(file, 0600), 0);
  return config_load(file, error);
}

#define HOME "[account home]\nhost=imap.example.org\nuser=me\n"

static void what_a_file_leaves_out_has_its_default(void **state)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Config) config = load(HOME, -1, &error);
  assert_null(error);
  assert_non_null(config);
  assert_false(config->observe || config->quarantine_unsure || config->judge_auto_replies || config->judge_receipts);
  assert_true(config->judge_challenges && config->judge_virus);
  assert_int_equal(config->interval, 180);
  assert_int_equal(config->keep_days, 365);
  assert_false(tools_any(&config->tools)); /* nobody is asked without the owner's word */
  assert_true(config->dnssec && config->signature_keys && config->dns_servers == NULL);
  assert_int_equal(config->notifications, NOTIFICATIONS_DIGEST);
  assert_int_equal(config->accounts->len, 1);
  const AccountConfig *home = config_account(config, "home");
  assert_non_null(home);
  assert_null(config_account(config, "away"));
  assert_int_equal(home->protocol, PROTOCOL_IMAP);
  assert_int_equal(home->port, 993);
  assert_int_equal(home->security, SECURITY_TLS);
  assert_int_equal(home->auth, AUTH_PASSWORD);
  assert_int_equal(home->timeout, 60);
  assert_null(home->ca_file);
  assert_null(home->password_command);
  assert_null(home->sent);
  assert_string_equal(home->addresses, "*");
  assert_string_equal(home->folders[0], "INBOX");
  assert_null(home->folders[1]);
  assert_string_equal(home->quarantine, "Backscatter");
}

static void every_key_is_read(void **state)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Config) config = load(
      "# comment\r\n[backstop]\r\nmode = observe\nunsure=quarantine\nchallenges=ignore\n"
      "virus-notices=ignore\nauto-replies=judge\nreceipts=judge\nnotifications=each\ninterval=10\nkeep-days=100\n"
      "receive-only = tip@my.example;\n"
      "spf=yes\nreverse-name=yes\nblocklists=zen.example; Bl.Example = 127.0.0.2-4 ;\nlink-blocklists=dbl.example\n"
      "dns-servers=192.0.2.53;::1@5353\ndnssec=no\nsignature-keys=no\n\n"
      "[account a]\nhost=::1\nuser=Me@Example.org\n"
      "  [account b.c-d_1]  \nprotocol=imap\nhost = 127.0.0.2\nport = 1143\nsecurity = none\n"
      "ca-file=/etc/ca.pem\nuser = d\\\\u\nauth = xoauth2\npassword-command = pass  show \"x y\" \n"
      "addresses = me@example.org; *@my.example ;me@example.org\n"
      "folders = INBOX;Größe/Ä; ;\nsent = Sent;Old Sent\nreceive-only = *@drop.example ; a@b.example\nquarantine "
      "= Junk/Backscatter\ntimeout=600",
      -1, &error);
  assert_null(error);
  assert_true(config->observe && config->quarantine_unsure && config->judge_auto_replies && config->judge_receipts);
  assert_false(config->judge_challenges || config->judge_virus);
  assert_int_equal(config->interval, 10);
  assert_int_equal(config->keep_days, 100);
  assert_true(config->tools.spf && config->tools.reverse && !config->dnssec && !config->signature_keys);
  assert_int_equal(config->tools.addresses->len, 2);
  assert_string_equal(((const Zone *)config->tools.addresses->pdata[1])->name, "bl.example");
  assert_int_equal(config->tools.links->len, 1);
  assert_string_equal(config->dns_servers[1], "::1@5353");
  assert_int_equal(config->notifications, NOTIFICATIONS_EACH);
  assert_int_equal(config->accounts->len, 2);
  assert_string_equal(config_account(config, "a")->addresses, "me@example.org");
  const AccountConfig *b = config->accounts->pdata[1];
  assert_string_equal(b->name, "b.c-d_1");
  assert_string_equal(b->host, "127.0.0.2");
  assert_int_equal(b->port, 1143);
  assert_int_equal(b->security, SECURITY_NONE);
  assert_string_equal(b->ca_file, "/etc/ca.pem");
  assert_string_equal(b->user, "d\\u");
  assert_int_equal(b->auth, AUTH_XOAUTH2);
  assert_string_equal(b->password_command, "pass  show \"x y\"");
  assert_string_equal(b->addresses, "me@example.org;*@my.example");
  g_autofree char *folders = g_strjoinv("|", b->folders), *sent = g_strjoinv("|", b->sent);
  assert_string_equal(folders, "INBOX|Größe/Ä");
  assert_string_equal(sent, "Sent|Old Sent");
  assert_string_equal(b->quarantine, "Junk/Backscatter");
  assert_int_equal(b->timeout, 600);
  assert_string_equal(config->receive_only, "tip@my.example");
  assert_string_equal(b->receive_only, "*@drop.example;a@b.example");
  assert_null(config_account(config, "a")->receive_only);
}

static const struct {
  const char *text;
  guint16 port;
} ports[] = {
  { HOME, 993 },
  { HOME "security=tls\n", 993 },
  { HOME "security=starttls\n", 143 },
  { HOME "security=starttls\nport=\n", 143 }, /* an empty value is none */
  { "[account a]\nuser=me\nhost=localhost\nsecurity=none\n", 143 },
  { "[account a]\nuser=me\nhost=127.9.9.9\nsecurity=none\n", 143 },
  { "[account a]\nuser=me\nhost=::1\nsecurity=none\n", 143 },
  { HOME "protocol=pop3\n", 995 },
  { HOME "protocol=pop3\nsecurity=starttls\n", 110 },
  { "[account a]\nprotocol=maildir\nfolders=/m\n", 0 },
};

static void the_port_follows_from_protocol_and_security(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(ports); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(Config) config = load(ports[i].text, -1, &error);
    assert_null(error);
    assert_int_equal(((AccountConfig *)config->accounts->pdata[0])->port, ports[i].port);
  }
}

/* What an account on disk, or one of POP3, has for folders: watched, sent and quarantine. */
static const struct {
  const char *text, *watched, *sent, *quarantine;
} places[] = {
  { HOME "", "INBOX", "-", "Backscatter" },
  { HOME "protocol=pop3\n", "INBOX", "-", "-" },
  { HOME "protocol=pop3\nfolders=inbox\nsent=/m/Sent;~/s\nquarantine=/q/\n", "INBOX", "/m/Sent;HOME/s", "/q" },
  { "[account a]\nprotocol=maildir\nfolders=~/Maildir\n", "HOME/Maildir", "-", "HOME/Maildir/.Backscatter" },
  { "[account a]\nprotocol=maildir\nfolders=/M;/N\nsent=/M/.Sent\n", "/M;/N", "/M/.Sent", "/M/.Backscatter" },
  { "[account a]\nprotocol=maildir\nfolders=/m/in\nsent=/m/sent\n", "/m/in", "/m/sent", "/m/Backscatter" },
  { "[account a]\nprotocol=mbox\nfolders=/m/../n/in\n", "/n/in", "-", "/n/Backscatter" },
  { "[account a]\nprotocol=mbox\nfolders=/m/in\nquarantine=~/q\n", "/m/in", "-", "HOME/q" },
};

static char *joined(char **list)
{
  g_autofree char *text = list != NULL ? g_strjoinv(";", list) : g_strdup("-");
  g_auto(GStrv) parts = g_strsplit(text, g_get_home_dir(), -1);
  return g_strjoinv("HOME", parts);
}

static void folders_on_disk_follow_from_the_path_of_their_account(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(Config) config = load(places[i].text, -1, &error);
    if (config == NULL) fail_msg("%s: %s", places[i].text, error->message);
    const AccountConfig *account = config->accounts->pdata[0];
    char *quarantine[] = { account->quarantine, NULL };
    g_autofree char *watched = joined(account->folders), *sent = joined(account->sent),
                    *away = joined(account->quarantine != NULL ? quarantine : NULL);
    assert_string_equal(watched, places[i].watched);
    assert_string_equal(sent, places[i].sent);
    assert_string_equal(away, places[i].quarantine);
  }
}

static void a_maildrop_has_its_sent_account_its_way_back_and_its_door(void **state)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Config) config = load(HOME "protocol=pop3\nsent-account=b\nrestore-to=~/back\ndoor-port=1100\n"
                                       "door-password-command=echo x\n[account b]\nhost=h\nuser=u\n"
                                       "[account c]\nprotocol=pop3\nhost=h\nuser=u\nsent-recorded=yes\n",
                                  -1, &error);
  assert_null(error);
  const AccountConfig *pop = config->accounts->pdata[0], *recorded = config->accounts->pdata[2];
  g_autofree char *back = g_build_filename(g_get_home_dir(), "back", NULL);
  assert_string_equal(pop->sent_account, "b");
  assert_string_equal(pop->restore_to, back);
  assert_string_equal(pop->door_password_command, "echo x");
  assert_int_equal(pop->door_port, 1100);
  assert_false(pop->sent_recorded);
  assert_true(recorded->sent_recorded);
}

/* Each is refused with one line that names the file and this. */
static const struct {
  const char *text;
  const char *names;
} refusals[] = {
  { "", "no account" },
  { "[backstop]\nmode=observe\n", "no account" },
  { "mode=observe\n", "group" },
  { HOME "nonsense\n", "nonsense" },
  { HOME "[misc]\n", "[misc]: no such group" },
  { HOME "[account]\n", "[account]: no such group" },
  { HOME "[account ]\n", "an account's name" },
  { HOME "[account ../x]\n", "an account's name" },
  { HOME "[account a b]\n", "an account's name" },
  { HOME "[account é]\n", "an account's name" },
  { HOME "pasword-command=x\n", "[account home] pasword-command: no such key" },
  { HOME "host[de]=x\n", "no such key" },
  { HOME "[backstop]\nfolders=INBOX\n", "[backstop] folders: is a key of an account" },
  { HOME "[backstop]\nmode=Observe\n", "quarantine or observe" },
  { HOME "[backstop]\nunsure=delete\n", "keep or quarantine" },
  { HOME "[backstop]\nreceipts=yes\n", "judge or ignore" },
  { HOME "[backstop]\ninterval=9\n", "10 to 86400" },
  { HOME "[backstop]\nkeep-days=90\n", "100 to 36500" },
  { HOME "[backstop]\ninterval=86401\n", "10 to 86400" },
  { HOME "[backstop]\ninterval=ten\n", "10 to 86400" },
  { HOME "[backstop]\nspf=on\n", "yes or no" },
  { HOME "[backstop]\nblocklists=zen\n", "[backstop] blocklists: \"zen\" is no list" },
  { HOME "[backstop]\nblocklists=list.example=2\n", "which answers count" },
  { HOME "[backstop]\nlink-blocklists=a b.example\n", "link-blocklists: \"a b.example\"" },
  { HOME "[backstop]\nblocklists=a.x;b.x;c.x;d.x;e.x;f.x\n", "more than 5 lists" },
  { HOME "[backstop]\ndns-servers=ns.example\n", "is no address" },
  { HOME "[backstop]\ndns-servers=192.0.2.1@0\n", "is no address" },
  { HOME "[backstop]\ndns-servers=192.0.2.1:53\n", "is no address" },
  { HOME "timeout=0\n", "1 to 600" },
  { HOME "timeout=601\n", "1 to 600" },
  { HOME "port=0\n", "1 to 65535" },
  { HOME "port=65536\n", "1 to 65535" },
  { HOME "port=-1\n", "1 to 65535" },
  { HOME "port=99 3\n", "1 to 65535" },
  { HOME "protocol=gopher\n", "write imap, pop3, maildir or mbox" },
  { HOME "security=ssl\n", "tls, starttls or none" },
  { HOME "security=starttls\nport=993\n", "[account home] port: 993 speaks TLS from the first byte" },
  { HOME "port=143\n", "[account home] port: 143 begins in clear: write security = starttls" },
  { HOME "protocol=pop3\nsecurity=starttls\nport=995\n", "995 speaks TLS" },
  { HOME "security=none\n", "in clear" },
  { "[account a]\nuser=me\nhost=localhost.example.org\nsecurity=none\n", "in clear" },
  { "[account a]\nuser=me\nhost=128.0.0.1\nsecurity=none\n", "in clear" },
  { HOME "auth=oauth\n", "password or xoauth2" },
  { "[account a]\nhost=h\n", "[account a] user: missing" },
  { "[account a]\nuser=u\n", "[account a] host: missing" },
  { "[account a]\nuser=u\nhost=\n", "host: missing" },
  { "[account a]\nuser=u\nhost=imap.example.org:993\n", "not a host name" },
  { "[account a]\nuser=u\nhost=imaps://imap.example.org\n", "not a host name" },
  { "[account a]\nuser=u\nhost=two words\n", "not a host name" },
  /* nothing with a line break reaches a server */
  { "[account a]\nuser=u\nhost=h\\r\\nx\n", "host: holds a line break" },
  { "[account a]\nuser=u\\r\\nA1 DELETE INBOX\nhost=h\n", "user: holds a line break" },
  { HOME "password-command=a\\nb\n", "password-command: holds a line break" },
  { HOME "quarantine=a\\nb\n", "quarantine: holds a line break" },
  { HOME "folders=INBOX;a\\rb\n", "folders: holds a line break" },
  { HOME "sent=a\\n\n", "sent: holds a line break" },
  { HOME "quarantine=a\\tb\n", "control character" },
  { HOME "folders=a\\tb\n", "control character" },
  { HOME "password-command=a\\qb\n", "\\\\ for a backslash" },
  { HOME "addresses=me\n", "*@me" },
  { HOME "addresses=Me <me@example.org>\n", "not an address" },
  { HOME "addresses=a@b,c@d\n", "not an address" },
  { HOME "receive-only=tip\n", "*@tip" },
  { HOME "receive-only=a@b c@d\n", "not an address" },
  { HOME "folders=INBOX;Backscatter\n", "among the watched folders" },
  { HOME "quarantine=Inbox\n", "among the watched folders" },
  { HOME "sent=Sent\nquarantine=Sent\n", "Sent folder" },
  { HOME "protocol=pop3\nfolders=Sent\n", "folders: POP3 has one folder" },
  { HOME "protocol=pop3\nfolders=INBOX;Sent\n", "folders: POP3 has one folder" },
  { HOME "protocol=pop3\nsent=Sent\n", "sent: \"Sent\" is not a path" },
  { HOME "protocol=pop3\nquarantine=Backscatter\n", "quarantine: \"Backscatter\" is not a path" },
  { HOME "protocol=pop3\nrestore-to=back\n", "restore-to: \"back\" is not a path" },
  { HOME "protocol=pop3\ndoor-port=110\n", "1024 to 65535" },
  { HOME "protocol=pop3\ndoor-password-command=x\n", "needs door-port" },
  { HOME "protocol=pop3\nrestore-to=/m\nrestore-command=x\n", "one place" },
  { HOME "protocol=pop3\nsent-account=b\n", "[account home] sent-account: there is no account \"b\"" },
  { HOME "protocol=pop3\nsent-account=home\n", "no sent mail of its own" },
  { HOME "protocol=pop3\nsent-account=b\nsent=/m\n[account b]\nhost=h\nuser=u\n", "sent-account: the sent mail" },
  { HOME "protocol=pop3\nsent-recorded=1\n", "yes or no" },
  { HOME "sent-account=b\n", "sent-account: over IMAP" },
  { HOME "restore-to=/m\n", "restore-to: is for pop3" },
  { HOME "door-port=1100\n", "door-port: is for pop3" },
  { "[account a]\nprotocol=maildir\n", "folders: missing" },
  { "[account a]\nprotocol=mbox\nfolders=INBOX\n", "folders: \"INBOX\" is not a path" },
  { "[account a]\nprotocol=maildir\nfolders=/m\nhost=h\n", "host: folders on this computer" },
  { "[account a]\nprotocol=maildir\nfolders=/m\nquarantine=/m/\n", "among the watched folders" },
  { "[account a]\nprotocol=mbox\nfolders=/m\nsent=/s\nquarantine=/s\n", "Sent folder" },
  { "[account a]\nprotocol=mbox\nfolders=/m/a\n[account b]\nprotocol=mbox\nfolders=/m/b\n",
    "[account a] quarantine: account \"b\" has the same" },
  { "[account a]\nprotocol=maildir\nfolders=/m\n[account b]\nprotocol=maildir\nfolders=/n\nquarantine=/m\n",
    "[account b] quarantine: account \"a\" watches it" },
  { HOME "protocol=pop3\nrestore-to=/m\n[account a]\nprotocol=maildir\nfolders=/m\n",
    "[account home] restore-to: account \"a\" watches that folder" },
  { HOME HOME, "two groups [account home]" },
  { HOME "[account  home]\nhost=h\nuser=u\n", "two accounts" },
  { HOME "[backstop]\n[backstop]\n", "two groups [backstop]" },
  { HOME "user=you\n", "[account home] user: given twice" },
  { "\xef\xbb\xbf" HOME, "byte order mark" },
  { "mode=observe\n" HOME, " mode: stands above the first group" },
  { "\n# mine\n password = x\n" HOME, " password: stands above the first group" },
  { HOME "password=secret\n", "[account home] password: a password does not stand in this file" },
  { HOME "Passwd=secret\n", "backstop password" },
  { HOME "hots=x\n", "did you mean host?" },
  { HOME "adresses=a@b\n", "did you mean addresses?" },
  { HOME "Password_Command=x\n", "did you mean password-command?" },
  { HOME "door port=1100\n", "did you mean door-port?" },
  { HOME "post=1\n", "post: no such key; correct its spelling" }, /* port and host are as near */
  { HOME "interval=60\n", "[account home] interval: is a key of all accounts" },
  { HOME "[backstop]\nhost=x\n", "[backstop] host: is a key of an account" },
  { "[acount home]\nhost=x\n", "did you mean [account home]?" },
  { "[Account home]\nhost=x\n", "did you mean [account home]?" },
  { HOME "[backstopd]\nmode=observe\n", "did you mean [backstop]?" },
  { "[account a]\nhost=\"imap.example.org\"\nuser=u\n", "[account a] host: the value stands in quotes" },
  { HOME "sent=Sent;'Sent Items'\n", "[account home] sent: the value stands in quotes" },
  { HOME "addresses=\"me@example.org\"\n", "quotes" },
  { HOME "\377\376=x\n", "UTF-8" },
};

static void what_makes_no_sense_is_refused_by_its_name_and_place(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(refusals); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(Config) config = load(refusals[i].text, -1, &error);
    if (config != NULL || !g_error_matches(error, CONFIG_ERROR, CONFIG_ERROR_INVALID)
        || strstr(error->message, refusals[i].names) == NULL || !g_str_has_prefix(error->message, file))
      fail_msg("%s: %s", refusals[i].text, error != NULL ? error->message : "accepted");
    assert_null(strpbrk(error->message, "\r\n"));
  }
}

static void a_file_that_is_no_text_or_too_large_is_refused(void **state)
{
  g_autoptr(GError) nul = NULL, large = NULL;
  assert_null(load(HOME "quarantine=a\0b\n", sizeof HOME + 15, &nul));
  assert_non_null(strstr(nul->message, "not text"));
  g_autofree char *text = g_strnfill(2 << 20, '#');
  assert_null(load(text, -1, &large));
  assert_non_null(strstr(large->message, "larger"));
}

static void a_file_that_others_may_read_is_refused_with_the_remedy(void **state)
{
  const int modes[] = { 0604, 0640, 0620, 0602, 0601, 0644, 0660 };
  for (guint i = 0; i < G_N_ELEMENTS(modes); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(Config) config = load(HOME, -1, NULL);
    assert_non_null(config);
    assert_int_equal(g_chmod(file, modes[i]), 0);
    assert_null(config_load(file, &error));
    assert_true(g_error_matches(error, CONFIG_ERROR, CONFIG_ERROR_EXPOSED));
    g_autofree char *remedy = g_strdup_printf("chmod 600 %s", file);
    assert_non_null(strstr(error->message, remedy));
  }
}

static void a_file_of_somebody_else_is_refused(void **state)
{
  g_autoptr(GError) error = NULL;
  const char *foreign = "/etc/passwd"; /* root's; root makes one that is somebody else's */
  g_autoptr(Config) config = load(HOME, -1, NULL);
  assert_non_null(config);
  if (geteuid() == 0) {
    foreign = file;
    assert_int_equal(chown(file, 65534, 65534), 0);
  }
  assert_null(config_load(foreign, &error));
  assert_true(g_error_matches(error, CONFIG_ERROR, CONFIG_ERROR_EXPOSED));
  assert_int_equal(g_unlink(file), 0);
}

static void a_missing_file_is_named_with_what_to_write_into_it(void **state)
{
  g_autoptr(GError) missing = NULL, plain = NULL;
  g_autofree char *absent = g_build_filename(folder, "absent", NULL);
  assert_null(config_load(absent, &missing));
  assert_true(g_error_matches(missing, CONFIG_ERROR, CONFIG_ERROR_MISSING));
  assert_non_null(strstr(missing->message, absent));
  assert_non_null(strstr(missing->message, "[account NAME]"));
  assert_null(config_load(folder, &plain));
  assert_true(g_error_matches(plain, CONFIG_ERROR, CONFIG_ERROR_INVALID));
}

static int set_up(void **state)
{
  folder = g_dir_make_tmp("backstop-config-XXXXXX", NULL);
  file = g_build_filename(folder, "config", NULL);
  return folder == NULL;
}

static int tear_down(void **state)
{
  g_unlink(file);
  int result = g_rmdir(folder);
  g_free(file);
  g_free(folder);
  return result;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_a_file_leaves_out_has_its_default),
    cmocka_unit_test(every_key_is_read),
    cmocka_unit_test(the_port_follows_from_protocol_and_security),
    cmocka_unit_test(folders_on_disk_follow_from_the_path_of_their_account),
    cmocka_unit_test(a_maildrop_has_its_sent_account_its_way_back_and_its_door),
    cmocka_unit_test(what_makes_no_sense_is_refused_by_its_name_and_place),
    cmocka_unit_test(a_file_that_is_no_text_or_too_large_is_refused),
    cmocka_unit_test(a_file_that_others_may_read_is_refused_with_the_remedy),
    cmocka_unit_test(a_file_of_somebody_else_is_refused),
    cmocka_unit_test(a_missing_file_is_named_with_what_to_write_into_it),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
