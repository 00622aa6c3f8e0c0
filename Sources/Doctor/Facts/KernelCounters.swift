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
    // Most lines are long and of no interest, so they are not split.
    guard let found = text.firstOccurrence(of: " \(name) ") ?? text.firstOccurrence(of: " \(name)\n") else { return nil }
    let line = text.utf8[..<found.lowerBound].lastIndex(of: UInt8(ascii: "\n")).map { text.utf8.index(after: $0) }
    var lines = text[(line ?? text.startIndex)...].split(separator: "\n", maxSplits: 2).makeIterator()
    guard let names = lines.next()?.split(separator: " "), let counts = lines.next()?.split(separator: " "),
      let position = names.firstIndex(of: name), names.first == counts.first, position < counts.count
    else { return nil }
    return UInt64(counts[position])
  }
}
