/* test_config.c - the configuration file: every key, every refusal
 * Owns:     a file under /tmp, removed at the end.
 * Must not: read the configuration of whoever runs it.
 * Fails:    by TAP.
 * Tests:    fetcher/config.c */
#include "fetcher/config.h"
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

static void test_defaults(void **state)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Config) config = load(HOME, -1, &error);
  assert_null(error);
  assert_non_null(config);
  assert_false(config->observe || config->quarantine_unsure || config->judge_auto_replies || config->judge_receipts);
  assert_true(config->judge_challenges && config->judge_virus);
  assert_int_equal(config->interval, 180);
  assert_int_equal(config->notifications, NOTIFICATIONS_DIGEST);
  assert_int_equal(config->accounts->len, 1);
  const AccountConfig *home = config_account(config, "home");
  assert_non_null(home);
  assert_null(config_account(config, "away"));
  assert_string_equal(home->protocol, "imap");
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

static void test_every_key(void **state)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Config) config =
      load("# comment\r\n[backstop]\r\nmode = observe\nunsure=quarantine\nchallenges=ignore\n"
           "virus-notices=ignore\nauto-replies=judge\nreceipts=judge\nnotifications=each\ninterval=10\n\n"
           "[account a]\nhost=::1\nuser=Me@Example.org\n"
           "  [account b.c-d_1]  \nprotocol=imap\nhost = 127.0.0.2\nport = 1143\nsecurity = none\n"
           "ca-file=/etc/ca.pem\nuser = d\\\\u\nauth = xoauth2\npassword-command = pass  show \"x y\" \n"
           "addresses = me@example.org; *@my.example ;me@example.org\n"
           "folders = INBOX;Größe/Ä; ;\nsent = Sent;Old Sent\nquarantine = Junk/Backscatter\ntimeout=600",
           -1, &error);
  assert_null(error);
  assert_true(config->observe && config->quarantine_unsure && config->judge_auto_replies && config->judge_receipts);
  assert_false(config->judge_challenges || config->judge_virus);
  assert_int_equal(config->interval, 10);
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
};

static void test_ports(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(ports); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(Config) config = load(ports[i].text, -1, &error);
    assert_null(error);
    assert_int_equal(((AccountConfig *)config->accounts->pdata[0])->port, ports[i].port);
  }
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
  { HOME "[backstop]\nfolders=INBOX\n", "[backstop] folders: no such key" },
  { HOME "[backstop]\nmode=Observe\n", "quarantine or observe" },
  { HOME "[backstop]\nunsure=delete\n", "keep or quarantine" },
  { HOME "[backstop]\nreceipts=yes\n", "judge or ignore" },
  { HOME "[backstop]\ninterval=9\n", "10 to 86400" },
  { HOME "[backstop]\ninterval=86401\n", "10 to 86400" },
  { HOME "[backstop]\ninterval=ten\n", "10 to 86400" },
  { HOME "timeout=0\n", "1 to 600" },
  { HOME "timeout=601\n", "1 to 600" },
  { HOME "port=0\n", "1 to 65535" },
  { HOME "port=65536\n", "1 to 65535" },
  { HOME "port=-1\n", "1 to 65535" },
  { HOME "port=99 3\n", "1 to 65535" },
  { HOME "protocol=gopher\n", "write imap" },
  { HOME "security=ssl\n", "tls or starttls or none" },
  { HOME "security=none\n", "in clear" },
  { "[account a]\nuser=me\nhost=localhost.example.org\nsecurity=none\n", "in clear" },
  { "[account a]\nuser=me\nhost=128.0.0.1\nsecurity=none\n", "in clear" },
  { HOME "auth=oauth\n", "password or xoauth2" },
  { "[account a]\nhost=h\n", "[account a] user: missing" },
  { "[account a]\nuser=u\n", "[account a] host: missing" },
  { "[account a]\nuser=u\nhost=\n", "host: missing" },
  { "[account a]\nuser=u\nhost=imap.example.org:993\n", "no host name" },
  { "[account a]\nuser=u\nhost=imaps://imap.example.org\n", "no host name" },
  { "[account a]\nuser=u\nhost=two words\n", "no host name" },
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
  { HOME "addresses=Me <me@example.org>\n", "no address" },
  { HOME "addresses=a@b,c@d\n", "no address" },
  { HOME "folders=INBOX;Backscatter\n", "among the watched folders" },
  { HOME "quarantine=Inbox\n", "among the watched folders" },
  { HOME "sent=Sent\nquarantine=Sent\n", "Sent folder" },
  { HOME HOME, "two groups [account home]" },
  { HOME "[account  home]\nhost=h\nuser=u\n", "two accounts" },
  { HOME "[backstop]\n[backstop]\n", "two groups [backstop]" },
  { HOME "user=you\n", "[account home] user: given twice" },
  { HOME "\377\376=x\n", "UTF-8" },
};

static void test_refusals(void **state)
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

static void test_bytes(void **state)
{
  g_autoptr(GError) nul = NULL, large = NULL;
  assert_null(load(HOME "quarantine=a\0b\n", sizeof HOME + 15, &nul));
  assert_non_null(strstr(nul->message, "not text"));
  g_autofree char *text = g_strnfill(2 << 20, '#');
  assert_null(load(text, -1, &large));
  assert_non_null(strstr(large->message, "larger"));
}

static void test_modes(void **state)
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

static void test_owner(void **state)
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

static void test_no_file(void **state)
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
    cmocka_unit_test(test_defaults), cmocka_unit_test(test_every_key), cmocka_unit_test(test_ports),
    cmocka_unit_test(test_refusals), cmocka_unit_test(test_bytes),     cmocka_unit_test(test_modes),
    cmocka_unit_test(test_owner),    cmocka_unit_test(test_no_file),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
