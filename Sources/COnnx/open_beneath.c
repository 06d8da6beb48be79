#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "onnx.h"

static const int file_flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

int onnx_open_beneath(int folder, const char *path) {
  struct open_how how = {
      .flags = (unsigned)file_flags,
      .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
  };
  long opened = syscall(SYS_openat2, folder, path, &how, sizeof how);
  if (opened >= 0 || (errno != ENOSYS && errno != EPERM)) return (int)opened;
  return onnx_open_beneath_by_steps(folder, path);
}

static int fail(int open_folder, int code) {
  if (open_folder >= 0) close(open_folder);
  errno = code;
  return -1;
}

int onnx_open_beneath_by_steps(int folder, const char *path) {
  int here = folder, above = -1;
  if (*path == '/') return fail(above, EXDEV);
  for (;;) {
    size_t length = strcspn(path, "/");
    bool is_last = path[length + strspn(path + length, "/")] == 0;
    char step[NAME_MAX + 1];
    if (length > NAME_MAX) return fail(above, ENAMETOOLONG);
    memcpy(step, path, length);
    step[length] = 0;
    if (length == 0) return fail(above, ENOENT);
    if (strcmp(step, "..") == 0) return fail(above, EXDEV);
    bool is_file = is_last && path[length] == 0;
    int opened = openat(here, step, O_NOFOLLOW | (is_file ? file_flags : O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (opened < 0) return fail(above, errno);
    if (above >= 0) close(above);
    if (is_last) return opened;
    here = above = opened;
    path += length + strspn(path + length, "/");
  }
}
