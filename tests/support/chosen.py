"""What the runners share that go over hosts, those of bench/ too: the options
that choose hosts, cases and the tool, and what is said of a host that is not
there.
"""

import argparse

import tools


def listOf(known):
    """The type of an option: names with commas between them."""
    def parse(text):
        names = text.split(",")
        unknown = [name for name in names if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(
                f"there is no {unknown[0]}; there are {','.join(known)}")
        return names
    return parse


def parser(text, names, default=None, more=""):
    """A parser whose help begins with the text of the runner, with --hosts and
    --only. `more`: what else --only stands for."""
    made = argparse.ArgumentParser(
        description=text, usage=argparse.SUPPRESS,
        formatter_class=argparse.RawTextHelpFormatter)
    told = f" (default: {','.join(default)})" if default else ""
    made.add_argument("--hosts", default=default, metavar="NAMES",
                      type=listOf(names),
                      help=f"which hosts, of {', '.join(names)}{told}")
    made.add_argument("--only", default="", metavar="REGEX",
                      help=f"only cases with such a name{more}")
    return made


def addTool(parser, what, packer=True):
    """--jobs, of `what`, and --tool; with `packer`, --packer."""
    parser.add_argument("--jobs", type=int, default=2, metavar="N",
                        help=f"{what} at a time (default: 2)")
    parser.add_argument("--tool", default=tools.releaseTool(), metavar="FILE",
                        help="the ireko to test (default: build/release/ireko)")
    if packer:
        parser.add_argument("--packer", metavar="COMMAND",
                            help="another packer: a command with {in}, {out} "
                                 "and {level}")


def installed(hosts, names, totals, count, advice=None):
    """Those of the hosts with these names that are there. Of each other one,
    `count` runs are skipped; advice(host) tells how to get it."""
    for host in hosts:
        if host.name not in names:
            continue
        if host.isThere():
            yield host
            continue
        totals.skipped += count
        how = advice(host) if advice else f"no {host.program}"
        print(f"{host.name}: {count} skipped (not installed: {how})",
              flush=True)
