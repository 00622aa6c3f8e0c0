// SPDX-License-Identifier: Apache-2.0

package import IPVS
internal import Linux
internal import SystemPackage

/// The counters of the kernel in one network namespace: what has happened since it exists, and what there is.
///
/// The corresponding files are `/proc/net/netstat` and `/proc/net/sockstat`.
package struct KernelCounters: Sendable, Hashable {
  private let counts: [String: UInt64]
  /// How many of the places for TIME_WAIT are in use; `nil` where the kernel does not say.
  ///
  /// That is more than the number of sockets in TIME_WAIT: a socket without a program waits in FIN_WAIT2 in such a place,
  /// too.
  package let timeWaitPlaces: Int?

  /// Reads the counters of a network namespace.
  ///
  /// - Throws: ``IPVSError``, when there is no such namespace or it may not be entered.
  package init(in namespace: NetworkNamespace) throws(IPVSError) {
    do throws(NamespaceError) {
      self = namespace == .current ? .here : try NamespaceThread.run(in: namespace.files) { .here }
    } catch {
      throw IPVSError(error, during: .readSockets, in: namespace)
    }
  }

  /// Those of the namespace in which the calling thread is.
  private static var here: KernelCounters {
    KernelCounters(
      (try? FileReader.kernelText(of: "/proc/thread-self/net/netstat", atMost: 65_536)) ?? "",
      sockets: (try? FileReader.kernelText(of: "/proc/thread-self/net/sockstat")) ?? "")
  }

  /// Reads the texts of the files.
  ///
  /// - Parameters:
  ///   - text: What has happened: lines in pairs, the first with names, the second with numbers.
  ///   - sockets: What there is: lines of names, each with its number after it.
  package init(_ text: String, sockets: String = "") {
    let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
    var counts: [String: UInt64] = [:]
    for (names, numbers) in zip(lines, lines.dropFirst()) where names.first == numbers.first {
      for (name, number) in zip(names, numbers).dropFirst() { counts[String(name)] = UInt64(number) }
    }
    self.counts = counts
    let tcp = sockets.split(separator: "\n").first { $0.hasPrefix("TCP:") }?.split(separator: " ") ?? []
    timeWaitPlaces = zip(tcp, tcp.dropFirst()).first { $0.0 == "tw" }.flatMap { Int($0.1) }
  }

  /// How many sockets were closed at once that should have gone to TIME_WAIT, because there were too many of those.
  ///
  /// `nil` where this kernel does not count them.
  package var timeWaitOverflow: UInt64? { counts["TCPTimeWaitOverflow"] }
}
