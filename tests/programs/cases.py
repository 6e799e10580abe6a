"""What tests/programs/run.py runs: programs with their arguments, their files,
and what is known of the result beforehand. All else must be equal between the
plain module and the bundle.
"""

import dataclasses
import pathlib

from hosts import Call

SCRIPTS = pathlib.Path(__file__).resolve().parent / "scripts"

TRAP = "trap"  # in place of an exit code: whatever the host makes of a trap

UNREACHABLE, CALL_INDIRECT = 0x00, 0x11

# Bundles that leave to the stream, at -O2: how, and the options. After each
# leaving, the frames that it has made are checked, but in one of them.
CHECKED = "--check-frames"
LEAVING = {
    # Everywhere.
    "every": ["--safepoints=1", CHECKED],
    # The same where the checks would take minutes: deep in big programs.
    "every-unchecked": ["--safepoints=1"],
    # Here and there, and the activations go on in their regions.
    "some": ["--safepoints=50:7", CHECKED],
    # Here and there, and what has left ends in the stream.
    "for-good": ["--safepoints=300:11", "--stay-in-stream", CHECKED],
    # The same for programs that take minutes otherwise.
    "seldom": ["--safepoints=20000:5", CHECKED],
    "seldom-for-good": ["--safepoints=20000:3", "--stay-in-stream", CHECKED],
}
LEAVING_HOSTS = ("wasmtime", "node26", "wazero")

FILES = {
    "data/one.txt": b"one\ntwo words\n\nlast line without an end",
    "data/two.bin": bytes(range(256)) * 41,
    "data/empty": b"",
}


@dataclasses.dataclass
class Case:
    """One run of a program."""
    name: str
    sample: str
    args: tuple = ()
    files: dict = dataclasses.field(default_factory=dict)
    folders: tuple = ()
    # Folders of the program's own that it only reads: the name beside `files`
    # and the place among the programs under the cache root.
    links: dict = dataclasses.field(default_factory=dict)
    # Empty folders for what is of no interest afterwards.
    scratch: tuple = ()
    variables: dict = dataclasses.field(default_factory=dict)
    stdin: bytes = b""
    call: Call = None
    # What the run must give, on the plain module too: exit code or TRAP, and
    # regular expressions (with ^ and $ for lines) to be found in its output.
    code: object = 0
    stdout: str = ""
    stderr: str = ""
    # For traps that the VM raises itself: what the bundle must say, with the
    # name of the function and the offset of the instruction; and which
    # instruction that is.
    message: str = ""
    opcode: int = 0
    # Optimisation levels for each host; None is all hosts.
    levels: dict = dataclasses.field(
        default_factory=lambda: {"0": None, "2": None})
    # The same for the names in LEAVING, and with --all-leaving.
    leaving: dict = dataclasses.field(
        default_factory=lambda: {"some": LEAVING_HOSTS[:1]})
    all_leaving: dict = dataclasses.field(
        default_factory=lambda: {"every": LEAVING_HOSTS, "some": LEAVING_HOSTS,
                                 "for-good": LEAVING_HOSTS})


def commandCases():
    files = {"files": FILES, "folders": ("data",)}
    yield Case("hello", "hello", stdout="^Hello from a box inside of a box\n$")
    yield Case("greet", "greet", stdout="^hello, world\n$")
    yield Case("mandelbrot", "mandelbrot", stdout=r"^( .*\n|.+\n){32}$")
    yield Case("args", "args", ("7", "two words", "", "ütf-8"), code=7,
               variables={"NAME": "value", "OTHER": "a=b"},
               stdout="^arg 1: 7\narg 2: two words\narg 3: \narg 4: ütf-8\n")
    yield Case("args-none", "args")
    yield Case("args-wrong", "args", ("x",), code=2,
               stderr="^args: not an exit status: x\n$")
    yield Case("files-count", "files", ("count", "data/one.txt", "data/two.bin",
                                        "data/empty"), **files,
               stdout="10496 data/two.bin\n +0 +0 +0 data/empty\n")
    yield Case("files-missing", "files", ("count", "data/none", "data/one.txt"),
               **files, code=1, stderr="^files: data/none: No such file")
    yield Case("files-outside", "files", ("count", "../x", "/etc/passwd"),
               **files, code=1, stderr="^files: ")
    yield Case("files-join", "files", ("join", "data/one.txt", "data/two.bin",
                                       "data/one.txt", "data/new"), **files)
    yield Case("files-join-missing", "files",
               ("join", "data/none", "data/one.txt", "data/new"), **files,
               code=1, stderr="^files: data/none: ")
    yield Case("files-overwrite", "files",
               ("join", "data/one.txt", "data/two.bin"), **files)
    yield Case("files-list", "files", ("list", "data"), **files,
               stdout=r"^ +0 empty\n +\d+ one.txt\n +10496 two.bin\n$")
    yield Case("files-upper", "files", ("upper",), stdout="^SOME TEXT\nLINE$",
               stdin=b"some Text\nline")
    yield Case("files-long-input", "files", ("upper",),
               stdin=b"0123456789abcdef" * 5000)
    yield Case("files-usage", "files", code=2, stderr="^usage: files")
    # As deep as wasmi's own stack allows.
    yield Case("deep-little", "deep", ("500",), stdout="^500\n$")


def trapCases():
    vm = {"unreachable": "unreachable", "signature":
          "indirect call type mismatch", "null": "uninitialized element",
          "table": "undefined element"}
    for kind in ("unreachable", "divide", "overflow", "conversion", "memory",
                 "signature", "null", "table"):
        message = ""
        if kind in vm:
            message = (rf"^ireko: trap: {vm[kind]} in function \d+ <main> "
                       r"at 0x[0-9a-f]+$")
        yield Case(f"trap-{kind}", "trap", (kind,), code=TRAP,
                   stdout=f"^before {kind}\n$", message=message,
                   opcode=UNREACHABLE if kind == "unreachable"
                   else CALL_INDIRECT)
    yield Case("trap-usage", "trap", code=2, stderr="^usage: trap")


def callCases():
    i32, i64, f64 = ("i32",), ("i64",), ("f64",)
    two = ("i32", "i32")
    for name, params, args, results, expected in [
            ("fib", i32, ("18",), i32, "2584"),
            ("gcd", two, ("1071", "462"), i32, "21"),
            ("factorial", i64, ("20",), i64, "2432902008176640000"),
            ("root", f64, ("2",), f64, "1.414213562373095"),
            ("apply", ("i32",) * 3, ("3", "48", "18"), i32, "6"),
            ("divide", two, ("47", "5"), two, "9\n2"),
            ("sum", two, ("0", "65536"), i32, "0")]:
        yield Case(f"exports-{name}", "exports", args, stdout=f"^{expected}",
                   call=Call(name, params, results))
    yield Case("exports-apply-trap", "exports", ("4", "1", "1"), code=TRAP,
               call=Call("apply", ("i32",) * 3, i32))
    yield Case("exports-divide-trap", "exports", ("1", "0"), code=TRAP,
               call=Call("divide", two, two))
    yield Case("exports-sum-trap", "exports", ("65535", "2"), code=TRAP,
               call=Call("sum", two, i32))
    yield Case("reactor-next", "reactor", stdout=r"^-?\d+\n$",
               call=Call("next", (), i32))
    yield Case("reactor-advance", "reactor", ("100",), stdout=r"^-?\d+\n$",
               call=Call("advance", i32, i32))


def sqliteCases(workload):
    text = workload.read_bytes()
    files = {"files": {"data/workload.sql": text}, "folders": ("data",)}
    # One operator a handler is slow on interpreters.
    levels = {"0": ("wasmtime", "node26"), "2": None}
    leaving = {"all_leaving": {"every": LEAVING_HOSTS[:1],
                               "every-unchecked": LEAVING_HOSTS[1:],
                               "some": LEAVING_HOSTS,
                               "for-good": LEAVING_HOSTS}}
    everything = r"^272 statements, 4\d\d rows, 0 errors\n$"
    yield Case("sqlite-disk", "sqlite",
               ("--count", "data/shop.db", "data/workload.sql"), **files,
               stdout=everything, levels=levels, **leaving)
    # The same statements in memory, and all rows: minutes on interpreters.
    yield Case("sqlite-echo", "sqlite",
               ("--count", "--echo", ":memory:", "data/workload.sql"), **files,
               stdout=everything,
               levels={"0": ("wasmtime",), "2": ("wasmtime", "node26")})
    yield Case("sqlite-input", "sqlite", (":memory:",), levels=levels,
               stdin=b"SELECT 1 + 1, 'a' || x'62', NULL, x'00ff', 1.5e300;",
               stdout=r"^2\|ab\|NULL\|X'00ff'\|1.5e\+300\n$")
    yield Case("sqlite-error", "sqlite", (":memory:",), levels=levels,
               stdin=b"SELECT 1;\n\nSELECT * FROM nowhere;\nSELECT 2;",
               code=1, stdout="^1\n2\n$",
               stderr="^sqlite: standard input:3: no such table: nowhere\n$")
    yield Case("sqlite-no-folder", "sqlite", ("none/x.db", "none/x.sql"),
               levels=levels, code=1, stderr="^sqlite: none/x.db: unable to "
               "open database file\n$")
    yield Case("sqlite-no-database", "sqlite",
               ("data/workload.sql", "data/workload.sql"), **files,
               levels=levels, code=1, stderr="file is not a database")


def realCases():
    """Big programs from elsewhere (real.py), each with one long script that
    does a bit of everything: they take seconds to start."""
    # On wasmi, Ruby's script alone takes 10 s of processor time as a plain module
    # and 22 s as a bundle.
    levels = {"0": ("wasmtime",), "2": ("wasmtime", "node26", "wazero")}
    # bun's WASI lacks what CPython imports and what Ruby needs to load a file.
    with_bun = {"0": ("wasmtime",), "2": (*levels["2"], "bun")}
    with_wasmi = {"0": ("wasmtime",), "2": (*levels["2"], "wasmi")}

    leaving = {"leaving": {"seldom": LEAVING_HOSTS[:1]},
               "all_leaving": {"every-unchecked": LEAVING_HOSTS,
                               "seldom": LEAVING_HOSTS,
                               "seldom-for-good": LEAVING_HOSTS}}

    def files(*names):
        return {"data/in.txt": b"one\ntwo zwei\nthree\n",
                **{f"data/{name}": (SCRIPTS / name).read_bytes()
                   for name in names}}

    yield Case("real-python", "python", ("data/everyday.py", "an argument"),
               files=files("everyday.py"), folders=("data", "usr"),
               links={"usr": "python/usr"}, stdin=b"a\nb", levels=levels,
               **leaving,
               variables={"PYTHONHOME": "/usr/local", "PYTHONHASHSEED": "0",
                          "PYTHONDONTWRITEBYTECODE": "1", "LEVEL": "3"},
               code=1, stdout=r"^== standard input\n\['a', 'b'\]\n$",
               stderr="^to stderr\n(.*\n)*LookupError: nobody catches this: ")
    yield Case("real-ruby", "ruby", ("data/everyday.rb", "an argument"),
               files=files("everyday.rb"), folders=("data",), levels=levels,
               **leaving,
               variables={"LEVEL": "3"}, stdin=b"a\nb",
               code=1, stdout=r'^== standard input\n\["a", "b"\]\n$',
               stderr="^to stderr\n.* nobody catches this: .*KeyError")
    yield Case("real-quickjs", "quickjs", ("data/everyday.js", "an argument"),
               files=files("everyday.js"), folders=("data",), levels=with_bun,
               **leaving,
               code=3, stdout=r"^== later\n\[0,0,0,2,3,6\] .*\n$",
               stderr="^TypeError: nobody catches this: ")
    yield Case("real-php", "php", ("-q", "/data/everyday.php"),
               files=files("everyday.php"), folders=("data",), levels=with_wasmi,
               **leaving,
               variables={"LEVEL": "3"}, code=3,
               stdout='^== end\n(.*\n)*nearly nobody, the reason\n$')
    yield Case("real-yosys", "yosys", ("-q", "-T", "-l", "data/log.txt", "-s",
                                       "data/synthesis.ys"),
               files=files("cpu.v", "synthesis.ys"), scratch=("tmp",),
               folders=("data", "share", "tmp"),
               links={"share": "yosys/share"}, code=1,
               levels={"2": with_bun["2"]}, **leaving)  # -O0 takes minutes
