/* mbox.c - how long it takes to list an mbox: FILE; again, after it has grown, and after one was removed
 * Owns:     nothing; FILE gets one message more, and loses one.
 * Must not: be a test: nothing fails for being slow.
 * Fails:    exit status 1, with a sentence.
 * Tests:    by hand; tests/bench/mbox_make.py makes a file */
#include "fetcher/mbox/mbox.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

static gboolean list(Box *box, const char *what)
{
  g_autoptr(GError) error = NULL;
  gint64 begin = g_get_monotonic_time();
  if (!box->class->list(box, &error)) {
    fprintf(stderr, "%s\n", error->message);
    return FALSE;
  }
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("%s: %u messages, %.3f s, peak %ld KiB\n", what, box->items->len,
         (double)(g_get_monotonic_time() - begin) / 1e6, usage.ru_maxrss);
  return TRUE;
}

static void count(guint item, GBytes *bytes, gpointer data) { *(guint64 *)data += g_bytes_get_size(bytes); }

static gboolean headers(Box *box)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(guint));
  for (guint i = 0; i < box->items->len; i++) g_array_append_val(all, i);
  guint64 octets = 0;
  gint64 begin = g_get_monotonic_time();
  gboolean good = box->class->read(box, (const void *)all->data, all->len, BOX_HEADER, 65536, count, &octets, &error);
  printf("headers: %" G_GUINT64_FORMAT " octets, %.3f s%s%s\n", octets, (double)(g_get_monotonic_time() - begin) / 1e6,
         good ? "" : ": ", good ? "" : error->message);
  return good;
}

static gboolean grow(Box *box)
{
  static const char text[] = "From: me@owner.example\nTo: you@firm.example\nSubject: one more\n\nHello\n";
  g_autoptr(GError) error = NULL;
  BoxItem like = { .stored = 1764000000 };
  gint64 key;
  int fd = box_spool(box->name, &error);
  gboolean good = fd >= 0 && write(fd, text, sizeof text - 1) == (ssize_t)sizeof text - 1
                  && box->class->put(box, fd, &like, &key, &error);
  if (!good) fprintf(stderr, "%s\n", error != NULL ? error->message : "cannot write");
  if (fd >= 0) close(fd);
  return good;
}

static gboolean take_out(Box *box)
{
  g_autoptr(GError) error = NULL;
  const guint middle = box->items->len / 2;
  gint64 begin = g_get_monotonic_time();
  gboolean good = box->class->remove(box, &middle, 1, &error);
  printf("one removed: %.3f s%s%s\n", (double)(g_get_monotonic_time() - begin) / 1e6, good ? "" : ": ",
         good ? "" : error->message);
  return good;
}

int main(int argc, char **argv)
{
  if (argc != 2) {
    fprintf(stderr, "usage: mbox FILE\n");
    return 1;
  }
  Box *box = mbox_box_new(argv[1]);
  gboolean good = list(box, "first") && list(box, "again") && headers(box) && grow(box) && list(box, "grown")
                  && take_out(box) && list(box, "after");
  box_free(box);
  return !good;
}
