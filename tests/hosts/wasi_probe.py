"""A program that calls the functions of WASI 0.1 with arguments that are legal
but lead to nothing (file descriptor 99, no subscriptions) and prints the error
number of each: which functions a host has, and whether they answer a bundle as
they answer the program.
"""

import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path += [str(ROOT / "tests" / "wasi"), str(ROOT / "tests" / "support")]

import signatures  # noqa: E402
import tools  # noqa: E402

SCRATCH, TEXT, NAMES = 4096, 64, 16384
NOWHERE = 99  # a file descriptor that nobody has open
NOT_CALLED = {"proc_exit", "proc_raise"}  # these end the program

TABLE = {entry["name"]: entry for entry in signatures.read()}


def _arguments(entry):
    """One constant for each wasm parameter, results into the scratch area."""
    values = []
    at = SCRATCH
    for parameter in entry["parameters"]:
        kind = parameter["kind"]
        if kind in ("out", "strings"):
            values.append(f"(i32.const {at})")
            at += 1024
        elif kind in ("buffer", "iovecs"):
            values += [f"(i32.const {SCRATCH})", "(i32.const 0)"]
        elif kind == "items":
            values.append(f"(i32.const {SCRATCH})")
        else:
            isFile = parameter["name"].endswith("fd") and kind == "i32"
            values.append(f"({kind}.const {NOWHERE if isFile else 0})")
    return " ".join(values)


def _import(entry):
    params, results = signatures.wasmType(entry)
    return (f'(import "wasi_snapshot_preview1" "{entry["name"]}" (func '
            f'${entry["name"]} (param {" ".join(params)})'
            f'{" (result i32)" if results else ""}))')


def text(names):
    """The program, calling the functions of these names."""
    imported = [TABLE[name] for name in sorted({*names, "fd_write"})]
    calls, data, at = [], "", NAMES
    for name in names:
        line = f"{name} "
        data += line
        if name not in NOT_CALLED:
            calls.append(f"(call $show (i32.const {at}) (i32.const {len(line)})"
                         f" (call ${name} {_arguments(TABLE[name])}))")
        at += len(line)
    return f"""(module
  {" ".join(map(_import, imported))}
  (memory (export "memory") 1)
  (data (i32.const {NAMES}) "{data}")
  (func $write (param i32 i32)
    (i32.store (i32.const 16) (local.get 0))
    (i32.store (i32.const 20) (local.get 1))
    (drop (call $fd_write (i32.const 1) (i32.const 16) (i32.const 1)
      (i32.const 24))))
  (func $show (param $name i32) (param $length i32) (param $errno i32)
    (call $write (local.get $name) (local.get $length))
    (i32.store8 (i32.const {TEXT})
      (i32.add (i32.const 48) (i32.div_u (local.get $errno) (i32.const 10))))
    (i32.store8 (i32.const {TEXT + 1})
      (i32.add (i32.const 48) (i32.rem_u (local.get $errno) (i32.const 10))))
    (i32.store8 (i32.const {TEXT + 2}) (i32.const 10))
    (call $write (i32.const {TEXT}) (i32.const 3)))
  (func (export "_start")
    {" ".join(calls)}))"""


def build(names, folder):
    """Assembles the program; its path."""
    path = pathlib.Path(folder) / "probe.wasm"
    source = path.with_suffix(".wat")
    source.write_text(text(names))
    subprocess.run([tools.wasmTools(), "parse", source, "-o", path], check=True,
                   capture_output=True, timeout=60)
    return path


def works(host, names, folder):
    """What the program prints there, or None if it does not get to its end."""
    try:
        done = subprocess.run(host.command(build(names, folder)),
                              stdin=subprocess.DEVNULL, capture_output=True,
                              check=False, timeout=60, cwd=folder)
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 else None


def available(host, folder):
    """The names of the functions that the host has."""
    names = list(TABLE)
    if works(host, names, folder) is not None:
        return names
    return [name for name in names if works(host, [name], folder) is not None]


def problem(host, names, packer, folder):
    """How the program's bundle differs from it, or None."""
    plain = works(host, names, folder)
    source = pathlib.Path(folder) / "probe.wasm"
    module = pathlib.Path(folder) / "bundle" / "probe.wasm"
    module.parent.mkdir(exist_ok=True)
    code, errors = packer.pack(source, module, 2)
    if code:
        return f"cannot be packed: {errors}"
    done = subprocess.run(host.command(module), stdin=subprocess.DEVNULL,
                          capture_output=True, check=False, timeout=60,
                          cwd=folder)
    if done.returncode:
        return (f"exit code {done.returncode}: "
                f"{done.stderr.decode(errors='replace')[-300:]}")
    for plainLine, bundleLine in zip(plain.splitlines(),
                                     done.stdout.splitlines()):
        if plainLine != bundleLine:
            return f"{bundleLine.decode()}, plain {plainLine.decode()}"
    return None if plain == done.stdout else "another number of lines"
