/* cmd_record.c - `backstop record`: add sent mail to the ledger
 * Owns:     its batches and output.
 * Must not: change the messages.
 * Fails:    by exit.h; what was recorded before stays.
 * Tests:    tests/ui/cli/test_cmd_check.py */
#include "filter/filter.h"
#include "ledger/sent.h"
#include "ui/cli/coming_back.h"
#include "ui/cli/command.h"
#include "ui/cli/mail_arguments.h"
#include "ui/terminal/jsonl.h"
#include <stdio.h>
#include <sysexits.h>

#define BATCH 500

typedef struct {
  Ledger *ledger;
  GPtrArray *batch; /* SentMessage* */
  guint messages, added, useless;
  GError *error;
} Record;

static gboolean flush(Record *record)
{
  guint added = 0;
  if (record->batch->len > 0
      && !sent_record(record->ledger, (const SentMessage *const *)record->batch->pdata, record->batch->len, &added,
                      &record->error))
    return FALSE;
  record->added += added;
  g_ptr_array_set_size(record->batch, 0);
  return TRUE;
}

static gboolean record_message(const char *file, guint number, GBytes *message, gpointer data)
{
  Record *record = data;
  gsize length;
  const char *header = mail_header(message, &length);
  SentMessage *sent = sent_message_read(header, length);
  record->messages++;
  if (sent->message_ids->len == 0 && sent->recipients->len == 0) {
    ui_complain("%s: message %u has neither an id nor a recipient, so it is left out", file, number);
    record->useless++;
    sent_message_free(sent);
    return TRUE;
  }
  g_ptr_array_add(record->batch, sent);
  return record->batch->len < BATCH || flush(record);
}

static void print(const Ui *ui, const Record *record)
{
  if (ui->json) {
    JsonBuilder *line = jsonl_begin();
    jsonl_number(line, "messages", record->messages);
    jsonl_number(line, "added", record->added);
    jsonl_end(line);
  } else {
    printf(record->messages == 1 ? "%u of %u message is new in the ledger\n"
                                 : "%u of %u messages are new in the ledger\n",
           record->added, record->messages);
  }
}

static int run(const Ui *ui, int argc, char **argv)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = ledger_open(ui->data_dir, LEDGER_CREATE, &error);
  if (ledger == NULL) return ui_fail(error);
  g_autoptr(GPtrArray) batch = g_ptr_array_new_with_free_func((GDestroyNotify)sent_message_free);
  Record record = { .ledger = ledger, .batch = batch };
  gboolean good = mail_each(argc, argv, record_message, &record);
  if (record.error == NULL) flush(&record);
  if (record.error != NULL) return ui_fail(record.error);
  print(ui, &record);
  int status = record.added > 0 ? coming_back_tell(ui, ledger, NULL) : EX_OK;
  return ui_worse(status, !good ? EX_NOINPUT : record.useless > 0 ? EX_DATAERR : EX_OK);
}

const Command cmd_record = {
  .name = "record",
  .arguments = "FILE...",
  .summary = "Add sent mail to the ledger: messages, mboxes, Maildirs or -",
  .description =
      "For mail that is in no Sent folder: from mutt, from scripts, from archives. Bounces that answer it are then "
      "genuine.",
  .minimum = 1,
  .maximum = -1,
  .run = run,
};
