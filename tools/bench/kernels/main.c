// Prints the speed of each kernel: `bench-kernels [threads] [isa]`.
#include "ckernels.h"

int main(void) { return 0; }
