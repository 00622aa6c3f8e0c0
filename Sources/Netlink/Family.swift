// SPDX-License-Identifier: Apache-2.0

internal import CLibNL
internal import Linux
internal import SystemPackage

/// A generic netlink family: its number is the same in every network namespace until its module is unloaded.
package struct Family: Sendable, Hashable {
  let id: UInt16
  let version: UInt8

  /// The family that knows the others; its number is fixed.
  static let controller = Family(id: UInt16(GENL_ID_CTRL), version: 1)

  /// Asks the kernel for the family of this name, which makes it load the family's module if it is not loaded.
  ///
  /// The corresponding kernel command is `CTRL_CMD_GETFAMILY`.
  ///
  /// - Parameters:
  ///   - name: The family's name, for example `IPVS`.
  ///   - version: The version that requests to the family will carry.
  ///   - socket: A socket of protocol `NETLINK_GENERIC`.
  /// - Throws: `NetlinkError`; `.kernel(.noSuchFileOrDirectory)` when there is no such family.
  package init(named name: String, version: UInt8, over socket: borrowing Socket) throws(NetlinkError) {
    let request = try Request(to: .controller, command: UInt8(CTRL_CMD_GETFAMILY))
    try request.append(CTRL_ATTR_FAMILY_NAME, name)
    let id = try socket.reply(to: request) { reply throws(NetlinkError) in
      try reply.unsigned16(CTRL_ATTR_FAMILY_ID)
    }
    guard let id else { throw .unexpectedReply }
    self.init(id: id, version: version)
  }

  /// A family whose number is known.
  package init(id: UInt16, version: UInt8) {
    self.id = id
    self.version = version
  }
}

extension Family {
  /// Asks the kernel for a family whose module it may first have to load, and waits no longer than that may take.
  ///
  /// The kernel runs modprobe inside the system call that asks, where a socket's timeout does not reach. So another
  /// thread asks, on a socket of its own; the answer holds for all sockets. The corresponding kernel command is
  /// `CTRL_CMD_GETFAMILY`.
  ///
  /// - Parameters:
  ///   - name: The family's name.
  ///   - version: The version that requests to the family will carry.
  ///   - limit: How long to wait, from a microsecond to an hour.
  /// - Returns: The family.
  /// - Throws: `NetlinkError`; `.system` where no thread can be made.
  package static func load(
    named name: String, version: UInt8, within limit: Duration
  ) throws(NetlinkError) -> Family {
    let limit = limit.bounded
    let answer: Result<Family, NetlinkError>
    do throws(ThreadWithTimeout.Obstacle) {
      answer = try ThreadWithTimeout.run(within: limit) {
        Result { () throws(NetlinkError) in
          try Family(named: name, version: version, over: Socket(replyTimeout: limit))
        }
      }
    } catch {
      switch error {
      case .timedOut: throw .timedOut
      case .noThread(let errno): throw .system(errno)
      }
    }
    return try answer.get()
  }
}
