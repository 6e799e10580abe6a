// Runs modules in wazero for the tests, through its API.
//
// Usage: wazero-drive BATCH                tests/differential: batch.go
//
//	wazero-drive --interpreter BATCH  the same, not compiled
//	wazero-drive --spec PLAN          tests/spec: spec.go
package main

import (
	"fmt"
	"os"

	"github.com/tetratelabs/wazero"
)

func main() {
	var err error
	switch arguments := os.Args[1:]; {
	case len(arguments) == 1:
		err = runBatch(arguments[0], wazero.NewRuntimeConfigCompiler())
	case len(arguments) == 2 && arguments[0] == "--interpreter":
		err = runBatch(arguments[1], wazero.NewRuntimeConfigInterpreter())
	case len(arguments) == 2 && arguments[0] == "--spec":
		err = runSpec(arguments[1])
	default:
		err = fmt.Errorf("usage: wazero-drive [--interpreter] BATCH, or --spec PLAN")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}
