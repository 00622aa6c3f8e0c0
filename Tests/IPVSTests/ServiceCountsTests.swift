// SPDX-License-Identifier: Apache-2.0

import Glibc
import SystemPackage
import Testing

@testable import IPVS

/// Lines of the kernel's list, captured and malformed.
///
/// The addresses are from the documentation ranges.
@Suite struct ServiceCountsTests {
  private static let heading = """
    IP Virtual Server version 1.2.1 (size=4096)
    Prot LocalAddress:Port Scheduler Flags
      -> RemoteAddress:Port Forward Weight ActiveConn InActConn

    """

  @Test func `are counted by protocol, and their servers by forwarding method`() throws {
    let services = try read(
      """
      \(Self.heading)TCP  C0000264:0050 rr\u{20}
        -> C6336402:1F90      Masq    1      0          0        \u{20}
        -> C6336403:1F90      Masq    1      2147483647 0        \u{20}
        -> C0000265:0050      Route   0      0          0        \u{20}
      TCP  [2001:0db8:0001:0000:0000:0000:0000:0100]:0050 wlc persistent 360 FFFFFFFF
        -> [2001:0db8:0002:0000:0000:0000:0000:0002]:1F90      Tunnel  1      0          0        \u{20}
        -> C6336402:1F90      Tunnel  1      0          0        \u{20}
      UDP  C0000264:0036 rr ops\u{20}
        -> C0000264:0036      Local   1      0          0        \u{20}
      FWM  00000007 rr ops persistent 360 FFFFFFFF
        -> C6336402:0000      Masq    1      0          0        \u{20}
      FWM  00000008 none\u{20}
      SCTP  C0000264:0036 rr\u{20}
        -> C6336402:0036      Bypass  1      0          0        \u{20}
        -> C6336402:0036      Pigeon  1      0          0        \u{20}

      """)
    #expect(services.services == [.tcp: 2, .udp: 1, .any: 2, .sctp: 1])
    #expect(services.count == 6)
    #expect(
      services.servers == [
        .init(.tcp, .nat): 2, .init(.tcp, .directRouting): 1, .init(.tcp, .tunnel): 2, .init(.udp, .local): 1,
        .init(.any, .nat): 1, .init(.sctp, .bypass): 1, .init(.sctp, .init(rawValue: "Pigeon")): 1,
      ])
  }

  @Test func `may be empty`() throws {
    #expect(try read(Self.heading) == ServiceCounts(services: [:]))
    #expect(try read("") == ServiceCounts(services: [:]))
  }

  @Test func `include unknown protocols`() throws {
    #expect(try read(Self.heading + "IP_99  C0000264:0000 rr \n").services == [.init(rawValue: "IP_99"): 1])
  }

  @Test func `end before a line that is cut off`() throws {
    #expect(try read(Self.heading + "TCP  C0000264:0050 rr \n  -> C63364").servers.isEmpty)
  }

  @Test(arguments: ["", "TCP", "TCP  C0000264:0050 ", "  -> C6336402:1F90", "  -> C6336402:1F90      Masq    1"])
  func `are not guessed from a line of another form`(line: String) throws {
    let error = try #require(throws: IPVSError.self) { try read(Self.heading + line + "\n") }
    #expect(error == IPVSError(.unexpectedReply, .readServices, detail: line))
    #expect(error.description.contains("unrecognised line (\(line)), which is a bug"))
  }

  @Test(arguments: [
    ForwardingMethod.nat, .directRouting, .tunnel, .local, .bypass, .init(rawValue: "Pigeon"),
  ])
  func `name forwarding methods as the kernel does`(method: ForwardingMethod) throws {
    let text = "\(Self.heading)TCP  C0000264:0050 rr \n  -> C6336402:1F90 \(method.rawValue) 1 0 0\n"
    #expect(try read(text).servers == [.init(.tcp, method): 1])
  }

  /// The counts of a list with this text.
  private func read(_ text: String) throws -> ServiceCounts {
    let file = try #require(tmpfile())
    defer { fclose(file) }
    try #require(fputs(text, file) >= 0)
    rewind(file)
    return try ServiceCounts(dup(fileno(file)), in: .current)
  }
}
