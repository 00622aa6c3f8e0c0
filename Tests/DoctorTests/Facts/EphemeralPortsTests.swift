// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Doctor

@Suite struct EphemeralPortsTests {
  @Test func `are the range without the reserved ones`() {
    let ports = EphemeralPorts(range: "40000\t40009", reserved: "80,40000,40003-40005,40009-40100")
    #expect(ports.range == 40_000...40_009)
    #expect((39_998...40_011).filter { ports.contains(UInt16($0)) } == [40_001, 40_002, 40_006, 40_007, 40_008])
    #expect(ports.count == 5)
  }

  @Test func `are all of the range where nothing is reserved`() {
    #expect(EphemeralPorts(range: "1024 65535", reserved: "").count == 64_512)
    #expect(EphemeralPorts(range: "1024 65535", reserved: nil).contains(65_535))
  }

  @Test(arguments: [nil, "", "1024", "5 4", "0 65536", "a b"])
  func `are the kernel's default where the range is not to be read`(range: String?) {
    let ports = EphemeralPorts(range: range, reserved: nil)
    #expect(ports.range == 32_768...60_999)
    #expect(ports.count == 28_232)
  }

  @Test(arguments: ["5-4", "-", "65536", "x-y", ","])
  func `what makes no sense reserves nothing`(reserved: String) {
    #expect(EphemeralPorts(range: "1 10", reserved: reserved).count == 10)
  }

  @Test func `may be none`() {
    #expect(EphemeralPorts(range: "1 10", reserved: "1-10").count == 0)
  }
}
