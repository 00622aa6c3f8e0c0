// SPDX-License-Identifier: Apache-2.0

import SystemPackage
import Testing

@testable import Netlink

/// Sockets to the running kernel.
///
/// These tests need no privilege.
@Suite struct SocketTests {
  @Test func `the kernel has the family that looks up other families`() throws {
    let socket = try Socket(replyTimeout: .seconds(5))
    let family = try Family(named: "nlctrl", version: 2, over: socket)
    #expect(family == Family(id: 16, version: 2))
  }

  @Test func `one socket sends one request after another`() throws {
    let socket = try Socket(replyTimeout: .seconds(5))
    for _ in 1...3 {
      #expect(throws: NetlinkError.kernel(.noSuchFileOrDirectory)) {
        try Family(named: "NOSUCHFAMILY", version: 1, over: socket)
      }
      #expect(try Family(named: "nlctrl", version: 1, over: socket).id == 16)
    }
  }

  @Test func `a family name that is too long is refused by the kernel`() throws {
    let socket = try Socket(replyTimeout: .seconds(5))
    let error = #expect(throws: NetlinkError.self) {
      try Family(named: "A_NAME_LONGER_THAN_GENL_NAMSIZ", version: 1, over: socket)
    }
    #expect([.kernel(.invalidArgument), .kernel(Errno(rawValue: 34))].contains(error))
  }

  @Test func `a command that the family does not have is refused by the kernel`() throws {
    let socket = try Socket(replyTimeout: .seconds(5))
    #expect(throws: NetlinkError.kernel(.notSupportedOnSocket)) {
      try socket.acknowledge(Request(to: .controller, command: 250))
    }
  }

  @Test func `a protocol that does not exist is refused with its errno`() {
    #expect(throws: NetlinkError.system(.protocolNotSupported)) {
      _ = try Socket(31, replyTimeout: .seconds(5), peer: 0)
    }
  }

  @Test func `a family whose module may have to be loaded is looked up by another thread`() throws {
    #expect(try Family.load(named: "nlctrl", version: 1, within: .seconds(30)) == .controller)
    #expect(throws: NetlinkError.kernel(.noSuchFileOrDirectory)) {
      try Family.load(named: "NOSUCHFAMILY", version: 1, within: .seconds(30))
    }
  }
}
