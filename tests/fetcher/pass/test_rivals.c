/* test_rivals.c - two machines on one mailbox whose server copies and cannot tell whose a message is: in whatever order
 * their steps come, and wherever they are cut off, each message ends up exactly once.
 * Owns:     the order of steps: each machine is a thread, one thread runs at a time, and a schedule can be repeated.
 * Must not: depend on time.
 * Fails:    by TAP.
 * Tests:    fetcher/pass/rivals.c, fetcher/pass/settle.c, fetcher/pass/reconcile.c */
#include "tests/rigs/fake_mail.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define FIRST 8  /* the steps before that only look at folders */
#define SPREAD 9 /* make check plays one schedule of so many */

/* Who makes the next step. */
typedef struct {
  guint steps_before; /* the first machine makes so many, then the other one all of its own; G_MAXUINT: by chance */
  guint32 seed;
  guint cut[2];
  gboolean cut_after[2];
  gboolean twins, no_keywords;
} Plan;

typedef struct {
  Fake *fake;
  guint steps, cut;
  gboolean cut_after, done;
} Machine;

typedef struct {
  const Plan *plan;
  FakeServer *server;
  GRand *chance;
  GMutex lock;
  GCond changed;
  Machine machines[2];
  guint current;
} Stage;

typedef struct {
  Stage *stage;
  guint me;
} Role;

/* The server counts and cuts for one connection; each machine has its own figures. */
static void hand_over(Stage *stage, guint to)
{
  Machine *from = &stage->machines[stage->current];
  const Machine *next = &stage->machines[to];
  from->steps = stage->server->steps;
  stage->server->steps = next->steps;
  stage->server->cut = next->cut;
  stage->server->cut_after = next->cut_after;
  stage->current = to;
  g_cond_broadcast(&stage->changed);
}

static guint next_machine(Stage *stage)
{
  guint now = stage->current, other = 1 - now;
  if (stage->machines[other].done) return now;
  if (stage->plan->steps_before != G_MAXUINT)
    return now == 0 && stage->server->steps < stage->plan->steps_before ? 0 : 1;
  return g_rand_int_range(stage->chance, 0, 3) == 0 ? other : now;
}

static void on_turn(gpointer data)
{
  Stage *stage = data;
  guint me = stage->current, next = next_machine(stage);
  if (next == me) return;
  g_mutex_lock(&stage->lock);
  hand_over(stage, next);
  while (stage->current != me) g_cond_wait(&stage->changed, &stage->lock);
  g_mutex_unlock(&stage->lock);
}

static gpointer play(gpointer data)
{
  const Role *role = data;
  Stage *stage = role->stage;
  Machine *machine = &stage->machines[role->me];
  g_mutex_lock(&stage->lock);
  while (stage->current != role->me) g_cond_wait(&stage->changed, &stage->lock);
  g_mutex_unlock(&stage->lock);
  fake_pass(machine->fake, NULL, NULL);
  g_mutex_lock(&stage->lock);
  machine->done = TRUE;
  machine->steps = stage->server->steps;
  if (!stage->machines[1 - role->me].done) hand_over(stage, 1 - role->me);
  g_mutex_unlock(&stage->lock);
  return NULL;
}

/* One pass of each machine, by plan. steps: how many each made. */
static void play_both(const Plan *plan, Fake *first, Fake *second, guint steps[2])
{
  Stage stage = { .plan = plan, .server = first->server, .chance = g_rand_new_with_seed(plan->seed) };
  Role roles[2] = { { &stage, 0 }, { &stage, 1 } };
  GThread *threads[2];
  for (guint i = 0; i < 2; i++)
    stage.machines[i] =
        (Machine){ .fake = i == 0 ? first : second, .cut = plan->cut[i], .cut_after = plan->cut_after[i] };
  g_mutex_init(&stage.lock);
  g_cond_init(&stage.changed);
  first->server->turn = on_turn;
  first->server->turn_data = &stage;
  first->server->cut = plan->cut[0];
  first->server->cut_after = plan->cut_after[0];
  for (guint i = 0; i < 2; i++) threads[i] = g_thread_new("machine", play, &roles[i]);
  for (guint i = 0; i < 2; i++) g_thread_join(threads[i]);
  for (guint i = 0; i < 2; i++) steps[i] = stage.machines[i].steps;
  first->server->turn = NULL;
  first->server->cut = 0;
  g_mutex_clear(&stage.lock);
  g_cond_clear(&stage.changed);
  g_rand_free(stage.chance);
}

static gint by_text(gconstpointer a, gconstpointer b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Every message that is in inbox or quarantine, wherever: sorted digests. */
static char *messages(const FakeServer *server)
{
  g_autofree char *snapshot = fake_snapshot(server);
  g_auto(GStrv) lines = g_strsplit(snapshot, "\n", -1);
  g_autoptr(GPtrArray) digests = g_ptr_array_new();
  for (guint i = 0; lines[i] != NULL; i++) {
    char *digest = strchr(lines[i], ' ') + 1;
    if (!g_str_has_prefix(lines[i], "INBOX ") && !g_str_has_prefix(lines[i], "Backscatter ")) continue;
    digest[12] = '\0';
    g_ptr_array_add(digests, digest);
  }
  g_ptr_array_sort(digests, by_text);
  g_ptr_array_add(digests, NULL);
  return g_strjoinv(" ", (char **)digests->pdata);
}

static char *describe(const Plan *plan, Fake *const fakes[2])
{
  GString *text = g_string_new(NULL);
  g_string_printf(text, "%s, before %u, seed %u, cut %u%s and %u%s\n", plan->twins ? "twins" : "plain",
                  plan->steps_before, plan->seed, plan->cut[0], plan->cut_after[0] ? " after" : "", plan->cut[1],
                  plan->cut_after[1] ? " after" : "");
  g_autofree char *snapshot = fake_snapshot(fakes[0]->server);
  g_string_append(text, snapshot);
  for (guint i = 0; i < 2; i++) {
    g_autoptr(GPtrArray) entries = fake_entries(fakes[i]);
    for (guint k = 0; k < entries->len; k++) {
      const Entry *entry = entries->pdata[k];
      g_string_append_printf(text, "\nmachine %u: %s %.1s.. %s uid %u, %s", i, move_state_name(entry->state),
                             entry->fingerprint.message_id, entry->away.folder != NULL ? entry->away.folder : "home",
                             entry->away.folder != NULL ? entry->away.uid : entry->home.uid,
                             entry->reason != NULL ? entry->reason : "");
    }
  }
  return g_string_free(text, FALSE);
}

static guint in_state(Fake *fake, MoveState state)
{
  JournalCounts counts;
  assert_true(journal_counts(fake->ledger, NULL, &counts, NULL));
  return counts.by_state[state];
}

static void add_twin(Fake *fake)
{
  const FakeMessage *first = fake_folder(fake->server, "INBOX")->messages->pdata[2];
  gsize size;
  const char *bytes = g_bytes_get_data(first->bytes, &size);
  g_autofree char *text = g_strndup(bytes, size);
  fake_add(fake->server, "INBOX", text, first->stored);
}

/* Both machines by plan, then both undisturbed. */
static void run_plan(const Plan *plan, guint steps[2])
{
  Fake *fakes[2] = { fake_new(), NULL };
  fakes[0]->server->copies = fakes[0]->server->cannot_claim = TRUE;
  fakes[0]->server->keeps_no_keywords = plan->no_keywords;
  if (plan->twins) add_twin(fakes[0]);
  fakes[1] = fake_second_machine(fakes[0]);
  g_autofree char *before = messages(fakes[0]->server);
  play_both(plan, fakes[0], fakes[1], steps);
  for (guint i = 0; i < 4; i++) {
    g_autoptr(GError) problem = NULL;
    if (!fake_pass(fakes[i % 2], NULL, &problem)) fail_msg("%s", problem->message);
  }
  g_autofree char *after = messages(fakes[0]->server), *told = describe(plan, fakes);
  if (g_strcmp0(before, after) != 0) fail_msg("lost or doubled: %s\ninstead of %s\n%s", after, before, told);
  for (guint i = 0; i < 2; i++)
    if (in_state(fakes[i], MOVE_Q_INTENT) != 0 || in_state(fakes[i], MOVE_FAILED) != 0) fail_msg("%s", told);
  if (!plan->twins) {
    if (fake_count(fakes[0], "INBOX") != 3 || fake_count(fakes[0], "Backscatter") != 3) fail_msg("%s", told);
    for (guint i = 0; i < 2; i++)
      if (in_state(fakes[i], MOVE_QUARANTINED) != 3 || in_state(fakes[i], MOVE_DELETED) != 0) fail_msg("%s", told);
  }
  fake_free(fakes[1]);
  fake_free(fakes[0]);
}

static gboolean is_played(guint schedule) { return schedule % fake_points(SPREAD) == 0; }

/* The second machine makes its whole pass between any two steps of the first; then one of them is cut off as well,
 * before and after each of its steps. */
static void cut_off_one_inside_the_other(void **state)
{
  guint steps[2], all[2] = { 0 }, schedules = 0, played = 0;
  Plan plan = { .steps_before = 0 };
  run_plan(&plan, all);
  for (plan.steps_before = FIRST; plan.steps_before <= all[0] + 2; plan.steps_before++) {
    Plan cut = plan;
    run_plan(&plan, steps);
    for (guint who = 0; who < 2; who++)
      for (guint at = FIRST; at <= steps[who]; at++)
        for (int after = 0; after < 2; after++, schedules++) {
          guint ignored[2];
          if (!is_played(schedules)) continue;
          played++;
          cut.cut[0] = cut.cut[1] = 0;
          cut.cut[who] = at;
          cut.cut_after[who] = after;
          run_plan(&cut, ignored);
        }
  }
  print_message("# %u of %u schedules\n", played, schedules);
  assert_true(schedules > 500 && played > 500 / SPREAD);
}

/* Their steps in any order, and both may be cut off. */
static void in_any_order_of_their_steps_two_machines_end_as_one(void **state)
{
  for (guint seed = 0; seed < 200; seed++) {
    guint steps[2];
    if (!is_played(seed)) continue;
    g_autoptr(GRand) chance = g_rand_new_with_seed(seed + 10000);
    Plan plan = { .steps_before = G_MAXUINT, .seed = seed, .twins = seed % 3 == 0, .no_keywords = seed % 5 == 0 };
    for (guint who = 0; who < 2; who++)
      if (g_rand_int_range(chance, 0, 3) > 0) {
        plan.cut[who] = (guint)g_rand_int_range(chance, 8, 30);
        plan.cut_after[who] = g_rand_boolean(chance);
      }
    run_plan(&plan, steps);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(in_any_order_of_their_steps_two_machines_end_as_one),
                                      cmocka_unit_test(cut_off_one_inside_the_other) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
