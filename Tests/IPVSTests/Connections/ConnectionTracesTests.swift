// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import IPVS

/// Counters as Linux 6.1 writes them, and what other kernels may write.
@Suite struct ConnectionTracesTests {
  private static let heading = """
           Total Incoming Outgoing         Incoming         Outgoing
    CPU    Conns  Packets  Packets            Bytes            Bytes

    """
  private static let rates = """

         Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s
               0        0        0                0                0

    """
  private static let zero = "  0        0        0        0                0                0\n"
  private static let sum = "  ~        0        0        0                0                0\n"

  private static func counters(_ lines: String...) -> String { heading + lines.joined() }

  private static let processors: [(String, Bool)] = [
    (counters(zero, sum, rates), true),
    (counters(zero, "  1        0        0        0                0                0\n", sum, rates), true),
    (counters(zero, " FF        0        0        0                0                0\n", sum), true),
    // After `ipvsadm -Z`, only the sum is 0.
    (counters("  0        1        3        2               B4               70\n", sum, rates), false),
    (counters(zero, "  1        0        0        0                0                1\n", sum, rates), false),
    (counters(zero, "  1        0        0        0               10                0\n", sum, rates), false),
    // The text is cut off, or has another form.
    (counters(zero), false),
    (counters(zero, "  1        0"), false),
    (counters(zero, "  1\n", sum), false),
    (counters("\n", sum), false),
    (counters(sum), false),
    (counters(), false),
    ("\(zero)\(sum)", false),
    ("", false),
  ]

  @Test(arguments: processors)
  func `no processor has counted a packet`(text: String, isZero: Bool) {
    #expect(Array(text.utf8).withUnsafeBytes(ConnectionTraces.isZeroOnEachProcessor) == isZero)
  }

  private static func counters(udp: String) -> String {
    """
    Ip: Forwarding DefaultTTL InReceives InDatagrams
    Ip: 2 64 7 8
    UdpLite: InDatagrams NoPorts
    UdpLite: 9 9
    Udp: OutDatagrams InDatagrams NoPorts
    \(udp)

    """
  }

  private static let datagrams: [(String, Bool)] = [
    (counters(udp: "Udp: 5 0 7"), true),
    (counters(udp: "Udp: 0 5 0"), false),
    (counters(udp: "Udp: 0 00 0"), false),
    (counters(udp: "Udp: 0"), false),
    (counters(udp: "UdpLite: 0 0 0"), false),
    (counters(udp: ""), false),
    ("Udp: NoPorts\nUdp: 0\n", false),
    ("Udp: InDatagrams\nUdp: 0", false),
    ("Udp: InDatagrams\n", false),
    ("", false),
  ]

  @Test(arguments: datagrams)
  func `no datagram was received`(text: String, isZero: Bool) {
    let answer = Array(text.utf8).withUnsafeBytes { ConnectionTraces.isZero("InDatagrams", of: "Udp:", in: $0) }
    #expect(answer == isZero)
  }

  @Test(arguments: [
    ("Udp6InDatagrams                 \t0\n", true),
    ("Ip6InReceives                   \t3\nUdp6InDatagrams                 \t0\nUdp6NoPorts \t1\n", true),
    ("Udp6InDatagrams                 \t10\n", false),
    ("Udp6InDatagrams                 \t1\n", false),
    ("Udp6InDatagrams                 \t\n", false),
    ("Udp6InDatagrams\n", false),
    ("Udp6InDatagrams                 \t0", false),
    ("UdpLite6InDatagrams             \t0\n", false),
    ("", false),
  ])
  func `no datagram was received over IPv6`(text: String, isZero: Bool) {
    #expect(Array(text.utf8).withUnsafeBytes { ConnectionTraces.isZero("Udp6InDatagrams", in: $0) } == isZero)
  }
}
