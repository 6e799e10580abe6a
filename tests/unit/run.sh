#!/usr/bin/env bash
# Runs the unit tests of both builds; the sanitized one is the same tests again.
cd "$(dirname "$(readlink -f "$0")")/../.." || exit 1
passed=0 failed=0 skipped=0
for type in release debug; do
  report=build/$type/unit-tests.json
  rm -f "$report"
  "build/$type/ireko_unit_tests" --gtest_brief=1 \
    --gtest_output="json:$report" || echo "unit tests failed ($type)"
  # A crash leaves no report.
  read -r p f s < <(python3 - "$report" <<'PYTHON' || echo 0 1 0
import json
import sys

with open(sys.argv[1]) as file:
    report = json.load(file)
tests = [test for suite in report["testsuites"] for test in suite["testsuite"]]
skipped = sum(test["result"] == "SKIPPED" for test in tests)
failed = sum("failures" in test for test in tests)
print(len(tests) - failed - skipped, failed, skipped)
PYTHON
  )
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done
echo "$passed passed, $failed failed, $skipped skipped"
[[ $failed == 0 && $passed != 0 ]]
