#include "CLibAV.h"

#include <linux/landlock.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/// The ruleset of the newest kernels; an older kernel reads the leading fields it knows.
struct ruleset {
  uint64_t file_system, network, scope;
};

static void limit(int resource, uint64_t value) {
  struct rlimit current;
  if (getrlimit(resource, &current) != 0) return;
  if (current.rlim_max == RLIM_INFINITY || value < current.rlim_max) current.rlim_max = value;
  current.rlim_cur = current.rlim_max;
  setrlimit(resource, &current);
}

/// Forbids every access that the kernel's Landlock version knows, with no exception.
static int forbid_files(void) {
  long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return 0;
  // Bits by version: 1 has thirteen file accesses, 2 refer, 3 truncate, 5 device control; 4 two for TCP; 6
  // two scopes.
  struct ruleset rules = {.file_system = (UINT64_C(1) << 13) - 1};
  if (version >= 2) rules.file_system |= UINT64_C(1) << 13;
  if (version >= 3) rules.file_system |= UINT64_C(1) << 14;
  if (version >= 5) rules.file_system |= UINT64_C(1) << 15;
  if (version >= 4) rules.network = 3;
  if (version >= 6) rules.scope = 3;
  size_t size = version >= 6 ? sizeof rules : version >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
  long descriptor = syscall(SYS_landlock_create_ruleset, &rules, size, 0);
  if (descriptor < 0) return 0;
  long refused = syscall(SYS_landlock_restrict_self, (int)descriptor, 0);
  close((int)descriptor);
  return refused == 0 ? (int)version : 0;
}

int sandbox_enter(struct sandbox_limits limits) {
  syscall(SYS_close_range, 6u, ~0u, 0u);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_DUMPABLE, 0);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_DATA, limits.memory_bytes);
  limit(RLIMIT_CPU, limits.cpu_seconds);
  limit(RLIMIT_FSIZE, limits.file_bytes);
  signal(SIGXFSZ, SIG_IGN);
  signal(SIGPIPE, SIG_DFL);
  return forbid_files();
}
