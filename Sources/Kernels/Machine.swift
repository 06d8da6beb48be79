import CKernels
package import Tensors

/// What the kernels run on; one for the whole process.
package enum Machine {
  /// Sets how many threads share a kernel's work (0: one for each core this process may use) and the
  /// instruction set (`nil`: the best there is). Results depend on the latter only, and by round-off.
  ///
  /// Throws iff this machine lacks `isa` or there is no such instruction set.
  package static func use(threads: Int = 0, isa: String? = nil) throws(Diagnostic) {
    guard let count = Int32(exactly: threads), count >= 0 else { throw .threads(threads) }
    guard ck_init(count, isa) else { throw .instructionSet(isa ?? "") }
  }

  /// Calls `body` once for each of `0..<count`, on all threads, in no fixed order, and returns when all are done.
  package static func forEach(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let work = Work(body)
    withExtendedLifetime(work) {
      ck_parallel_for(
        count,
        { context, index in
          guard let context else { return }
          Unmanaged<Work>.fromOpaque(context).takeUnretainedValue().body(index)
        }, Unmanaged.passUnretained(work).toOpaque())
    }
  }

  private final class Work: Sendable {
    let body: @Sendable (Int) -> Void
    init(_ body: @escaping @Sendable (Int) -> Void) { self.body = body }
  }

  package static var threads: Int { Int(ck_thread_count()) }
  package static var isa: String { String(cString: ck_isa_name()) }
}

extension Diagnostic {
  fileprivate static func threads(_ threads: Int) -> Diagnostic {
    Diagnostic("\(threads) is no number of threads", help: "give 1 or more, or 0 for all cores", kind: .usage)
  }
  fileprivate static func instructionSet(_ isa: String) -> Diagnostic {
    let names = ["baseline", "avx2", "avx512", "avx512_bf16"]
    let known = names.filter { name in ck_isa_available(name) }
    return Diagnostic(
      "this machine cannot run \(isa) kernels", help: "it has \(known.joined(separator: ", "))", kind: .usage)
  }
}
