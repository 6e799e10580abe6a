"""The command line of bench/run."""

import argparse
import pathlib

import modes
import packing
import programs
import startup
import tools
from chosen import listOf

HELP = """Measures bundles against plain modules, in the same host, side by side.

usage: bench/run [--hosts NAMES] [--programs NAMES] [--modes NAMES]
                 [--no-regions] [--levels LEVELS] [--peers] [--steady]
                 [--against IREKO] [--threshold PERCENT] [--repeat N]
                 [--scale PERCENT] [--output FOLDER] [--tool IREKO]
       bench/run --smoke | --startup | --pack | --dispatches [OPTIONS]
       bench/run --compare OLD.json NEW.json [--threshold PERCENT]

The programs are the kernels in bench/kernels, each a small C program that does
one kind of thing, SQLite with samples/sqlite/bench.sql, and CPython and Ruby
with loops of bench/scripts. On each host the plain module and the bundles of
all modes take turns; all that is printed is compared, and nothing is reported
if anything differs. The time of a run at scale 0, which only starts and ends,
is subtracted. Results are written to FOLDER as latest.md, a chart, and
latest.json, which has all measured times with machine, versions, command line
and revision. What is measured by itself replaces its own part of these files
only, or joins it if that was measured with the same Ireko, scale and repeat:
what takes long can be split by --programs or --hosts.

  bench/run --smoke                 every program once at a tiny scale, at -O0
                                    and -O2: only checks outputs
  bench/run --hosts wasmtime --programs fib,sort --repeat 3
                                    a quick look
  bench/run --against ../old/build/release/ireko
                                    whether this build is slower than that one:
                                    both in turns; exit code 1 if it is
  bench/run --compare OLD.json NEW.json
                                    the same for two earlier runs

The committed figures, on a machine that does nothing else:

  bench/run --output bench/results                          the default mode
  bench/run --no-regions --peers --output bench/results     the stream alone,
                                    and native interpreters and Asyncify
  bench/run --dispatches --scale 10 --output bench/results  counted, not timed
  bench/run --startup --output bench/results
  bench/run --pack --output bench/results

Needs what ./test.sh installs, and build/release/ireko; the peer wasm3 what
toolchain/setup.sh hosts does. A host that is not there is named and skipped.
"""

LEVELS = ("0", "1", "2", "3", "s")


def columns(names, width=56):
    """Names in lines, for the help."""
    lines = [""]
    for name in names:
        if len(lines[-1]) + len(name) > width:
            lines.append("")
        lines[-1] += name + ","
    return "\n".join(lines)[:-1]


def addActions(parser):
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--smoke", action="store_true",
                      help="only check outputs, at a tiny scale")
    only.add_argument("--startup", action="store_true",
                      help="measure programs that only start")
    only.add_argument("--pack", action="store_true",
                      help="measure packing by the size of the program")
    only.add_argument("--dispatches", action="store_true",
                      help="count the dispatches of kernels and SQLite")
    only.add_argument("--compare", nargs=2, metavar=("OLD", "NEW"),
                      type=pathlib.Path,
                      help="compare two latest.json; exit code 1 if NEW is\n"
                           "slower")


def makeParser(hosts):
    """`hosts` has the names of all hosts and the default ones of each action:
    {"all", "computing", "smoke", "startup", "peers"}."""
    parser = argparse.ArgumentParser(
        prog="bench/run", description=HELP, usage=argparse.SUPPRESS,
        formatter_class=argparse.RawTextHelpFormatter)
    addActions(parser)
    parser.add_argument("--hosts", type=listOf(hosts["all"]), metavar="NAMES",
                        help="of " + columns(hosts["all"]) + "\n(default: "
                             + columns(hosts["computing"]) + ";\nsmoke: "
                             + columns(hosts["smoke"]) + "; start-up:\n"
                             + columns(hosts["startup"]) + ")")
    parser.add_argument("--programs", metavar="NAMES",
                        help="of " + columns(programs.every())
                        + ";\nstart-up: " + columns(startup.PROGRAMS)
                        + ";\npacking: " + columns(packing.PROGRAMS)
                        + "\n(default: all)")
    parser.add_argument("--modes", type=listOf(list(modes.NAMES)),
                        metavar="NAMES", default=["default"],
                        help="ways to run a program (default: default):\n"
                        + "\n".join(f"{name:15} {what}" for name, what
                                    in modes.NAMES.items()))
    parser.add_argument("--no-regions", dest="modes", action="store_const",
                        const=["stream"], help="--modes stream")
    parser.add_argument("--levels", type=listOf(LEVELS), metavar="LEVELS",
                        default=[modes.DEFAULT_LEVEL],
                        help="-O of the bundles, of 0,1,2,3,s (default: 2)")
    parser.add_argument("--peers", action="store_true",
                        help="also " + " and ".join(hosts["peers"])
                        + " with the plain modules, and mode\nasyncify")
    parser.add_argument("--against", metavar="IREKO",
                        help="also pack with another build; exit code 1 if\n"
                             "this one's bundles are slower")
    parser.add_argument("--threshold", type=float, default=5,
                        metavar="PERCENT",
                        help="by which a program may be slower (default: 5)")
    parser.add_argument("--steady", action="store_true",
                        help="subtract a run at half the scale, so that "
                             "warm-up\ncounts for neither side")
    parser.add_argument("--repeat", type=int, default=5, metavar="N",
                        help="measured rounds (default: 5); every other one "
                             "where\na run takes more than 4 s")
    parser.add_argument("--scale", type=int, default=100, metavar="PERCENT",
                        help="of the usual work (default: 100)")
    parser.add_argument("--output", type=pathlib.Path, default=programs.OUT,
                        metavar="FOLDER",
                        help="where the results go (default: build/bench)")
    parser.add_argument("--tool", default=tools.releaseTool(), metavar="IREKO",
                        help="the one to measure (default: "
                             "build/release/ireko)")
    return parser


def parse(hosts):
    parser = makeParser(hosts)
    arguments = parser.parse_args()
    if arguments.repeat < 1 or arguments.scale < 1:
        parser.error("--repeat and --scale must be at least 1")
    if arguments.threshold <= 0:
        parser.error("--threshold must be more than 0")
    known = list(startup.PROGRAMS if arguments.startup
                 else packing.PROGRAMS if arguments.pack
                 else [*programs.KERNELS, "sqlite"] if arguments.dispatches
                 else programs.every())
    try:
        arguments.programs = (listOf(known)(arguments.programs)
                              if arguments.programs else known)
    except argparse.ArgumentTypeError as error:
        parser.error(f"argument --programs: {error}")
    if not arguments.hosts:
        arguments.hosts = hosts["smoke" if arguments.smoke else "startup"
                                if arguments.startup else "computing"]
    return arguments
