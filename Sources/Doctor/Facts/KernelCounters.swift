// SPDX-License-Identifier: Apache-2.0

package import IPVS
internal import Linux
internal import SystemPackage
internal import Text

/// The counters of the kernel in one network namespace: what has happened since it exists, and what there is.
///
/// The corresponding files are `/proc/net/netstat` and `/proc/net/sockstat`.
package struct KernelCounters: Sendable, Hashable {
  /// How many sockets were closed at once that should have gone to TIME_WAIT, because there were too many of those.
  ///
  /// `nil` where this kernel does not count them.
  package let timeWaitOverflow: UInt64?
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
    timeWaitOverflow = KernelCounters.count(named: "TCPTimeWaitOverflow", in: text)
    let tcp = sockets.split(separator: "\n").first { $0.hasPrefix("TCP:") }?.split(separator: " ") ?? []
    timeWaitPlaces = tcp.firstIndex(of: "tw").flatMap { $0 + 1 < tcp.count ? Int(tcp[$0 + 1]) : nil }
  }

  /// The number below a name, in lines that come in pairs.
  private static func count(named name: Substring, in text: String) -> UInt64? {
    guard let found = text.firstOccurrence(of: " \(name) ") ?? text.firstOccurrence(of: " \(name)\n") else {
      return nil
    }
    let (blank, newline) = (UInt8(ascii: " "), UInt8(ascii: "\n"))
    let bytes = text.utf8
    let start = bytes[..<found.lowerBound].lastIndex(of: newline).map { bytes.index(after: $0) } ?? text.startIndex
    guard let end = bytes[found.lowerBound...].firstIndex(of: newline) else { return nil }
    // A line has more than a hundred words, so they are counted, not split.
    let position = bytes[start...found.lowerBound].reduce(0) { $0 + ($1 == blank ? 1 : 0) }
    var counts = bytes[bytes.index(after: end)...].prefix { $0 != newline }
    guard counts.starts(with: bytes[start...].prefix { $0 != blank }) else { return nil }
    for _ in 0..<position {
      guard let next = counts.firstIndex(of: blank) else { return nil }
      counts = counts[bytes.index(after: next)...]
    }
    return UInt64(Substring(counts.prefix { $0 != blank }))
  }
}
