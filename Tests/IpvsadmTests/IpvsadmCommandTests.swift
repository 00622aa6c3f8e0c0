// SPDX-License-Identifier: Apache-2.0

import IPVS
import Ipvsadm
import Testing

@Suite struct IpvsadmCommandTests {
  static let commands: [(IpvsadmCommand, [String])] = [
    (.list, ["-L", "--timeout"]),
    (.set(.kernelDefault), ["--set", "900", "120", "300"]),
    (.set(Timeouts(udp: 5)), ["--set", "0", "0", "5"]),
    (.set(Timeouts(tcp: 2_678_400, tcpFin: 1)), ["--set", "2678400", "1", "0"]),
    (.set(Timeouts()), ["--set", "0", "0", "0"]),
  ]

  @Test(arguments: commands)
  func `has arguments`(command: IpvsadmCommand, arguments: [String]) {
    #expect(command.arguments == arguments)
  }

  @Test(arguments: commands)
  func `is parsed from its arguments`(command: IpvsadmCommand, arguments: [String]) throws {
    #expect(try IpvsadmGrammar.parse(arguments) == command)
  }
}
