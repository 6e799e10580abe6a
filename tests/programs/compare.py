"""Running a program as a plain module and as a bundle, and saying how the two
differ: what every runner of programs shares.
"""

import dataclasses
import functools
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path += [str(HERE), str(ROOT / "samples"), str(ROOT / "tests" / "support")]

import build  # noqa: E402
import cases  # noqa: E402
import hosts  # noqa: E402
import real  # noqa: E402

PACK_SECONDS = 900


@dataclasses.dataclass
class Result:
    """What is left of a run."""
    code: int
    stdout: bytes
    stderr: str
    files: dict


def buildSamples():
    """All of them, or ends the runner with what is wrong."""
    try:
        for name in build.names():
            build.buildSample(name)
    except build.BuildError as error:
        sys.exit(f"{sys.argv[0]}: {error}")


@functools.cache
def plainModule(sample):
    """The path of a program as it is; buildSamples() has been called."""
    if sample in real.NAMES:
        return real.module(sample)
    return build.OUT / f"{sample}.wasm"


def readTree(folder, without):
    """Every file, but for what symbolic links lead to."""
    paths = {path.relative_to(folder): path
             for path in sorted(folder.rglob("*")) if path.is_file()}
    return {str(name): path.read_bytes() for name, path in paths.items()
            if name.parts[0] not in without}


def execute(host, module, case, scratch):
    """Runs the case's program from `module` in a fresh folder."""
    folder = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    for name, content in case.files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    for name in case.scratch:
        (folder / name).mkdir()
    for name, place in case.links.items():
        (folder / name).symlink_to(real.folder() / place)
    command = host.command(module, case.args, case.folders, case.variables,
                           case.call)
    return Result(*hosts.run(host, command, scratch, case.stdin, folder),
                  readTree(folder, case.scratch))


def shorten(text):
    if isinstance(text, bytes):
        text = text.decode(errors="replace")
    return repr(text if len(text) < 400 else text[:200] + "..." + text[-200:])


def firstDifference(plain, bundle):
    """Where two outputs part, with a little around it."""
    at = next((i for i, (a, b) in enumerate(zip(plain, bundle)) if a != b),
              min(len(plain), len(bundle)))
    around = slice(max(0, at - 60), at + 60)
    return (f"at byte {at} plain has {plain[around]!r}, "
            f"bundle {bundle[around]!r}")


def expectationProblem(host, case, result):
    """How a run is not what the case says, or None."""
    wanted = host.trapCode if case.code == cases.TRAP else case.code
    if result.code != wanted:
        return (f"exit code {result.code}, expected {wanted}; standard error: "
                f"{shorten(result.stderr)}")
    text = result.stdout.decode(errors="replace")
    if not re.search(case.stdout, text, re.M):
        return f"no {case.stdout!r} in the output {shorten(text)}"
    if not re.search(case.stderr, result.stderr, re.M):
        return f"no {case.stderr!r} in the errors {shorten(result.stderr)}"
    return None


def comparisonProblem(case, plain, bundle):
    """How the bundle's run differs from the plain one's, or None."""
    if plain.code != bundle.code:
        return (f"exit code {bundle.code}, plain {plain.code}; standard error: "
                f"{shorten(bundle.stderr)}")
    if plain.stdout != bundle.stdout:
        return "output: " + firstDifference(plain.stdout, bundle.stdout)
    # After a trap the host tells its own story, with other functions.
    if case.code != cases.TRAP and plain.stderr != bundle.stderr:
        return "errors: " + firstDifference(plain.stderr, bundle.stderr)
    if not re.search(case.message, bundle.stderr, re.M):
        return f"no {case.message!r} in the errors {shorten(bundle.stderr)}"
    if case.message:
        offset = int(re.search(r" at (0x[0-9a-f]+)$", bundle.stderr, re.M)[1],
                     16)
        module = plainModule(case.sample).read_bytes()
        if module[offset] != case.opcode:
            return (f"the instruction at {offset:#x} is {module[offset]:#x}, "
                    f"not {case.opcode:#x}")
    if plain.files.keys() != bundle.files.keys():
        return (f"files {sorted(bundle.files)}, plain {sorted(plain.files)}")
    for name, content in plain.files.items():
        if content != bundle.files[name]:
            return (f"file {name}: "
                    + firstDifference(content, bundle.files[name]))
    return None


class Bundles:
    """Packs what is asked for, each once, into a folder."""

    def __init__(self, packer, folder=ROOT / "build" / "programs"):
        self.packer = packer
        self.folder = folder
        self.made = {}

    def pack(self, sample, level, options=(), variant=""):
        """The path of the bundle, or None if packing failed; the second value
        is what went wrong."""
        key = (sample, level, variant)
        if key not in self.made:
            source = plainModule(sample)
            # The same name as the plain module's: it is the guest's argv[0].
            target = self.folder / f"O{level}{variant}" / source.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            command = self.packer.command(source, target, level, options)
            done = subprocess.run(command, capture_output=True, text=True,
                                  check=False, timeout=PACK_SECONDS)
            problem = None
            if done.returncode or not target.is_file():
                problem = (f"{' '.join(map(str, command))}: exit code "
                           f"{done.returncode}: {shorten(done.stderr)}")
            self.made[key] = (target, problem)
        return self.made[key]


def compareOn(host, case, variants, scratch):
    """Runs the plain module and each of `variants`, which are (name of the
    check, host, path, what went wrong when packing or None). Gives a list of
    (name, problem or None)."""
    try:
        plain = execute(host.keepingCode() if case.sample in real.NAMES
                        else host, plainModule(case.sample), case, scratch)
        problem = expectationProblem(host, case, plain)
        problem = problem and f"the plain module: {problem}"
    except subprocess.TimeoutExpired:
        problem = f"the plain module ran for more than {hosts.SECONDS} s"
    checks = []
    for name, runner, module, failure in variants:
        if problem or failure:
            checks.append((name, problem or failure))
            continue
        try:
            checks.append((name, comparisonProblem(
                case, plain, execute(runner, module, case, scratch))))
        except subprocess.TimeoutExpired:
            checks.append((name, f"ran for more than {hosts.SECONDS} s"))
    return checks
