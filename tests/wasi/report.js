// Counts and prints: one line a failed case, one line of totals for the whole.
"use strict";

class Report {
  constructor() {
    this.passed = 0;
    this.failed = 0;
    this.skipped = 0;
  }

  test(name, body) {
    try {
      body();
      this.passed++;
    } catch (error) {
      this.failed++;
      console.log(`FAILED ${name}: ${error.message}`);
    }
  }

  skip(name, reason) {
    this.skipped++;
    console.log(`skipped ${name}: ${reason}`);
  }
}

module.exports = {Report};
