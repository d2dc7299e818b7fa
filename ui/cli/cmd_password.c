/* cmd_password.c - `backstop password`: an account's password into the desktop's keyring, or out of it
 * Owns:     the run of backstop-keyring.
 * Must not: write a password anywhere but to that program's standard input.
 * Fails:    by that program's exit status, else exit.h.
 * Tests:    tests/e2e/test_password.py */
#include "fetcher/common/program.h"
#include "fetcher/secret/keyring.h"
#include "ledger/wish.h"
#include "ui/cli/command.h"
#include "ui/terminal/ask_secret.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>

static gboolean forget, door;

static const GOptionEntry options[] = {
  { "forget", 0, 0, G_OPTION_ARG_NONE, &forget, "Remove the account's password from the keyring", NULL },
  { "door", 0, 0, G_OPTION_ARG_NONE, &door, "The password that your mail program uses at the account's door-port",
    NULL },
  G_OPTION_ENTRY_NULL,
};

/* Runs backstop-keyring, which complains itself. secret: given to it on its standard input; NULL: nothing. */
static int keyring_run(const char *program, const char *action, const AccountConfig *account, const char *secret,
                       gsize length)
{
  g_autoptr(GError) problem = NULL;
  const char *argv[] = { program, action, account->name, account->host, account->user, NULL };
  signal(SIGPIPE, SIG_IGN); /* an error of writing is ignored: the exit status tells why the program stopped reading */
  g_autoptr(GSubprocess) child = g_subprocess_newv(argv, G_SUBPROCESS_FLAGS_STDIN_PIPE, &problem);
  if (child == NULL) {
    ui_complain("%s cannot be started: %s", program, problem->message);
    return EX_OSERR;
  }
  GOutputStream *input = g_subprocess_get_stdin_pipe(child);
  if (secret != NULL) g_output_stream_write_all(input, secret, length, NULL, NULL, NULL);
  g_output_stream_close(input, NULL, NULL);
  if (!g_subprocess_wait(child, NULL, &problem)) {
    ui_complain("%s: %s", program, problem->message);
    return EX_OSERR;
  }
  if (g_subprocess_get_if_exited(child)) return g_subprocess_get_exit_status(child);
  ui_complain("%s was ended by signal %d", program, g_subprocess_get_term_sig(child));
  return EX_SOFTWARE;
}

static int store(const char *program, const AccountConfig *account)
{
  GError *error = NULL;
  int interrupted = 0, status = EX_SOFTWARE;
  char secret[KEYRING_LIMIT + 2];
  g_autofree char *question = g_strdup_printf("Password of account %s (%s): ", account->name, account->host);
  gssize length = ui_ask_secret(question, secret, sizeof secret, &interrupted, &error);
  if (length >= 0)
    status = keyring_run(program, "store", account, secret, (gsize)length);
  else if (interrupted == 0)
    status = ui_fail(error);
  else
    g_error_free(error);
  explicit_bzero(secret, sizeof secret);
  if (interrupted != 0) raise(interrupted);
  return status;
}

/* Tells a daemon that waits for this password to try now. If that fails, nothing is lost: the password is stored. */
static void tell_daemon(const Ui *ui, const AccountConfig *account)
{
  g_autoptr(GError) problem = NULL;
  if (!ledger_daemon_runs(ui->data_dir)) return;
  g_autoptr(Ledger) ledger = ui_ledger(ui, &problem);
  if (ledger == NULL || wish_add(ledger, WISH_CHECK, 0, account->name, &problem) < 0)
    ui_complain("the password is stored, but the daemon was not told of it: %s", problem->message);
}

/* Finds the account. NULL, after a complaint: there is none, or it needs no such password. */
static const AccountConfig *find(const Ui *ui, const Config *config, const char *name)
{
  const AccountConfig *account = config_account(config, name);
  if (account == NULL)
    ui_complain("%s: there is no group [account %s]", ui->config_file, name);
  else if (account->host == NULL)
    ui_complain("account %s is on this computer, where nobody signs in", name);
  else if (door && account->door_port == 0)
    ui_complain("account %s has no door; set door-port first, see backstop-config(5)", name);
  else
    return account;
  return NULL;
}

static int keep(const Ui *ui, const AccountConfig *account, const AccountConfig *as, const char *program)
{
  const char *whose = door ? "the door of account" : "account";
  int status = forget ? keyring_run(program, "clear", as, NULL, 0) : store(program, as);
  if (status != EX_OK) return status;
  printf(forget ? "The keyring has no password of %s %s any more.\n" : "The keyring has the password of %s %s.\n",
         whose, account->name);
  if (as->password_command != NULL)
    printf("As long as the configuration has a %spassword-command for it, that one is used.\n", door ? "door-" : "");
  if (!forget) tell_daemon(ui, account);
  return EX_OK;
}

static int run(const Ui *ui, int argc, char **argv)
{
  GError *error = NULL;
  g_autoptr(Config) config = config_load(ui->config_file, &error);
  if (config == NULL) return ui_fail(error);
  const AccountConfig *account = find(ui, config, argv[0]);
  if (account == NULL) return EX_NOINPUT;
  g_autofree char *program = program_find(KEYRING_PROGRAM);
  if (program == NULL) {
    ui_complain("this Backstop was built without the keyring; use password-command, see backstop-config(5)");
    return KEYRING_ABSENT;
  }
  if (!door) return keep(ui, account, account, program);
  AccountConfig as = config_door(account);
  int status = keep(ui, account, &as, program);
  g_free(as.name);
  return status;
}

const Command cmd_password = {
  .name = "password",
  .arguments = "ACCOUNT",
  .summary = "Keep an account's password in the desktop's keyring",
  .description =
      "Asks for the password, or reads it from the standard input: one line. It is used when the account has "
      "neither a password-command nor a systemd credential.",
  .options = options,
  .minimum = 1,
  .maximum = 1,
  .run = run,
};
