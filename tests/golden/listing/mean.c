// Compiled with debug information, by
//   clang-22 --target=wasm32-wasi -g -O1 -nostdlib -ffile-prefix-map=$PWD=. \
//     -Wl,--no-entry mean.c -o mean.wasm

__attribute__((noinline)) static int sum(const int *from, int count) {
  int total = 0;
  for (int i = 0; i < count; i++) {
    if (from[i] < 0)
      total -= from[i];
    else
      total += from[i];
  }
  return total;
}

__attribute__((export_name("mean"))) int mean(const int *from, int count) {
  return sum(from, count) / count;
}
