/* configuration.c - what the daemon tells others of its configuration
 * Owns:     what makes an account's mailbox another one, for the ledger; the workers' copy.
 * Must not: read the file.
 * Fails:    LEDGER_ERROR, G_FILE_ERROR.
 * Tests:    tests/e2e/test_daemon.py, tests/e2e/test_reload.py */
#include "fetcher/daemon/configuration.h"
#include "fetcher/common/log.h"
#include "ledger/account.h"
#include "ledger/configure.h"
#include "ledger/running.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Two lists of patterns as one; NULL: both are empty. */
static char *both(const char *one, const char *other)
{
  if (one == NULL || other == NULL) return g_strdup(one != NULL ? one : other);
  return g_strconcat(one, ";", other, NULL);
}

gboolean configuration_tell(Ledger *ledger, const Config *config, GError **error)
{
  g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
  g_autofree AccountSetup *setups = g_new0(AccountSetup, config->accounts->len);
  for (guint i = 0; i < config->accounts->len; i++) {
    const AccountConfig *account = config->accounts->pdata[i];
    char *mailbox = account->host != NULL
                        ? g_strdup_printf("%s\n%s\n%s", protocol_name(account->protocol), account->host, account->user)
                        : g_strdup_printf("%s\n%s", protocol_name(account->protocol), account->folders[0]);
    char *receive_only = both(config->receive_only, account->receive_only);
    g_ptr_array_add(texts, mailbox);
    g_ptr_array_add(texts, receive_only);
    setups[i] = (AccountSetup){ account->name,         account->addresses,  mailbox,
                                account->sent_account, account->trust_sent, receive_only };
  }
  return account_configure(ledger, setups, config->accounts->len, error);
}

gboolean configuration_tell_start(Ledger *ledger, const Config *config, const char *only, GError **error)
{
  g_autoptr(GPtrArray) accounts = account_list(ledger, error);
  for (guint i = 0; accounts != NULL && i < accounts->len; i++) {
    const Account *account = accounts->pdata[i];
    gboolean starts =
        config_account(config, account->name) != NULL && (only == NULL || g_str_equal(only, account->name));
    if (!starts && !account_is_busy(account) && !account_is_watching(account)) continue;
    if (!account_set_state(ledger, account->name, starts ? ACCOUNT_CONNECTING : ACCOUNT_IDLE, NULL, 0, error))
      return FALSE;
  }
  return accounts != NULL;
}

void configuration_refuse(Ledger *ledger, const GError *problem)
{
  g_autoptr(GError) unsaid = NULL;
  log_about(G_LOG_LEVEL_WARNING, (LogAbout){ .code = "config-kept" }, "the configuration stays as it was: %s",
            problem->message);
  if (!running_refuse(ledger, problem->message, &unsaid)) log_problem((LogAbout){ 0 }, unsaid);
}

gboolean configuration_is_told(Ledger *ledger, const Config *config)
{
  g_autoptr(Running) running = running_get(ledger, NULL);
  if (running == NULL || config == NULL) return running != NULL && running->problem != NULL;
  return running->problem == NULL && g_str_equal(running->digest, config->digest);
}

int configuration_copy(const Config *config, GError **error)
{
  gsize length = strlen(config->text);
  int fd = memfd_create("backstop-config", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd >= 0 && fchmod(fd, 0600) == 0 && write(fd, config->text, length) == (gssize)length
      && fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) == 0)
    return fd;
  int code = errno;
  if (fd >= 0) close(fd);
  g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(code), "The configuration cannot be handed to workers: %s.",
              g_strerror(code));
  return -1;
}
