// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SystemPackage

extension NetworkNamespace {
  /// Whether the namespace has a virtual service, in a time that does not grow with their number.
  ///
  /// - Throws: ``IPVSError``, when there is no such namespace or it may not be entered.
  package func hasServices() throws(IPVSError) -> Bool {
    let answer: Result<Bool, Errno> = try visited(for: .readServices) {
      let descriptor = open("/proc/thread-self/net/ip_vs", O_RDONLY | O_CLOEXEC)
      // Without ip_vs there is no list, and no service.
      guard descriptor >= 0 else { return errno == ENOENT ? .success(false) : .failure(Errno(rawValue: errno)) }
      defer { close(descriptor) }
      return withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
        let count = read(descriptor, buffer.baseAddress, buffer.count)
        guard count >= 0 else { return .failure(Errno(rawValue: errno)) }
        // Three lines of heading.
        return .success(buffer[..<count].count { $0 == UInt8(ascii: "\n") } > 3)
      }
    }
    do throws(Errno) { return try answer.get() } catch {
      throw IPVSError(.refused, .readServices, in: self, errno: error)
    }
  }
}
