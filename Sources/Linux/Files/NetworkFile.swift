// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SystemPackage

/// A file that the kernel generates about the network namespace of the calling thread.
package enum NetworkFile: Sendable {
  /// `/proc/net/ip_vs`: the virtual services and their real servers.
  case services
  /// `/proc/net/ip_vs_conn`: the connections.
  case connections
  /// `/proc/net/ip_vs_stats_percpu`: what IPVS has counted on each processor.
  case processorCounters
  /// `/proc/net/snmp`: counters of IPv4.
  case counters
  /// `/proc/net/netstat`: more counters of IPv4.
  case moreCounters
  /// `/proc/net/snmp6`: counters of IPv6.
  case counters6

  // /proc/net leads to the namespace of the process, not to that of the thread.
  private var path: StaticString {
    switch self {
    case .services: "/proc/thread-self/net/ip_vs"
    case .connections: "/proc/thread-self/net/ip_vs_conn"
    case .processorCounters: "/proc/thread-self/net/ip_vs_stats_percpu"
    case .counters: "/proc/thread-self/net/snmp"
    case .moreCounters: "/proc/thread-self/net/netstat"
    case .counters6: "/proc/thread-self/net/snmp6"
    }
  }

  /// Reads the beginning of the file.
  ///
  /// The kernel writes whole records, and at most a page of them for each read, unless one alone is longer.
  ///
  /// - Parameters:
  ///   - limit: How many bytes to read at most.
  ///   - body: Is asked about the text, which is gone afterwards; `nil` if it needs what another read brings.
  /// - Returns: The answer of `body`; `false` if the file ended before there was one.
  /// - Throws: `Errno`, when it cannot be read.
  package func read(atMost limit: Int, _ body: (UnsafeRawBufferPointer) -> Bool?) throws(Errno) -> Bool {
    let descriptor = open(UnsafeRawPointer(path.utf8Start).assumingMemoryBound(to: CChar.self), O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    defer { close(descriptor) }
    return try withUnsafeTemporaryAllocation(byteCount: limit, alignment: 1) { buffer throws(Errno) in
      var length = 0
      while true {
        let count = Glibc.read(descriptor, buffer.baseAddress?.advanced(by: length), limit - length)
        guard count >= 0 else { throw Errno(rawValue: errno) }
        guard count > 0 else { return false }
        length += count
        if let answer = body(UnsafeRawBufferPointer(rebasing: buffer[..<length])) { return answer }
      }
    }
  }
}
