/* ask_secret.c - asking for a password
 * Owns:     the terminal's echo while the question stands.
 * Must not: keep or show what it read.
 * Fails:    G_FILE_ERROR; the terminal is as it was.
 * Tests:    tests/e2e/test_password.py */
#include "ui/terminal/ask_secret.h"
#include <errno.h>
#include <gio/gio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static volatile sig_atomic_t caught;

static void on_signal(int number) { caught = number; }

/* Reads the first line into line. -1: errno tells why. */
static gssize read_line(char *line, gsize size)
{
  gsize length = 0;
  for (;;) {
    if (caught != 0) {
      errno = EINTR;
      return -1;
    }
    char *end = memchr(line, '\n', length);
    if (end != NULL) return end - line;
    if (length == size) {
      errno = EOVERFLOW;
      return -1;
    }
    ssize_t n = read(STDIN_FILENO, line + length, size - length);
    if (n < 0 && errno != EINTR) return -1;
    if (n == 0) return (gssize)length;
    if (n > 0) length += (gsize)n;
  }
}

/* Asks without echo. A signal that would end the program interrupts the question first, so that the echo is switched on
 * again. */
static gssize ask_terminal(const char *question, const struct termios *shown, char *line, gsize size)
{
  static const int ending[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
  struct sigaction catch = { .sa_handler = on_signal }, ignore = { .sa_handler = SIG_IGN };
  struct sigaction before[G_N_ELEMENTS(ending)], stop;
  struct termios silent = *shown;
  for (gsize i = 0; i < G_N_ELEMENTS(ending); i++) sigaction(ending[i], &catch, &before[i]);
  sigaction(SIGTSTP, &ignore, &stop);
  silent.c_lflag &= ~(tcflag_t)ECHO;
  silent.c_lflag |= ECHONL;
  gssize length = -1;
  if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0) {
    fputs(question, stderr);
    fflush(stderr);
    length = read_line(line, size);
  }
  int number = errno;
  tcsetattr(STDIN_FILENO, TCSAFLUSH, shown);
  if (length < 0) fputc('\n', stderr);
  sigaction(SIGTSTP, &stop, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS(ending); i++) sigaction(ending[i], &before[i], NULL);
  errno = number;
  return length;
}

gssize ui_ask_secret(const char *question, char *line, gsize size, int *interrupted, GError **error)
{
  struct termios shown;
  caught = 0;
  gssize length =
      tcgetattr(STDIN_FILENO, &shown) == 0 ? ask_terminal(question, &shown, line, size) : read_line(line, size);
  int number = errno;
  *interrupted = caught;
  if (length < 0)
    g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(number), "no password was read: %s",
                number == EOVERFLOW ? "it is too long" : g_strerror(number));
  return length;
}
