// SPDX-License-Identifier: Apache-2.0

import IPVS
import Testing

@testable import Doctor

@Suite struct ConnMaxCheckTests {
  private func finding(_ count: Int, _ settings: [KernelSetting: String]) throws -> Finding? {
    let connections = [(Connection.Transport, Connection.State, UInt32)](
      repeating: (.tcp, .established, 9), count: count)
    return try ConnMaxCheck().findings(
      on: .example(connections: .success(.example(connections)), settings: settings)
    ).first
  }

  @Test func `notes half of the limit, and a problem from 80 percent on`() throws {
    let full =
      "when the table is full, new connections fail: their first packets are dropped, and the kernel logs nothing"
    let fix = Fix.advice(
      "`sysctl -w net.ipv4.vs.conn_max=20`, 288 bytes for each entry; or shorter timeouts, so that idle entries end"
        + " sooner (TIME_WAIT stays 120 s)")
    #expect(
      try finding(4, [.connMax: "10"])
        == .ok(.connMax, "4 of 10 (40 %) of the connections that net.ipv4.vs.conn_max allows here"))
    #expect(
      try finding(5, [.connMax: "10"])
        == .note(
          .connMax, "5 of 10 (50 %) of the connections that net.ipv4.vs.conn_max allows here", so: full, fix: fix))
    #expect(
      try finding(8, [.connMax: "10"])
        == .problem(
          .connMax, "8 of 10 (80 %) of the connections that net.ipv4.vs.conn_max allows here", so: full, fix: fix))
  }

  @Test(
    arguments: [
      // With 0 no connection is new.
      ("0", 0, "`sysctl -w net.ipv4.vs.conn_max=1073741824`, "),
      ("0", 3, "`sysctl -w net.ipv4.vs.conn_max=1073741824`, "),
      // The limit was lowered below the number of entries.
      ("2", 6, "`sysctl -w net.ipv4.vs.conn_max=12`, "),
    ])
  func `offers a limit with room`(maximum: String, count: Int, command: String) throws {
    let finding = try #require(try finding(count, [.connMax: maximum]))
    #expect(finding.severity == .problem)
    #expect(finding.fix?.text.hasPrefix(command) == true, "\(finding)")
  }

  @Test func `is content without a limit, and says if it is not shown`() throws {
    for release in ["6.12.113", "6.1.0-31-amd64"] {
      #expect(
        try finding(3, [.release: release]) == .ok(.connMax, "this kernel does not limit the number of connections"))
    }
    #expect(try finding(3, [.release: "7.2.7"]) == .unseen(.connMax, .connMax))
    #expect(try finding(3, [.connMax: "1073741824"])?.severity == .ok)
  }
}
