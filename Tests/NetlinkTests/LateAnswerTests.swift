// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Netlink

/// The answers that arrive too late: their number is before that of the request.
///
/// Numbers start again at 0.
@Suite struct LateAnswerTests {
  @Test(
    arguments: [
      (7, 7, false), (6, 7, true), (8, 7, false), (0, 7, true), (.max, 0, true), (.max - 1, 1, true), (0, .max, false),
      (0x7FFF_FFFF, 0, false), (0x8000_0001, 0, true),
    ] as [(UInt32, UInt32, Bool)])
  func `are recognised by their number`(answer: UInt32, request number: UInt32, isLate: Bool) throws {
    let request = try Request(to: .ipvs, command: 13)
    request.number(number)
    let datagram = Captured.acknowledgement.with(answer, at: 8)
    let result = datagram.withUnsafeBytes { Message.answers($0, before: request) }
    #expect(result == isLate)
  }
}
