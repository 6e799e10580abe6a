// Runs a module on Chicory:
//
//   java Chicory [--compile] [--strict] [--dir FOLDER]... [--env NAME=VALUE]...
//                [--invoke EXPORT] MODULE ARG...
//
// --compile turns functions into JVM methods, which may have 64 KB of code:
// the interpreter runs what is larger, unless --strict makes that an error.
// The exit code is the program's; a trap ends with 134, a module that is
// refused with 1.

import com.dylibso.chicory.compiler.InterpreterFallback;
import com.dylibso.chicory.compiler.MachineFactoryCompiler;
import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.wasi.WasiExitException;
import com.dylibso.chicory.wasi.WasiOptions;
import com.dylibso.chicory.wasi.WasiPreview1;
import com.dylibso.chicory.wasm.ChicoryException;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.FunctionType;
import com.dylibso.chicory.wasm.types.ValType;
import java.io.File;
import java.util.List;
import java.nio.file.Path;

public final class Chicory {
  private static final int kTrap = 134;

  private static boolean compile = false;
  private static boolean strict = false;
  private static String invoke = null;

  public static void main(String[] words) {
    WasiOptions.Builder options = WasiOptions.builder().inheritSystem();
    int at = 0;
    for (; at < words.length && words[at].startsWith("--"); at++) {
      switch (words[at]) {
        case "--compile" -> compile = true;
        case "--strict" -> strict = true;
        case "--dir" -> {
          at++;
          options.withDirectory(words[at], Path.of(words[at]));
        }
        case "--env" -> {
          String[] parts = words[++at].split("=", 2);
          options.withEnvironment(parts[0], parts[1]);
        }
        case "--invoke" -> invoke = words[++at];
        default -> end(1, "unknown option " + words[at]);
      }
    }
    List<String> arguments = List.of(words).subList(at, words.length);
    options.withArguments(arguments);
    // The stack of the main thread is small.
    Thread thread = new Thread(null, () -> run(arguments, options.build()),
                               "program", 1L << 30);
    thread.start();
  }

  private static void end(int code, String message) {
    System.out.flush();
    if (message != null) {
      System.err.println(message);
    }
    System.err.flush();
    Runtime.getRuntime().halt(code);
  }

  private static void run(List<String> arguments, WasiOptions options) {
    try (WasiPreview1 wasi =
             WasiPreview1.builder().withOptions(options).build()) {
      Instance instance = null;
      try {
        instance = instantiate(arguments.get(0), wasi);
      } catch (ChicoryException | IllegalArgumentException error) {
        end(1, "chicory: " + arguments.get(0) + ": " + error);
      }
      call(instance, arguments);
      end(0, null);
    } catch (WasiExitException exit) {
      end(exit.exitCode(), null);
    } catch (ChicoryException | StackOverflowError error) {
      end(kTrap, "trap: " + error);
    }
  }

  private static Instance instantiate(String path, WasiPreview1 wasi) {
    WasmModule module = Parser.parse(new File(path));
    Instance.Builder builder =
        Instance.builder(module)
            .withStart(false)
            .withImportValues(ImportValues.builder()
                                  .addFunction(wasi.toHostFunctions())
                                  .build());
    if (compile) {
      builder.withMachineFactory(
          MachineFactoryCompiler.builder(module)
              .withInterpreterFallback(strict ? InterpreterFallback.FAIL
                                              : InterpreterFallback.SILENT)
              .compile());
    }
    return builder.build();
  }

  private static boolean exports(Instance instance, String name) {
    var section = instance.module().exportSection();
    for (int i = 0; i < section.exportCount(); i++) {
      if (section.getExport(i).name().equals(name)) {
        return true;
      }
    }
    return false;
  }

  private static void call(Instance instance, List<String> arguments) {
    if (invoke == null) {
      instance.export("_start").apply();
      return;
    }
    if (exports(instance, "_initialize")) {
      instance.export("_initialize").apply();
    }
    FunctionType type = instance.exportType(invoke);
    long[] values = new long[type.params().size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = parse(arguments.get(i + 1), type.params().get(i));
    }
    long[] results = instance.export(invoke).apply(values);
    for (int i = 0; i < type.returns().size(); i++) {
      System.out.println(format(results[i], type.returns().get(i)));
    }
  }

  private static long parse(String text, ValType type) {
    if (type.equals(ValType.F32)) {
      return Float.floatToRawIntBits(Float.parseFloat(text));
    }
    return type.equals(ValType.F64)
        ? Double.doubleToRawLongBits(Double.parseDouble(text))
        : Long.parseLong(text);
  }

  private static String format(long bits, ValType type) {
    if (type.equals(ValType.F32)) {
      return String.valueOf(Float.intBitsToFloat((int) bits));
    }
    if (type.equals(ValType.F64)) {
      return String.valueOf(Double.longBitsToDouble(bits));
    }
    return type.equals(ValType.I32) ? String.valueOf((int) bits)
                                    : String.valueOf(bits);
  }
}
