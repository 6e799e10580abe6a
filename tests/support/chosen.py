"""What the runners share that go over hosts: the options that choose hosts and
cases, and what is said of a host that is not there.
"""


def addOptions(parser, names, default, more=""):
    """--hosts and --only. `more`: what else --only stands for."""
    told = f" (default: {default})" if default else ""
    parser.add_argument("--hosts", default=default, metavar="NAMES",
                        help=f"which hosts, of {', '.join(names)}{told}")
    parser.add_argument("--only", default="", metavar="REGEX",
                        help=f"only cases with such a name{more}")


def hostNames(parser, text, names):
    """The names in an argument of --hosts."""
    chosen = text.split(",")
    unknown = set(chosen) - set(names)
    if unknown:
        parser.error(f"unknown hosts: {', '.join(sorted(unknown))}")
    return chosen


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
