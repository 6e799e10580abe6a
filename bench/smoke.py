"""The benchmarks as a test: the harness itself, and every program once at the
least scale.
"""

import build
import harness_check
import hosts
import measure
import modes
import programs

LEVELS = ("0", "2")


def pinned():
    """What kernels print at scale 1."""
    text = (programs.BENCH / "kernels/checksums.txt").read_text()
    return {name: f"checksum {value}\n".encode() for name, value
            in map(str.split, text.splitlines())}


def problem(program, host, modules):
    """What is wrong with the program's runs there, or None."""
    expected = pinned().get(program.name)
    outputs = measure.Outputs(program)
    try:
        for mode, module in modules.items():
            contestant = measure.Contestant(host, mode, module)
            done = measure.execute(contestant, program, 1, hosts.environment())
            outputs.check(contestant, 1, done.output)
            if expected and done.output != expected:
                return (f"{contestant} printed {done.output!r}, not "
                        f"{expected!r}")
    except measure.Wrong as error:
        return str(error)
    return None


def check(arguments, chosen, absent):
    """Runs the programs on the chosen hosts; the exit code."""
    passed, failed = harness_check.check()
    every = programs.every()
    # The big ones start for seconds, and tests/programs runs them.
    names = [name for name in arguments.programs if name not in programs.LOOPS]
    for program in map(every.get, names):
        for level in LEVELS:
            try:
                module = program.module()
                mode = modes.ofName("default", level, arguments.tool)
                made = modes.make(mode, program, module, 1).path
            except (build.BuildError, measure.Wrong) as error:
                print(f"FAILED {program.name} -O{level}: {error}", flush=True)
                failed += len(chosen)
                continue
            for host in chosen:
                wrong = problem(program, host,
                                {modes.PLAIN: module, mode.name: made})
                if wrong:
                    print(f"FAILED {program.name} -O{level}: {wrong}",
                          flush=True)
                    failed += 1
                else:
                    passed += 1
    skipped = absent * len(names) * len(LEVELS)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0
