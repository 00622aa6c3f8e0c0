// SPDX-License-Identifier: Apache-2.0

import SystemPackage
import Testing

@testable import Netlink

/// Captured refusals.
///
/// The kernel's errno arrives unchanged, although libnl would map it.
@Suite struct ErrorReplyTests {
  static let refusals: [([UInt8], Errno)] = [
    (Captured.notPermitted, .notPermitted),
    (Captured.invalidArgument, .invalidArgument),
    (Captured.noSuchFamily, .noSuchFileOrDirectory),
  ]

  @Test(arguments: refusals)
  func `is thrown instead of an answer`(datagram: [UInt8], errno: Errno) {
    #expect(throws: NetlinkError.kernel(errno)) { try decoded(datagram) { $0.command } }
  }

  @Test(arguments: refusals)
  func `is thrown instead of an acknowledgement`(datagram: [UInt8], errno: Errno) {
    #expect(throws: NetlinkError.kernel(errno)) { try isAcknowledgement(datagram) }
  }

  @Test(arguments: [1, 2, 3, 13, 16, 22, 95, 133, 4095] as [CInt])
  func `keeps an errno that libnl maps to another`(number: CInt) {
    var datagram = Captured.notPermitted
    datagram.replaceSubrange(16..<20, with: withUnsafeBytes(of: -number, Array.init))
    #expect(throws: NetlinkError.kernel(Errno(rawValue: number))) { try decoded(datagram) { $0.command } }
  }
}
