import Glibc

/// Page-aligned zeroed memory of a fixed size, given back when its one owner goes away.
package struct Arena: ~Copyable, @unchecked Sendable {
  package let byteCount: Int
  private let base: UnsafeMutableRawPointer

  /// `purpose` says in an error what the memory was for. Throws iff the system does not have it.
  package init(byteCount: Int, for purpose: String) throws(Diagnostic) {
    guard byteCount >= 0 else { throw .refused(byteCount, purpose, EINVAL) }
    let pages = mmap(
      nil, max(byteCount, 1), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let pages, pages != MAP_FAILED else { throw .refused(byteCount, purpose, errno) }
    (self.byteCount, base) = (byteCount, pages)
    if byteCount >= Arena.hugePage { madvise(pages, byteCount, MADV_HUGEPAGE) }
  }

  deinit { munmap(base, max(byteCount, 1)) }

  /// Where the bytes of `range`, which must lie inside, begin. Valid as long as the arena.
  package func address(of range: Range<Int>) -> UnsafeMutableRawPointer {
    precondition(range.lowerBound >= 0 && range.upperBound <= byteCount)
    return base + range.lowerBound
  }

  /// Bytes of memory that the machine has.
  package static var systemMemory: Int { sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)) }

  /// From here on larger pages pay.
  private static let hugePage = 2 << 20
}

extension Diagnostic {
  fileprivate static func refused(_ byteCount: Int, _ purpose: String, _ code: Int32) -> Diagnostic {
    Diagnostic(
      "the system refused \(ByteCount(byteCount)) for \(purpose): \(String(cString: strerror(code)))",
      help: "close other programs, or run on shorter inputs", kind: .unavailable)
  }
}
