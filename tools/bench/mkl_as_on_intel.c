// Makes the MKL in PyTorch take its AVX-512 path on AMD processors, which it leaves to the slowest otherwise:
//
//     cc -shared -fPIC -o mkl.so tools/bench/mkl_as_on_intel.c && LD_PRELOAD=./mkl.so python3 …
//
// So PyTorch is timed as it could be, not as it comes.

int mkl_serv_intel_cpu_true(void) { return 1; }
