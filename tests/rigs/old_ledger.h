/* old_ledger.h - SQL that makes a ledger of the newest schema one of an older schema again, for tests of the way back.
 */
#pragma once

/* Takes back all steps behind the fifth. */
#define OLD_WITHOUT_TRUST                                                                                              \
  "DROP TABLE sent_domain; CREATE INDEX address_domain ON address(domain, written);"                                   \
  "DROP TABLE sighting; DROP TABLE signer_key; DROP TABLE signer_asked; DROP TABLE signed_report;"                     \
  "DROP TABLE relay; DROP TABLE relay_stranger; DROP TABLE never_used; ALTER TABLE account DROP COLUMN receive_only;"  \
  "DROP TABLE dns; DROP TABLE word; DROP TABLE word_total; DROP TABLE word_entry; DROP TABLE word_sent;"               \
  "DROP TABLE own_server; ALTER TABLE account DROP COLUMN sampled; ALTER TABLE account DROP COLUMN sampled_last;"      \
  "ALTER TABLE entry DROP COLUMN claimed; ALTER TABLE entry DROP COLUMN braked; DROP TABLE unread; DROP TABLE "        \
  "running; DROP TABLE received; DROP TABLE answer; DROP TABLE tested; DROP TABLE "                                    \
  "id_side; DROP TABLE "                                                                                               \
  "sent_day;"                                                                                                          \
  "DROP TABLE sent_from; DROP TABLE unlisted; DROP TABLE kept_hash; DROP TABLE heal_due; DROP TABLE healing;"          \
  "DROP TABLE kept; ALTER TABLE account DROP COLUMN trust_sent; ALTER TABLE account DROP COLUMN received;"             \
  "ALTER TABLE account DROP COLUMN pruned; ALTER TABLE folder DROP COLUMN held; ALTER TABLE folder DROP COLUMN came;"  \
  "ALTER TABLE folder DROP COLUMN holes; DROP INDEX entry_quarantined;"

/* Takes back steps 5 and 4 after that: version 3. */
#define OLD_BACK_TO_3                                                                                                  \
  "DROP INDEX wish_entry; DROP INDEX wish_untold; DROP INDEX wish_command; DROP INDEX entry_message;"                  \
  "DROP TABLE command_entry; DROP TABLE command; ALTER TABLE wish DROP COLUMN told;"                                   \
  "ALTER TABLE wish DROP COLUMN command; ALTER TABLE account DROP COLUMN trash;"                                       \
  "DROP INDEX entry_matched_by; DROP INDEX sent_bare; DROP TABLE sent_reply; DROP TABLE sent_start;"                   \
  "ALTER TABLE entry DROP COLUMN matched_by; ALTER TABLE sent DROP COLUMN bare; ALTER TABLE evidence DROP COLUMN "     \
  "args;"                                                                                                              \
  "PRAGMA user_version = 3;"
