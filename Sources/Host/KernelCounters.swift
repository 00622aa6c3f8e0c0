// SPDX-License-Identifier: Apache-2.0

public import IPVS
internal import Namespaces
internal import SystemPackage

/// What the kernel has counted in one network namespace since it was made.
///
/// The corresponding file is `/proc/net/netstat`.
public struct KernelCounters: Sendable, Hashable {
  private let counts: [String: UInt64]

  /// Reads the counters of a network namespace.
  ///
  /// - Throws: ``IPVSError``, when there is no such namespace or it may not be entered.
  public init(in namespace: NetworkNamespace) throws(IPVSError) {
    do throws(NamespaceError) {
      self = namespace == .current ? .here : try NamespaceVisit.one(namespace.files) { .here }
    } catch {
      throw IPVSError(error, during: .readSockets, in: namespace)
    }
  }

  /// Those of the namespace in which the calling thread is.
  private static var here: KernelCounters {
    KernelCounters(SmallFile.text(of: "/proc/thread-self/net/netstat", most: 65_536) ?? "")
  }

  /// Reads the text of the file: lines in pairs, the first with names, the second with numbers.
  package init(_ text: String) {
    let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
    var counts: [String: UInt64] = [:]
    for (names, numbers) in zip(lines, lines.dropFirst()) where names.first == numbers.first {
      for (name, number) in zip(names, numbers).dropFirst() { counts[String(name)] = UInt64(number) }
    }
    self.counts = counts
  }

  /// How many sockets were closed at once that should have gone to TIME_WAIT, because there were too many of those.
  ///
  /// `nil` where this kernel does not count them.
  public var timeWaitOverflow: UInt64? { counts["TCPTimeWaitOverflow"] }
}
