#!/usr/bin/env bash
# What the action does: each part that is asked for is done, whatever the others find; 1 if one has found something.
# NIXLITE_LINT, NIXLITE_TEST: arguments; NIXLITE_STALE: arguments, a line for each question; NIXLITE_SARIF: a file.
# `xargs` reads quotes as a shell does, and expands nothing.
set -uo pipefail
code=0

if [ -n "${NIXLITE_LINT:-}" ]; then
  printf '%s' "$NIXLITE_LINT" | xargs nixlite lint --format github || code=1
  if [ -n "${NIXLITE_SARIF:-}" ]; then
    printf '%s' "$NIXLITE_LINT" | xargs nixlite lint --format sarif >"$NIXLITE_SARIF" 2>/dev/null || code=1
  fi
fi
while IFS= read -r question; do
  [ -z "$question" ] || printf '%s' "$question" | xargs nixlite stale --format github || code=1
done <<<"${NIXLITE_STALE:-}"
if [ -n "${NIXLITE_TEST:-}" ]; then
  printf '%s' "$NIXLITE_TEST" | xargs nixlite test || code=1
fi
exit "$code"
