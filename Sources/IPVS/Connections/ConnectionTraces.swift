// SPDX-License-Identifier: Apache-2.0

internal import Linux
internal import SystemPackage

/// The traces that connections leave in the counters of their network namespace.
///
/// A connection is made by the scheduler or by a backup sync daemon (`ip_vs_core.c` and `ip_vs_sync.c` of the kernel):
///
/// - The scheduler counts it for the processor on which it runs, in `/proc/net/ip_vs_stats_percpu`. `ipvsadm -Z` sets only
///   the sums to 0, not these.
/// - A backup daemon makes it without counting it. The daemon listens to a multicast group over UDP, so the system counts
///   the datagram and the multicast packet in which the connection came. No program can set these counters to 0.
///
/// So where all of these are 0, there was never a connection. One kind leaves no trace: a connection that bypasses
/// IPVS, because `net.ipv4.vs.cache_bypass` is set and no real server is left. It exists only beside a service that is a
/// firewall mark, or up to its timeout after that service was deleted.
enum ConnectionTraces {
  /// Whether there are none in the network namespace of the calling thread.
  ///
  /// - Returns: `false` also if a counter cannot be read, or is not there.
  static func areAbsent() -> Bool {
    reads(.processorCounters, ConnectionTraces.isZeroOnEachProcessor)
      && (reads(.counters) { isZero("InDatagrams", of: "Udp:", in: $0) }
        || reads(.moreCounters) { isZero("InMcastPkts", of: "IpExt:", in: $0) })
      && reads(.counters6, ifAbsent: true) {
        isZero("Udp6InDatagrams", in: $0) || isZero("Ip6InMcastPkts", in: $0)
      }
  }

  /// Asks something about a file.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - absent: The result if there is no such file.
  ///   - question: Is asked about the whole text of the file.
  /// - Returns: The answer; `false` if the file cannot be read whole.
  private static func reads(
    _ file: NetworkFile, ifAbsent absent: Bool = false, _ question: (UnsafeRawBufferPointer) -> Bool
  ) -> Bool {
    do throws(Errno) {
      // A text that fills the buffer may have more to it.
      return try file.read(atMost: limit) { $0.count < limit && question($0) }
    } catch {
      return error == .noSuchFileOrDirectory && absent
    }
  }

  /// Enough for 490 processors.
  private static let limit = 32_768

  /// Whether each line about a processor has only zeros after its number.
  ///
  /// The lines are after two lines with headings, and before a line `~` with the sums.
  static func isZeroOnEachProcessor(_ text: UnsafeRawBufferPointer) -> Bool {
    var lines = BufferLines(text)
    guard lines.next() != nil, lines.next() != nil else { return false }
    var count = 0
    while let line = lines.next(), var fields = LineFields(line) {
      if fields.next().spells("~") { return count > 0 }
      guard fields.peek() != nil else { return false }
      while fields.peek() != nil {
        guard fields.next().spells("0") else { return false }
      }
      count += 1
    }
    return false
  }

  /// Whether a counter is there and 0, in lines that come in pairs: one with names, one with numbers.
  ///
  /// - Parameters:
  ///   - name: The name of the counter.
  ///   - group: The word with which both lines begin.
  ///   - text: The lines.
  /// - Returns: Whether the counter is 0; `false` if it is not there.
  static func isZero(_ name: StaticString, of group: StaticString, in text: UnsafeRawBufferPointer) -> Bool {
    var lines = BufferLines(text)
    while let line = lines.next() {
      guard var names = LineFields(line), names.next().spells(group) else { continue }
      guard let line = lines.next(), var numbers = LineFields(line), numbers.next().spells(group) else { return false }
      while names.peek() != nil {
        let number = numbers.next()
        if names.next().spells(name) { return number.spells("0") }
      }
      return false
    }
    return false
  }

  /// Whether a counter is there and 0, in lines that have a name, blanks, a tab and a number.
  static func isZero(_ name: StaticString, in text: UnsafeRawBufferPointer) -> Bool {
    var lines = BufferLines(text)
    while let line = lines.next() {
      guard var fields = LineFields(line), fields.next().spells(name) else { continue }
      return fields.next().spells("\t0")
    }
    return false
  }
}
