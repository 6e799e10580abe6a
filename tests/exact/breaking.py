"""What the check of frames is to catch: bundles whose regions leave wrongly,
made by changing the code of one that leaves rightly.
"""

import re
import subprocess

import tools

# Three functions that call each other, with a loop each, so that there are
# records of all kinds: calls from two places, by name and through a table.
PROGRAM = """(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (type $unary (func (param i32) (result i32)))
  (memory (export "memory") 1)
  (table funcref (elem $down $sum $twice))
  (func $down (type $unary) (local i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 1))))
    (loop $again
      (local.set 1 (i32.add (local.get 1) (call $sum (local.get 0))))
      (br_if $again (i32.lt_u (local.get 1) (i32.const 40))))
    (i32.add (local.get 1)
      (call_indirect (type $unary)
        (i32.sub (local.get 0) (i32.const 1)) (i32.const 0))))
  (func $sum (type $unary) (local i32)
    (loop $again
      (local.set 1 (i32.add (local.get 1) (call $twice (local.get 0))))
      (br_if $again
        (local.tee 0 (i32.shr_u (local.get 0) (i32.const 1)))))
    (local.get 1))
  (func $twice (type $unary) (local i32)
    (local.set 1 (i32.const 2))
    (loop $again
      (i32.store (i32.const 8) (local.get 1))
      (br_if $again
        (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
    (i32.mul (local.get 0) (i32.const 2)))
  (func (export "_start")
    (if (i32.ne (call $down (i32.const 9)) (i32.const RESULT))
      (then (unreachable)))))
"""


def result():
    def twice(n):
        return 2 * n

    def add(n):
        total = 0
        while True:
            total += twice(n)
            n >>= 1
            if not n:
                return total

    def down(n):
        if n == 0:
            return 1
        total = 0
        while True:
            total += add(n)
            if total >= 40:
                return total + down(n - 1)

    return down(9)


GET = r"\s+local\.get 0"
# A frame's header: the address and the frame to return to.
HEADER = re.compile(
    rf"{GET}(\s+i32\.const )(\d+)(\s+i32\.store (?:offset=\d+ )?align=1{GET})"
    rf"({GET})(\s+i32\.store offset=\d+ align=1)")
# The call of what notes where the program goes on.
LEAVE = re.compile(rf"(\s+i32\.const )(\d+)({GET})(\s+i32\.const 0\s+call \d+)")
PLUS_8 = " i32.const 8 i32.add"


def changedOnes(text):
    """(what is wrong, text) for each thing that can be."""
    headers, leaves = list(HEADER.finditer(text)), list(LEAVE.finditer(text))
    addresses = sorted({int(m[2]) for m in headers})
    starts = sorted({int(m[2]) for m in leaves})
    if len(addresses) < 3 or len(starts) < 3:
        raise RuntimeError(f"unexpected code: {addresses}, {starts}")

    def with_(match, changed):
        return text[:match.start()] + changed + text[match.end():]

    for match in headers:
        address = int(match[2])
        # As far away as there is one: of another function.
        other = max(addresses, key=lambda each: abs(each - address))
        begin = " local.get 0" + match[1]
        for what, wrong in [("no safepoint", address + 1),
                            ("another call's", other), ("a loop's", starts[0])]:
            yield (f"return address {address}: {what}", with_(
                match, f"{begin}{wrong}{match[3]}{match[4]}{match[5]}"))
        yield (f"link of the frame that returns to {address}", with_(
            match, f"{begin}{address}{match[3]}{match[4]}{PLUS_8}{match[5]}"))
    for match in leaves:
        address = int(match[2])
        for what, wrong in [("no safepoint", address + 1),
                            ("behind a call", addresses[0])]:
            yield (f"place to go on {address}: {what}", with_(
                match, f"{match[1]}{wrong}{match[3]}{match[4]}"))
        yield (f"frame to go on with at {address}", with_(
            match, f"{match[1]}{address}{match[3]}{PLUS_8}{match[4]}"))


def assemble(text, target):
    subprocess.run([tools.wasmTools(), "parse", "-", "-o", str(target)],
                   input=text.encode(), check=True, capture_output=True)


# How often to leave: not every record is made use of each time.
INTERVALS = (1, 3, 7, 20, 33)


def run(host, module):
    done = subprocess.run(host.command(module), capture_output=True, text=True,
                          errors="replace", timeout=60)
    return done.returncode, done.stderr


def checks(tool, hosts, folder):
    """A list of (name, problem or None): each change must be caught wherever it
    makes a difference, and it must make one somewhere."""
    folder = folder / "frames"
    folder.mkdir()
    source, bundle = folder / "source.wasm", folder / "bundle.wasm"
    assemble(PROGRAM.replace("RESULT", str(result())), source)
    found, caught = [], {}
    for interval in INTERVALS:
        code, errors = tools.Packer(tool).pack(
            source, bundle, "2", ["--all-regions", "--check-frames",
                                  f"--safepoints={interval}"])
        if code:
            return [("frames", f"pack: exit code {code}: {errors}")]
        text = subprocess.run([tools.wasmTools(), "print", str(bundle)],
                              check=True, capture_output=True,
                              text=True).stdout
        for host in hosts:
            code, errors = run(host, bundle)
            found.append((f"frames, nothing wrong, {host.name}, {interval}",
                          f"exit code {code}: {errors[-300:]}" if code
                          else None))
        for what, changed in changedOnes(text):
            module = folder / "changed.wasm"
            assemble(changed, module)
            for host in hosts:
                code, errors = run(host, module)
                isCaught = "ireko: trap: broken frame" in errors
                name = f"frames, wrong {what}, {host.name}"
                caught[name] = caught.get(name) or isCaught
                if code and not isCaught:
                    found.append((f"{name}, {interval}",
                                  f"exit code {code}: {errors[-300:]}"))
    return found + [(name, None if isCaught else "it makes no difference")
                    for name, isCaught in caught.items()]
