# sum.sh - running steps of a check and adding up what they report; to be sourced.

passed=0 failed=0 skipped=0
times= # of each step: a line with its seconds and its name
# Tests that run side by side: most of them wait more than they compute.
# shellcheck disable=SC2034
at_once=$((2 * $(nproc)))

say() { printf '\n== %s\n' "$*"; }

# step NAME COMMAND...: runs it, shows its output, and counts the tests it reports (automake's "# PASS:  3" lines).
# A command that fails without reporting a failed test counts as one.
step() {
  local name=$1 begin=$SECONDS log status=0 p f s
  shift
  say "$name"
  log=$(mktemp)
  { "$@" 2>&1 && echo 0 >"$log.status" || echo $? >"$log.status"; } </dev/null | tee "$log"
  status=$(cat "$log.status")
  # shellcheck disable=SC2046
  set -- $(awk '/^# (PASS|XFAIL): /{p += $3} /^# (FAIL|XPASS|ERROR): /{f += $3} /^# SKIP: /{s += $3}
                END{print p + 0, f + 0, s + 0}' "$log")
  rm -f "$log" "$log.status"
  p=$1 f=$2 s=$3
  times+=$(printf '%6d s  %s' $((SECONDS - begin)) "$name")$'\n'
  if [ "$status" != 0 ] && [ "$f" = 0 ]; then f=1; echo "FAILED: $name (status $status)"; fi
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  return "$status"
}

# begin ID COMMAND...: runs it beside the steps that follow, as a process group of its own, which ends with this script
# at the latest. finish ID NAME: waits for it, shows its output, and counts it as step does.
declare -A beside_log=() beside_id=()

begin() {
  local id=$1
  shift
  beside_log[$id]=$(mktemp)
  set -m
  "$@" >"${beside_log[$id]}" 2>&1 </dev/null &
  beside_id[$id]=$!
  set +m
}

shown() { cat "$1" && rm -f "$1" && return "$2"; }

finish() {
  local id=$1 status=0
  wait "${beside_id[$id]}" || status=$?
  unset "beside_id[$id]"
  step "$2" shown "${beside_log[$id]}" $status
}

end_beside() {
  local id
  for id in "${beside_id[@]}"; do kill -- "-$id" 2>/dev/null; done
  rm -f "${beside_log[@]}"
}
trap end_beside EXIT
trap 'exit 130' INT TERM HUP

# The time of each step, the last line, and the exit status to end with.
sum() {
  say "Time"
  printf '%s' "$times"
  printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  [ "$failed" = 0 ]
}
