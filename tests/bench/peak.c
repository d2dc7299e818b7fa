/* peak.c - runs a program and writes what it took: a small parent, so that the peak is the program's own
 * Owns:     nothing: a child begins with its parent's peak, and that of an interpreter is too large.
 * Must not: be part of make check.
 * Fails:    with the program's status; 1 when it cannot be run.
 * Tests:    by hand: make bench-flood, make bench-index */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec / 1e6; }

int main(int argc, char **argv)
{
  if (argc < 3) {
    fprintf(stderr,
            "usage: peak FILE PROGRAM ARGUMENT...: writes wall, user and system seconds, and the largest KiB\n");
    return 1;
  }
  struct timespec begin, end;
  struct rusage used;
  int status;
  FILE *out = fopen(argv[1], "we");
  if (out == NULL) {
    perror(argv[1]);
    return 1;
  }
  clock_gettime(CLOCK_MONOTONIC, &begin);
  pid_t child = fork();
  if (child == 0) {
    execv(argv[2], argv + 2);
    perror(argv[2]);
    _exit(127);
  }
  if (child < 0 || wait4(child, &status, 0, &used) != child) {
    perror("peak");
    return 1;
  }
  clock_gettime(CLOCK_MONOTONIC, &end);
  double wall = (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
  fprintf(out, "%.6f %.6f %.6f %ld\n", wall, seconds(used.ru_utime), seconds(used.ru_stime), used.ru_maxrss);
  fclose(out);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
