import Glibc

/// The executable that runs, where the disk holds it.
package enum RunningExecutable {
  /// Its folder, links resolved, without a slash at the end. Throws iff the system does not tell.
  package static func folder() throws(Diagnostic) -> String {
    guard let path = realpath("/proc/self/exe", nil) else {
      throw .system("find", "/proc/self/exe", errno, kind: .software)
    }
    defer { free(path) }
    return String(cString: path).split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
  }
}
